import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ClosedMessage, Opened } from '../../bridge/chat';
import { BridgeError } from '../../bridge/errors';
import type { Log } from '../../bridge/ports';
import { isRecord } from '../fields';
import { readContent } from './content';
import { isMember, type ConversationKeys } from './conversationKeys';
import { readWrapper } from './messageEvent';
import type { OpenAnswer, OpenFault } from './protocol';
import type { PublicKeys } from './publicKeys';
import type { ChatThreads } from './threads';

export interface OpenOptions {
  account: string;
  threads: ChatThreads;
  publicKeys: PublicKeys;
  conversationKeys: ConversationKeys;
  log: Log;
  /** X has newer keys for the account than the ones here. */
  keysAreStale: () => boolean;
}

/** Why a message is not shown: what the library says, or how the account stands with X. */
type Reason = OpenFault | 'stale' | 'refused';

/** What the agent reads, by what was wrong. */
const faults: Record<Reason, string> = {
  stale:
    'An encrypted message of this customer cannot be read: X has newer keys for this account than this channel. Please read it on x.com, and tell your administrator.',
  malformed:
    'An encrypted message of this customer came damaged and cannot be read. Please ask them to send it again.',
  unverified:
    "An encrypted message came in this customer's name, but it could not be verified that they wrote it, so it is not shown. If they mention one, please look on x.com.",
  refused:
    'An encrypted message of this customer cannot be read: X does not show the keys that it takes. Please read it on x.com, and tell your administrator.',
  'no-key':
    'An encrypted message of this customer cannot be read, since X shows no key for it. Please read it on x.com, or ask the customer to send it again.',
};

/**
 * Opens a message of X Chat: changes of the key first, then the message. What is missing is asked of X once; what
 * cannot be read or verified then becomes a notice, never a message.
 * @throws BridgeError when X has to be asked and cannot be
 */
export async function openMessage(
  closed: ClosedMessage,
  senderId: string,
  options: OpenOptions,
): Promise<Opened> {
  try {
    return await openOrTell(closed, senderId, options);
  } catch (error) {
    // Asking again would be refused again, and the customer must not go unnoticed.
    if (!(error instanceof BridgeError) || error.retryable) throw error;
    options.log.error('X does not show the keys an encrypted message takes', { reason: error.message });
    // A change of the key is found in the history when a message needs it.
    return readWrapper(closed.event).kind === 'message'
      ? unreadable('refused', closed.event)
      : { kind: 'nothing' };
  }
}

async function openOrTell(closed: ClosedMessage, senderId: string, options: OpenOptions): Promise<Opened> {
  const { conversationKeys } = options;
  const { event, keyChanges, conversationId } = closed;
  await conversationKeys.learn(conversationId, keyChanges);
  const { kind } = readWrapper(event);
  if (kind === 'keyChange') {
    await conversationKeys.learn(conversationId, [event]);
    return { kind: 'nothing' };
  }
  const answer = await openWithHelp(closed, senderId, options);
  // What cannot be read of a sign of presence is no loss.
  if ('fault' in answer)
    return kind === 'message' ? unreadable(whyOf(answer.fault, options), event) : { kind: 'nothing' };
  const content = readContent(answer.event);
  if (content.kind === 'damaged') return unreadable('malformed', event);
  if (content.kind === 'fromX') return content.opened;
  // What X says around the message must be what was signed.
  const isGenuine =
    content.verified && content.senderId === senderId && content.conversationId === conversationId;
  if (!isGenuine || !isMember(senderId, conversationId)) return unreadable('unverified', event);
  return content.opened;
}

async function openWithHelp(
  { event, conversationId }: ClosedMessage,
  senderId: string,
  { account, threads, publicKeys, conversationKeys }: OpenOptions,
): Promise<OpenAnswer> {
  /** The keys of whoever is quoted, where that is somebody else. */
  let quoted: Awaited<ReturnType<PublicKeys['signersOf']>> = [];
  const open = async () => {
    const keys = conversationKeys.known(conversationId);
    const signers = [...(await publicKeys.signersOf(senderId)), ...quoted];
    return threads.call('open', { account, event, keys, signers }, conversationId);
  };
  const missing = (answer: OpenAnswer, fault: OpenFault) => 'fault' in answer && answer.fault === fault;
  let answer = await open();
  const author = quotedAuthor(answer);
  if (author !== undefined && isMember(author, conversationId)) {
    // The message itself is open: whom it quotes must not hold it up.
    quoted = await publicKeys.signersOf(author).catch(noneFromX);
    answer = quoted.length > 0 ? await open() : unproven(answer);
  }
  if (missing(answer, 'unverified') && (await publicKeys.refresh(senderId))) answer = await open();
  if (missing(answer, 'no-key'))
    await conversationKeys.learnFromHistory(conversationId, async () => {
      answer = await open();
      return !missing(answer, 'no-key');
    });
  return answer;
}

const quoting = z.object({
  senderId: z.string(),
  replyPreviewValidation: z.literal('invalid'),
  content: z.object({ replying_to_preview: z.object({ senderId: z.string().regex(/^\d{1,20}$/) }) }),
});

/**
 * Whose words a message quotes, where they could not be verified with its sender's keys: the account's own, mostly, or another
 * member's (X docs: xchat-xdk, "encrypt and send helpers").
 */
function quotedAuthor(answer: OpenAnswer): string | undefined {
  const read = 'event' in answer ? quoting.safeParse(answer.event).data : undefined;
  const author = read?.content.replying_to_preview.senderId;
  return author === read?.senderId ? undefined : author;
}

function noneFromX(error: unknown): [] {
  if (!(error instanceof BridgeError)) throw error;
  return [];
}

/** X no longer serves the keys of somebody who has left: what they are quoted with is neither proven nor forged. */
function unproven(answer: OpenAnswer): OpenAnswer {
  if (!('event' in answer) || !isRecord(answer.event)) return answer;
  return { event: { ...answer.event, replyPreviewValidation: undefined } };
}

function whyOf(fault: OpenFault, { keysAreStale }: OpenOptions): Reason {
  return fault === 'no-key' && keysAreStale() ? 'stale' : fault;
}

/** One notice for each message, however often and in whatever wrapping it comes. */
function unreadable(fault: Reason, event: string): Opened {
  const { messageId } = readWrapper(event);
  const name = messageId ?? createHash('sha256').update(event).digest('hex').slice(0, 32);
  return { kind: 'notice', id: `${fault}:${name}`, words: faults[fault] };
}
