import type { ChatStore } from '../chat';
import { chatRoute, goesEncrypted, knownWay } from './chatRoute';
import type { Clock } from '../clock';
import { composePost, type ComposedPost } from './composePost';
import { directConversation } from '../conversation';
import type { Conversations } from '../conversations';
import { BridgeError } from '../errors';
import { joinedText, mergeQueuedReplies } from './mergeReplies';
import type { PublicReply, StoredOutbound } from '../messages';
import { noLongerWanted } from './noLongerWanted';
import type { PendingWrites } from '../pendingWrites';
import { findRecipient } from './recipients';
import { maxMessageLength, messagesOf, type Part, type Route } from './route';
import type { Contacts, Inbox, Log, MessageStore, Outbox, Threads } from '../ports';
import { sameText } from '../sameText';
import type { MessagingAccount, DirectTarget, SentMessage } from '../gateways';
import type { Uploads } from './uploads';
import { say } from '../../texts/text';

export interface SendReplyPorts {
  outbox: Outbox;
  inbox: Pick<Inbox, 'get'>;
  chat: ChatStore;
  contacts: Contacts;
  threads: Threads;
  conversations: Conversations;
  clock: Clock;
  pendingWrites: PendingWrites;
  uploads: Uploads;
  /** Has the reply wait while others are sent. */
  aside: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Replies whose send call is under way. */
  inFlight: Set<number>;
  /** See `MessageStore`. */
  mayBeSent: MessageStore['mayBeSent'];
  /** The time by X's clock, in ms since 1970. */
  xNow: () => number;
  log: Log;
  onStep: (row: StoredOutbound, step: string, detail?: string) => void;
}

/** What became of an answer. */
export interface SentAnswer {
  /** The ids of what X now holds. */
  ids: string[];
  /** What there was no room for, in the agent's words. */
  dropped: string[];
  /** The answers that went out in the same message. */
  merged: StoredOutbound[];
}

/**
 * Brings one stored answer to the customer, from wherever an earlier try left off: find the X user, move the
 * file, send the Direct Messages or the public answer.
 * @param lookOnly only finds out whether an earlier try has reached X; nothing is sent any longer
 * @throws BridgeError saying whether and when to try again, with a sentence for the agent; `given-up` where `lookOnly`
 *   shows that it is not on X
 */
export async function sendReply(
  stored: StoredOutbound,
  account: MessagingAccount,
  ports: SendReplyPorts,
  lookOnly = false,
): Promise<SentAnswer> {
  const mayMerge = account.mergeQueuedReplies && !ports.mayBeSent(stored.createdAt);
  const merged = mergeQueuedReplies(stored, mayMerge, maxMessageLength, ports.outbox);
  // What was sealed before it was joined with others is not what goes out now.
  const joined = merged.length > 0 ? ports.outbox.get(stored.seq) : undefined;
  const row = joined ?? stored;
  const route = await routeOf(row, account, ports);
  const { files, text: own } = await provideFiles(row, account, route, ports);
  const text = merged.length > 0 ? joinedText([row, ...merged]) : own;
  const { parts, dropped } = route.plan(text, files);
  const ids = [...row.sentIds];
  for (const [index, part] of parts.entries()) {
    if (index < ids.length) continue;
    const callWasMade = index === row.sentIds.length && row.sendingSince !== undefined;
    const mayBeThere = callWasMade || ports.mayBeSent(row.createdAt);
    const lost = mayBeThere ? await findSent(row, part, route, account, ports) : undefined;
    if (lost)
      ports.log.info('reply was already on X, not sent again', { answer: row.seq, dmEventId: lost.id });
    // Encrypted messages are sent again instead of looked for: X drops one whose signed id it has.
    else if (lookOnly && route.sent) throw notOnX();
    ids.push(lost?.id ?? (await sendPart(row, merged, part, route, ports)));
    const last = index === parts.length - 1;
    await record([row, ...merged], [...ids], last, route, account, ports);
  }
  return { ids, dropped, merged };
}

/** Files may take minutes: other customers' replies go out meanwhile. */
function provideFiles(row: StoredOutbound, account: MessagingAccount, route: Route, ports: SendReplyPorts) {
  const provide = () => ports.uploads.provide(row, account, route.chat);
  return row.message.attachmentIds.length === 0 ? provide() : ports.aside(provide);
}

function notOnX(): BridgeError {
  return new BridgeError('given-up', 'X does not have the message, and it is too old to be sent');
}

async function sendPart(
  row: StoredOutbound,
  merged: StoredOutbound[],
  part: Part,
  route: Route,
  ports: SendReplyPorts,
): Promise<string> {
  await route.prepare?.(part);
  if (isGroupChanged(row, merged, ports)) throw groupChanged(row, ports);
  if (!ports.outbox.markSending(row.seq, ports.xNow())) throw noLongerWanted();
  ports.onStep(row, 'sending');
  ports.inFlight.add(row.seq);
  try {
    return await route.send(part);
  } catch (error) {
    // Only here: an earlier call's unknown outcome stays unknown until a look at the conversation settles it.
    const isSure =
      error instanceof BridgeError && !error.outcomeUnknown && error.code !== 'store-unavailable';
    if (isSure && !isStillUnknown(row, part, route)) ports.outbox.clearSending(row.seq);
    throw error;
  } finally {
    ports.inFlight.delete(row.seq);
  }
}

/** Encrypted messages are not looked for before they are sent again: only X's yes settles what became of an earlier call. */
function isStillUnknown({ sendingSince, sentIds }: StoredOutbound, { index }: Part, route: Route): boolean {
  return !('sent' in route) && sendingSince !== undefined && index === sentIds.length;
}

/** An admin may take a joined reply out of the queue while the message is made ready. */
function isGroupChanged(
  { seq, sendingSince }: StoredOutbound,
  merged: StoredOutbound[],
  ports: SendReplyPorts,
) {
  return sendingSince === undefined && ports.outbox.joinedTo(seq).length < merged.length;
}

function groupChanged({ seq }: StoredOutbound, { outbox, clock }: SendReplyPorts): BridgeError {
  outbox.saveSealed(seq, []);
  return new BridgeError('x-unavailable', 'a reply that was to go out in the same message was set aside', {
    retryable: true,
    retryAt: clock.now(),
    agentMessage: say('reply.preparedAgain'),
  });
}

function record(
  rows: StoredOutbound[],
  ids: string[],
  last: boolean,
  route: Route,
  account: MessagingAccount,
  ports: SendReplyPorts,
): Promise<void> {
  const seqs = rows.map(({ seq }) => seq);
  const [head = 0] = seqs;
  return ports.pendingWrites.write(head, () => {
    if (last) {
      for (const seq of seqs) noteAnswered(seq, account, ports);
      ports.outbox.markDelivered(seqs, ids, route.chat !== undefined);
    } else ports.outbox.savePart(head, ids);
    for (const id of ids) route.remember(id);
  });
}

/** An agent's answer is there: from now on it is the customer's turn. */
function noteAnswered(
  seq: number,
  account: MessagingAccount,
  { outbox, conversations, clock }: SendReplyPorts,
): void {
  const { message, recipientId } = outbox.get(seq) ?? {};
  if (!message || message.automatic || message.publicReply || message.groupId || recipientId === undefined)
    return;
  const { active } = account.rules.followUp;
  conversations.noteAgent(account.name, directConversation(recipientId), clock.now(), active);
}

async function routeOf(
  row: StoredOutbound,
  account: MessagingAccount,
  ports: SendReplyPorts,
): Promise<Route> {
  const { publicReply } = row.message;
  if (publicReply) return publicRoute(row, publicReply, account, ports);
  const target = await targetOf(row, account, ports);
  return (await goesEncrypted(row, target, account, ports))
    ? chatRoute(row, target, account, ports)
    : directRoute(row, target, account, ports);
}

function directRoute(
  { seq, sealed, sendingSince }: StoredOutbound,
  target: DirectTarget,
  account: MessagingAccount,
  { outbox, contacts, clock }: SendReplyPorts,
): Route {
  const { x } = account;
  // It was to go out encrypted, before the customer wrote in plain again.
  if (sealed.length > 0 && sendingSince === undefined) outbox.saveSealed(seq, []);
  return {
    plan: (text, files) => ({ parts: messagesOf(text, files), dropped: [] }),
    prepare: () => {
      // An earlier try was in plain, and did not arrive; meanwhile the customer writes encrypted.
      if ('groupId' in target || !knownWay(target.userId, account, contacts)) return Promise.resolve();
      outbox.clearSending(seq);
      return Promise.reject(wentOver(clock.now()));
    },
    send: ({ words, files }) => x.sendDirectMessage(target, words, files[0]?.id),
    sent: (_text, since) => x.sentMessages(target, since),
    remember: () => {},
  };
}

function wentOver(now: number): BridgeError {
  return new BridgeError('chat-key-changed', 'the customer has gone over to encrypted chat', {
    retryable: true,
    retryAt: now,
    agentMessage: say('reply.encryptedNow'),
  });
}

function publicRoute(
  { sendingSince }: StoredOutbound,
  reply: PublicReply,
  account: MessagingAccount,
  { threads }: SendReplyPorts,
): Route {
  const { name, x } = account;
  // Where X may have the answer already, saying that it was withheld could be a lie.
  if (sendingSince === undefined && threads.isDeleted(name, reply.postId)) throw postDeleted();
  const postOf = (text: string) => ({ ...composeAnswer(text, reply, account), inReplyTo: reply.postId });
  return {
    plan: (text, files) => {
      const { text: words, dropped } = postOf(text);
      return { parts: [{ index: 0, text, words, files }], dropped };
    },
    send: ({ text, files }) =>
      x.sendReply(
        postOf(text),
        files.map(({ id }) => id),
      ),
    sent: (text, since) => x.sentReplies(postOf(text), since),
    remember: (id) => threads.save(name, id, reply.thread, account.userId() ?? ''),
  };
}

/**
 * The public answer as X is to show it.
 * @throws BridgeError `post-too-long` in the agent's words
 */
export function composeAnswer(
  text: string,
  { agentName }: PublicReply,
  account: MessagingAccount,
): ComposedPost {
  const { deepLink, agentInitials, maxPostLength } = account.mentions;
  const ownId = account.userId();
  const composed = composePost(text, {
    deepLink:
      deepLink && ownId !== undefined
        ? `https://twitter.com/messages/compose?recipient_id=${ownId}`
        : undefined,
    agentName: agentInitials ? agentName : undefined,
    longest: maxPostLength,
  });
  if (!('tooMany' in composed)) return composed;
  const words = say('reply.postTooLong', { tooMany: composed.tooMany, max: maxPostLength });
  throw new BridgeError('post-too-long', words, { agentMessage: words });
}

/** What a customer has deleted is not answered. */
export function postDeleted(): BridgeError {
  const words = say('reply.postDeleted');
  return new BridgeError('post-deleted', words, { agentMessage: words });
}

async function targetOf(
  row: StoredOutbound,
  account: MessagingAccount,
  ports: SendReplyPorts,
): Promise<DirectTarget> {
  const { groupId } = row.message;
  if (groupId !== undefined) return { groupId };
  if (row.recipientId !== undefined) return { userId: row.recipientId };
  const user = await findRecipient(row.message.recipientValue, account, ports);
  ports.outbox.saveRecipient(row.seq, user.id);
  return { userId: user.id };
}

/** X's clock is known to a second or so; its times of messages and those of its answers may differ a little more. */
const clockSkew = 2 * 60_000;

/** After a send call whose answer was lost, or that the disk has lost: is the message in the conversation already? */
async function findSent(
  row: StoredOutbound,
  part: Part,
  route: Route,
  account: MessagingAccount,
  ports: SendReplyPorts,
): Promise<SentMessage | undefined> {
  const { sendingSince, createdAt } = row;
  if (!route.sent) return undefined;
  const ahead = ports.xNow() - ports.clock.now();
  const since = sendingSince ?? createdAt + ahead;
  const sent = await route.sent(part.text, since - clockSkew).catch((error: unknown) => {
    if (!(error instanceof BridgeError) || error.retryable) throw error;
    if (sendingSince !== undefined) throw cannotTell(error);
    // Nothing says that it was sent: a conversation that X does not show must not keep it from the customer.
    ports.log.warn('could not look for a reply on X after the plugin was killed; sending it', {
      answer: row.seq,
      reason: error.message,
    });
    return [];
  });
  const known = ports.outbox.knownSentIds(
    account.name,
    sent.map(({ id }) => id),
  );
  // Oldest first: of two equal answers the earlier one is the one whose outcome was lost.
  // What came after this start is somebody else's: the process that may have sent this reply had ended.
  const mayBeOurs = ({ sentAt }: SentMessage) =>
    sendingSince !== undefined || ports.mayBeSent(sentAt - ahead);
  return sent.reverse().find((each) => !known.has(each.id) && mayBeOurs(each) && isSame(each, part));
}

function cannotTell(cause: BridgeError): BridgeError {
  const words = say('reply.outcomeUnknown');
  return new BridgeError('refused-by-x', `${String(words)} (${cause.message})`, {
    agentMessage: words,
    outcomeUnknown: true,
    cause,
  });
}

function isSame(sent: SentMessage, { words, files }: Part): boolean {
  const carriesMedia = files.length > 0 === sent.mediaKeys.length > 0;
  return carriesMedia && sameText(sent.text, words);
}
