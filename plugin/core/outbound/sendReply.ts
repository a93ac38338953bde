import type { CorePorts } from '../corePorts';
import { chatRoute, goesEncrypted, knownWay } from './chatRoute';
import { composePost, type ComposedPost } from './composePost';
import { directConversation } from '../conversation';
import { BridgeError } from '../errors';
import { SentSearch, type SentSearchPorts } from './findSent';
import type { Tables } from '../ports';
import { mayBeOnX, mayBeThere } from './mayBeOnX';
import { joinedText, mayBeJoinedWith, mergeQueuedReplies } from './mergeReplies';
import type { PublicReply, StoredOutbound } from '../messages';
import { noLongerWanted } from './noLongerWanted';
import type { PendingWrites } from '../pendingWrites';
import { findRecipient } from './recipients';
import { maxMessageLength, messagesOf, type Part, type Route } from './route';
import type { MessagingAccount, DirectTarget, SentMessage } from '../gateways';
import type { Uploads } from './uploads';
import { say } from '../../texts/text';

export interface SendReplyPorts extends CorePorts, SentSearchPorts {
  pendingWrites: PendingWrites;
  uploads: Uploads;
  /** Has the reply wait while others are sent. */
  aside: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Replies whose send call is under way. */
  inFlight: Set<number>;
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
  const merged = await mergeQueuedReplies(stored, account.mergeQueuedReplies, maxMessageLength, ports.outbox);
  // What was sealed before it was joined with others is not what goes out now.
  const joined = merged.length > 0 ? await ports.outbox.get(stored.seq) : undefined;
  const row = joined ?? stored;
  const route = await routeOf(row, account, ports);
  const { files, text: own } = await provideFiles(row, account, route, ports);
  const search = new SentSearch(row, route, account, ports);
  const before = route.sent && (await settleDoubt(row, merged, search, route, account, ports));
  if (before) return before;
  const text = merged.length > 0 ? joinedText([row, ...merged]) : own;
  const { parts, dropped } = route.plan(text, files);
  const ids = [...row.sentIds];
  // Parts go out in order: where one is missing, those behind it are missing, too.
  let mayFollow = route.sent !== undefined;
  for (const [index, part] of parts.entries()) {
    if (index < ids.length) continue;
    const found: SentMessage | undefined =
      mayFollow && mayBeThere(row, index) ? await search.find(part) : undefined;
    if (found)
      ports.log.info('reply was already on X, not sent again', { answer: row.seq, dmEventId: found.id });
    else if (lookOnly && route.sent) throw notOnX();
    else if (mayFollow && row.doubt && search.isShown) await ports.outbox.clearDoubt(row.seq);
    mayFollow = found !== undefined;
    ids.push(found?.id ?? (await sendPart(row, merged, part, route, ports)));
    const last = index === parts.length - 1;
    await record([row, ...merged], [...ids], last, route, account, ports);
  }
  return { ids, dropped, merged };
}

/**
 * A reply in doubt that X shows, by itself or with others in one message, is done, whatever the store knows of how they
 * were joined.
 */
async function settleDoubt(
  row: StoredOutbound,
  merged: StoredOutbound[],
  search: SentSearch,
  route: Route,
  account: MessagingAccount,
  ports: SendReplyPorts,
): Promise<SentAnswer | undefined> {
  const { outbox, log } = ports;
  const later = await mayBeJoinedWith(row, outbox);
  const found = later && (await search.findJoined(later));
  if (!found) return undefined;
  const { id, others } = found;
  const seqs = others.map(({ seq }) => seq);
  // Those that it went without go out by themselves.
  if (merged.some(({ seq }) => !seqs.includes(seq))) await outbox.separate(row.seq);
  if (seqs.length > 0) await outbox.join(row.seq, seqs);
  log.info('reply was already on X, not sent again', { answer: row.seq, dmEventId: id, joined: seqs });
  await record([row, ...others], [id], true, route, account, ports);
  return { ids: [id], dropped: [], merged: others };
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
  if (await isGroupChanged(row, merged, ports)) throw await groupChanged(row, ports);
  // Before it is written down: whoever sets a reply aside looks at this first.
  ports.inFlight.add(row.seq);
  try {
    if (!(await ports.outbox.markSending(row.seq, ports.xNow()))) throw noLongerWanted();
    ports.onStep(row, 'sending');
    return await route.send(part).catch((error: unknown) => noteFailedCall(error, row, part, route, ports));
  } finally {
    ports.inFlight.delete(row.seq);
  }
}

/** Only here: an earlier call's unknown outcome stays unknown until a look at the conversation settles it. */
async function noteFailedCall(
  error: unknown,
  row: StoredOutbound,
  part: Part,
  route: Route,
  { outbox }: SendReplyPorts,
): Promise<never> {
  const isSure = error instanceof BridgeError && !error.outcomeUnknown && error.code !== 'store-unavailable';
  if (isSure && !isStillUnknown(row, part, route)) await outbox.clearSending(row.seq);
  throw error;
}

/** Encrypted messages are not looked for before they are sent again: only X's yes settles what became of an earlier call. */
function isStillUnknown(row: StoredOutbound, { index }: Part, route: Route): boolean {
  return !route.sent && mayBeThere(row, index);
}

/** An admin may take a joined reply out of the queue while the message is made ready. */
async function isGroupChanged(
  { seq, sendingSince }: StoredOutbound,
  merged: StoredOutbound[],
  ports: SendReplyPorts,
): Promise<boolean> {
  return sendingSince === undefined && (await ports.outbox.joinedTo(seq)).length < merged.length;
}

async function groupChanged(
  { seq }: StoredOutbound,
  { outbox, clock }: SendReplyPorts,
): Promise<BridgeError> {
  await outbox.saveSealed(seq, []);
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
  return ports.pendingWrites.write(account.name, head, async (tables) => {
    if (last) {
      for (const seq of seqs) await noteReplied(seq, account, ports.clock.now(), tables);
      await tables.outbox.markDelivered(seqs, ids, route.chat !== undefined);
    } else await tables.outbox.savePart(head, ids);
    for (const id of ids) await route.remember(id, tables);
  });
}

/** An agent's reply is there: from now on it is the customer's turn. */
async function noteReplied(
  seq: number,
  account: MessagingAccount,
  now: number,
  { outbox, conversations }: Tables,
): Promise<void> {
  const { message, recipientId, createdAt = now } = (await outbox.get(seq)) ?? {};
  if (!message || message.automatic || message.publicReply || message.groupId || recipientId === undefined)
    return;
  const { active } = account.rules.followUp;
  const conversation = directConversation(recipientId);
  const { customerAt = 0 } = await conversations.read(account.name, conversation);
  // Whoever wrote after the agent did owes no answer: they wait for one.
  const isAwaited = active && customerAt <= createdAt;
  await conversations.noteAgent(account.name, conversation, createdAt, isAwaited ? now : undefined);
  await conversations.noteAnswered(account.name, conversation, createdAt);
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

async function directRoute(
  { seq, sealed, sendingSince }: StoredOutbound,
  target: DirectTarget,
  account: MessagingAccount,
  { outbox, contacts, clock }: SendReplyPorts,
): Promise<Route> {
  const { x } = account;
  // It was to go out encrypted, before the customer wrote in plain again.
  if (sealed.length > 0 && sendingSince === undefined) await outbox.saveSealed(seq, []);
  return {
    plan: (text, files) => ({ parts: messagesOf(text, files), dropped: [] }),
    prepare: async () => {
      // An earlier try was in plain, and did not arrive; meanwhile the customer writes encrypted.
      if ('groupId' in target || !(await knownWay(target.userId, account, contacts))) return;
      await outbox.clearSending(seq);
      throw wentOver(clock.now());
    },
    send: ({ words, files }) => x.sendDirectMessage(target, words, files[0]?.id),
    sent: (_text, since) => x.sentMessages(target, since),
    remember: () => Promise.resolve(),
  };
}

function wentOver(now: number): BridgeError {
  return new BridgeError('chat-key-changed', 'the customer has gone over to encrypted chat', {
    retryable: true,
    retryAt: now,
    agentMessage: say('reply.encryptedNow'),
  });
}

async function publicRoute(
  row: StoredOutbound,
  reply: PublicReply,
  account: MessagingAccount,
  { threads }: SendReplyPorts,
): Promise<Route> {
  const { name, x } = account;
  // Where X may have the answer already, saying that it was withheld could be a lie.
  if (!mayBeOnX(row) && (await threads.isDeleted(name, reply.postId))) throw postDeleted();
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
    remember: (id, { threads }) => threads.save(name, id, reply.thread, account.userId() ?? ''),
  };
}

/** The public answer as X is to show it. @throws BridgeError `post-too-long` in the agent's words */
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
  throw new BridgeError(
    'post-too-long',
    say('reply.postTooLong', { tooMany: composed.tooMany, max: maxPostLength }),
  );
}

/** What a customer has deleted is not answered, and the agent hears so at once, not when the answer were due. */
export async function deletedPost(
  row: StoredOutbound,
  threads: SendReplyPorts['threads'],
): Promise<BridgeError | undefined> {
  const { account, publicReply } = row.message;
  if (publicReply === undefined || mayBeOnX(row)) return undefined;
  return (await threads.isDeleted(account, publicReply.postId)) ? postDeleted() : undefined;
}

/** What a customer has deleted is not answered. */
export function postDeleted(): BridgeError {
  return new BridgeError('post-deleted', say('reply.postDeleted'));
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
  await ports.outbox.saveRecipient(row.seq, user.id);
  return { userId: user.id };
}
