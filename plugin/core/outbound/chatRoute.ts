import type { Ports } from '../corePorts';
import type { EncryptedReply } from '../chat';
import type { Async, Contacts, Inbox, Tables } from '../ports';
import { isEncryptedGroup } from '../conversation';
import { BridgeError } from '../errors';
import type { StoredOutbound } from '../messages';
import { mayBeThere } from './mayBeOnX';
import { messagesOf, type Part, type Route } from './route';
import type { MessagingAccount, DirectTarget } from '../gateways';
import { say } from '../../texts/text';

/**
 * Whether an answer goes out encrypted: always to a customer who has ever written so, unless the account allows plain ones; else
 * the way the customer last wrote, and, to somebody who never wrote, encrypted where they have keys. What may be on X already is
 * settled the way it was begun.
 * @throws BridgeError when X has to be asked for keys and cannot be
 */
export async function goesEncrypted(
  row: StoredOutbound,
  target: DirectTarget,
  account: MessagingAccount,
  { contacts }: Ports<'contacts'>,
): Promise<boolean> {
  const isSealed = row.sealed.length > row.sentIds.length;
  if (row.sendingSince !== undefined || (row.doubt && isSealed)) return isSealed;
  if ('groupId' in target) return isEncryptedGroup(target.groupId);
  return (await knownWay(target.userId, account, contacts)) ?? account.chat.reaches(target.userId);
}

/** Somebody who writes in plain now gets no encrypted reply either: the agent should know why. */
async function withheld(
  error: unknown,
  target: DirectTarget,
  account: MessagingAccount,
  contacts: Async<Contacts>,
): Promise<unknown> {
  const isLocked = error instanceof BridgeError && error.code === 'chat-locked';
  if (!isLocked || 'groupId' in target) return error;
  if ((await contacts.wroteEncrypted(account.name, target.userId)) !== false) return error;
  const words = say('reply.neverPlain');
  return new BridgeError('chat-locked', error.message, { agentMessage: words, cause: error });
}

/** The way of an encrypted answer. What is sealed is written down before it goes out, so that a retry sends the same. */
export async function chatRoute(
  row: StoredOutbound,
  target: DirectTarget,
  account: MessagingAccount,
  { outbox, chat: store, inbox, contacts }: Ports<'outbox' | 'chat' | 'inbox' | 'contacts'>,
): Promise<Route> {
  const { chat } = account;
  let conversation = await chat.conversationWith(target).catch(async (error: unknown) => {
    throw await withheld(error, target, account, contacts);
  });
  const sealed = [...row.sealed];
  const seal = async ({ index, words, files }: Part): Promise<EncryptedReply> => {
    const quotes = index === 0 ? await quotedIn(conversation.id, row, store, inbox) : undefined;
    const answer = await chat.seal(conversation, words, files[0], {
      outboxSeq: row.seq,
      ...(quotes === undefined ? {} : { quotes }),
    });
    sealed[index] = answer;
    await outbox.saveSealed(row.seq, sealed);
    return answer;
  };
  return {
    chat: conversation,
    plan: (text, files) => ({ parts: messagesOf(text, files), dropped: [] }),
    // An answer that is being sent is known for an encrypted one by this, also after the process was killed.
    prepare: async (part) => {
      const before = sealed[part.index];
      // Certainly not sent yet, it takes the key of today. A file has to be encrypted again as well, which X's refusal leads to.
      const isOutdated =
        before?.keyVersion !== conversation.keyVersion &&
        part.files.length === 0 &&
        !mayBeThere(row, part.index);
      if (before && !isOutdated) {
        // Up to 0.7 it was not noted, and X's word of it must not be taken for a colleague's.
        await store.noteSealed(account.name, { ...before, outboxSeq: row.seq });
        return;
      }
      await chat.showPresence(conversation);
      await seal(part);
    },
    send: async (part) => {
      try {
        return await chat.send(sealed[part.index] ?? (await seal(part)), mayBeThere(row, part.index));
      } catch (error) {
        if (!(error instanceof BridgeError) || error.code !== 'chat-key-changed') throw error;
        // X refused it for its key, so that it certainly did not go out: encrypted again, it is another message.
        conversation = await chat.conversationWith(target);
        if (part.files.length === 0) return chat.send(await seal(part), false);
        // The file has to be encrypted again as well, which the next try does.
        await outbox.clearSending(row.seq);
        await outbox.saveSealed(row.seq, sealed.slice(0, part.index));
        throw error;
      }
    },
    remember: () => Promise.resolve(),
  };
}

/**
 * In a group, what was said last: else nobody there would know whom the agent answers. Not what came to the agent only after
 * they had answered.
 */
async function quotedIn(
  conversationId: string,
  { message, createdAt }: StoredOutbound,
  chat: Tables['chat'],
  inbox: Async<Inbox>,
): Promise<string | undefined> {
  const last = isEncryptedGroup(conversationId)
    ? await chat.lastOf(message.account, conversationId)
    : undefined;
  if (last === undefined || last.at > createdAt || message.automatic) return undefined;
  return (await inbox.get(last.seq))?.message.closed?.event;
}

/**
 * Whether a customer's own messages have them answered encrypted: for good, unless the account allows plain replies again.
 * @returns undefined for one who never wrote
 */
export async function knownWay(
  userId: string,
  { name, chat }: MessagingAccount,
  contacts: Async<Contacts>,
): Promise<boolean | undefined> {
  const stays = chat.neverPlain && (await contacts.everEncrypted(name, userId));
  return stays || contacts.wroteEncrypted(name, userId);
}

/** Whether an answer may have to go out encrypted, as far as that can be said without asking X. */
export async function mayGoEncrypted(
  { message, recipientId }: StoredOutbound,
  account: MessagingAccount,
  contacts: Async<Contacts>,
): Promise<boolean> {
  if (message.publicReply) return false;
  if (message.groupId !== undefined) return isEncryptedGroup(message.groupId);
  const way = recipientId === undefined ? undefined : await knownWay(recipientId, account, contacts);
  return way ?? account.chat.state() !== 'off';
}
