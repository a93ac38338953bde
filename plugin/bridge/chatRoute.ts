import type { SealedAnswer } from './chat';
import { BridgeError } from './errors';
import type { StoredOutbound } from './messages';
import type { Contacts, Outbox } from './ports';
import { messagesOf, type Part, type Route } from './route';
import type { BridgeAccount, DirectTarget } from './sides';

/**
 * Whether an answer goes out encrypted: the way the customer last wrote, and, to somebody who never wrote, encrypted
 * where they have keys. What may be on X already is settled the way it was begun.
 * @throws BridgeError when X has to be asked for keys and cannot be
 */
export async function goesEncrypted(
  { sendingSince, sealed, sentIds }: StoredOutbound,
  target: DirectTarget,
  account: BridgeAccount,
  { contacts }: { contacts: Contacts },
): Promise<boolean> {
  if (sendingSince !== undefined) return sealed.length > sentIds.length;
  if ('groupId' in target) return target.groupId.startsWith('g');
  const wrote = contacts.wroteEncrypted(account.name, target.userId);
  return wrote ?? account.chat.reaches(target.userId);
}

/** The way of an encrypted answer. What is sealed is written down before it goes out, so that a retry sends the same. */
export async function chatRoute(
  row: StoredOutbound,
  target: DirectTarget,
  account: BridgeAccount,
  { outbox }: { outbox: Outbox },
): Promise<Route> {
  const { chat } = account;
  let conversation = await chat.conversationWith(target);
  const sealed = [...row.sealed];
  const seal = async ({ index, words, files }: Part): Promise<SealedAnswer> => {
    const answer = await chat.seal(conversation, words, files[0]);
    sealed[index] = answer;
    outbox.saveSealed(row.seq, sealed);
    return answer;
  };
  return {
    chat: conversation,
    plan: (text, files) => ({ parts: messagesOf(text, files), dropped: [] }),
    // An answer that is being sent is known for an encrypted one by this, also after the process was killed.
    prepare: async (part) => {
      if (sealed[part.index]) return;
      await chat.showPresence(conversation);
      await seal(part);
    },
    send: async (part) => {
      try {
        return await chat.send(sealed[part.index] ?? (await seal(part)));
      } catch (error) {
        if (!(error instanceof BridgeError) || error.code !== 'chat-key-changed') throw error;
        // X refused it for its key, so that it surely did not go out: encrypted anew, it is another message.
        conversation = await chat.conversationWith(target);
        if (part.files.length === 0) return chat.send(await seal(part));
        // The file has to be encrypted anew as well, which the next try does.
        outbox.clearSending(row.seq);
        outbox.saveSealed(row.seq, sealed.slice(0, part.index));
        throw error;
      }
    },
    remember: () => {},
  };
}

/** Whether an answer may have to go out encrypted, as far as that can be said without asking X. */
export function mayGoEncrypted(
  { message, recipientId }: StoredOutbound,
  account: BridgeAccount,
  contacts: Contacts,
): boolean {
  if (message.publicReply || message.groupId !== undefined) return message.groupId?.startsWith('g') === true;
  if (account.chat.state() === 'off') return false;
  return recipientId === undefined || contacts.wroteEncrypted(account.name, recipientId) !== false;
}
