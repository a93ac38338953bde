import { chatRoute, goesEncrypted } from './chatRoute';
import type { Clock } from './clock';
import { composePost, type ComposedPost } from './composePost';
import { directConversation } from './conversation';
import type { Conversations } from './conversations';
import { BridgeError } from './errors';
import { joinedText, joinWaiting } from './joinWaiting';
import { readMapValue, type Addressee } from './mapValue';
import type { PublicReply, StoredOutbound, XUser } from './messages';
import type { OwedWrites } from './owedWrites';
import { longestMessage, messagesOf, type Part, type Route } from './route';
import type { Contacts, Log, Outbox, Threads } from './ports';
import type { BridgeAccount, DirectTarget, SentMessage } from './sides';
import type { Uploads } from './uploads';

export interface SendPorts {
  outbox: Outbox;
  contacts: Contacts;
  threads: Threads;
  conversations: Conversations;
  clock: Clock;
  owed: OwedWrites;
  uploads: Uploads;
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
  together: StoredOutbound[];
}

/**
 * Brings one stored answer to the customer, from wherever an earlier try left off: find the X user, move the
 * file, send the Direct Messages or the public answer.
 * @throws BridgeError saying whether and when to try again, with a sentence for the agent
 */
export async function sendOutbound(
  stored: StoredOutbound,
  account: BridgeAccount,
  ports: SendPorts,
): Promise<SentAnswer> {
  const together = joinWaiting(stored, account.joinWaiting, longestMessage, ports.outbox);
  // What was sealed before it was joined with others is not what goes out now.
  const joined = together.length > 0 ? ports.outbox.get(stored.seq) : undefined;
  const row = joined ?? stored;
  const route = await routeOf(row, account, ports);
  const { files, text: own } = await ports.uploads.provide(row, account, route.chat);
  const text = together.length > 0 ? joinedText([row, ...together]) : own;
  const { parts, dropped } = route.plan(text, files);
  const ids = [...row.sentIds];
  for (const [index, part] of parts.entries()) {
    if (index < ids.length) continue;
    const mayBeThere = index === row.sentIds.length && row.sendingSince !== undefined;
    const lost = mayBeThere ? await findLost(row, part, route, account, ports) : undefined;
    if (lost)
      ports.log.info('answer was already on X, not sent again', { answer: row.seq, dmEventId: lost.id });
    ids.push(lost?.id ?? (await sendPart(row, part, route, ports)));
    const last = index === parts.length - 1;
    await record([row, ...together], [...ids], last, route, account, ports);
  }
  return { ids, dropped, together };
}

async function sendPart(row: StoredOutbound, part: Part, route: Route, ports: SendPorts): Promise<string> {
  await route.prepare?.(part);
  ports.outbox.markSending(row.seq, ports.clock.now());
  ports.onStep(row, 'sending');
  try {
    return await route.send(part);
  } catch (error) {
    // Only here: an earlier call's unknown outcome stays unknown until a look at the conversation settles it.
    if (error instanceof BridgeError && !error.outcomeUnknown && error.code !== 'store-unavailable')
      ports.outbox.clearSending(row.seq);
    throw error;
  }
}

function record(
  rows: StoredOutbound[],
  ids: string[],
  last: boolean,
  route: Route,
  account: BridgeAccount,
  ports: SendPorts,
): Promise<void> {
  const seqs = rows.map(({ seq }) => seq);
  const [head = 0] = seqs;
  return ports.owed.write(head, () => {
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
  account: BridgeAccount,
  { outbox, conversations, clock }: SendPorts,
): void {
  const { message, recipientId } = outbox.get(seq) ?? {};
  if (!message || message.automatic || message.publicReply || message.groupId || recipientId === undefined)
    return;
  const { active } = account.rules.followUp;
  conversations.noteAgent(account.name, directConversation(recipientId), clock.now(), active);
}

async function routeOf(row: StoredOutbound, account: BridgeAccount, ports: SendPorts): Promise<Route> {
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
  { name, x }: BridgeAccount,
  { outbox, contacts, clock }: SendPorts,
): Route {
  // It was to go out encrypted, before the customer wrote in plain again.
  if (sealed.length > 0 && sendingSince === undefined) outbox.saveSealed(seq, []);
  return {
    plan: (text, files) => ({ parts: messagesOf(text, files), dropped: [] }),
    prepare: () => {
      // An earlier try was in plain, and did not arrive; meanwhile the customer writes encrypted.
      if ('groupId' in target || contacts.wroteEncrypted(name, target.userId) !== true)
        return Promise.resolve();
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
    agentMessage: 'The customer writes encrypted now, so the answer is encrypted and sent again.',
  });
}

function publicRoute(
  { sendingSince }: StoredOutbound,
  reply: PublicReply,
  account: BridgeAccount,
  { threads }: SendPorts,
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
  account: BridgeAccount,
): ComposedPost {
  const { deepLink, agentInitials, longestPost } = account.mentions;
  const ownId = account.userId();
  const composed = composePost(text, {
    deepLink:
      deepLink && ownId !== undefined
        ? `https://twitter.com/messages/compose?recipient_id=${ownId}`
        : undefined,
    agentName: agentInitials ? agentName : undefined,
    longest: longestPost,
  });
  if (!('tooMany' in composed)) return composed;
  const words = `The public answer is ${composed.tooMany} characters too long: X takes ${longestPost}, where emoji and Chinese, Japanese or Korean characters count 2 and a link counts 23.`;
  throw new BridgeError('post-too-long', words, { agentMessage: words });
}

/** What a customer has deleted is not answered. */
export function postDeleted(): BridgeError {
  const words = 'The customer deleted the post on X, so the answer was withheld.';
  return new BridgeError('post-deleted', words, { agentMessage: words });
}

async function targetOf(
  row: StoredOutbound,
  account: BridgeAccount,
  ports: SendPorts,
): Promise<DirectTarget> {
  const { groupId } = row.message;
  if (groupId !== undefined) return { groupId };
  if (row.recipientId !== undefined) return { userId: row.recipientId };
  const user = await findRecipient(row.message.recipientValue, account, ports);
  ports.outbox.saveRecipient(row.seq, user.id);
  return { userId: user.id };
}

/**
 * Who on X is meant by a contact's Map Key value: a customer seen before, or one X knows by that handle. A
 * look-up that X answered is kept, for each one costs money.
 * @throws BridgeError `unknown-recipient` when there is no such user; retryable when X could not be asked
 */
export async function findRecipient(
  value: string,
  account: BridgeAccount,
  ports: Pick<SendPorts, 'contacts' | 'clock'>,
): Promise<XUser> {
  const addressee = readMapValue(value, account.mapValue);
  if (!addressee) throw unknownRecipient(value, 'is neither an X handle nor an X user id');
  const known = knownAs(value, addressee, account, ports.contacts);
  if (known) return known;
  const user = await account.x.userByHandle(addressee.value);
  if (!user) throw unknownRecipient(value, 'does not exist on X (any more)');
  ports.contacts.see(account.name, user, ports.clock.now());
  return user;
}

/** Who is meant by a contact's Map Key value, as far as that can be said without asking X. */
export function knownRecipient(value: string, account: BridgeAccount, contacts: Contacts): XUser | undefined {
  const addressee = readMapValue(value, account.mapValue);
  return addressee && knownAs(value, addressee, account, contacts);
}

function knownAs(
  value: string,
  addressee: Addressee,
  account: BridgeAccount,
  contacts: Contacts,
): XUser | undefined {
  // As it stands on the host, or without decoration: the host's field may hold either.
  const seen =
    contacts.byMapValue(account.name, value.trim()) ?? contacts.byMapValue(account.name, addressee.value);
  if (seen) return seen;
  if (addressee.id !== undefined) return { id: addressee.id };
  return contacts.byUsername(account.name, addressee.value);
}

function unknownRecipient(value: string, why: string): BridgeError {
  const words = `"${value.slice(0, 80)}" ${why}. Correct the contact's X handle and send again.`;
  return new BridgeError('unknown-recipient', words, { agentMessage: words });
}

/** X's clock and ours may differ, and `sendingSince` is of ours. */
const clockSkew = 2 * 60_000;

/** After a send call whose answer was lost: is the message in the conversation already? */
async function findLost(
  row: StoredOutbound,
  part: Part,
  route: Route,
  account: BridgeAccount,
  ports: SendPorts,
): Promise<SentMessage | undefined> {
  if (!route.sent) return undefined;
  const since = (row.sendingSince ?? 0) - clockSkew;
  const sent = await route.sent(part.text, since).catch((error: unknown) => {
    if (error instanceof BridgeError && !error.retryable) throw cannotTell(error);
    throw error;
  });
  const known = ports.outbox.knownSentIds(
    account.name,
    sent.map(({ id }) => id),
  );
  // Oldest first: of two equal answers the earlier one is the one whose outcome was lost.
  return sent.reverse().find((each) => !known.has(each.id) && isSame(each, part));
}

function cannotTell(cause: BridgeError): BridgeError {
  const words =
    'The connection to X broke while sending, and X does not show whether the message arrived. Please check on x.com before sending it again.';
  return new BridgeError('refused-by-x', `${words} (${cause.message})`, { agentMessage: words, cause });
}

function isSame(sent: SentMessage, { words, files }: Part): boolean {
  const carriesMedia = files.length > 0 === sent.mediaKeys.length > 0;
  return carriesMedia && squeeze(sent.text) === squeeze(words);
}

/** X trims texts and may fold white space. */
const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();
