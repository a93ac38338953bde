import { noteMark } from '../presenceMarks';
import type { CorePorts } from '../corePorts';
import { groupOf, isPostConversation, queueNameOf } from '../conversation';
import type { EventBatch, EventMessage, ReplayStatus } from './events';
import { encryptedFact, ingestEncrypted } from './ingestEncrypted';
import { handleDeletedPosts } from './handleDeletedPosts';
import type { InboundMessage } from '../messages';
import type { Tables } from '../ports';
import { inboundStep } from '../steps';
import { assignThread, noteOwnPost } from '../threads';

/** The kinds of event that an account takes in. */
export interface WantedEvents {
  directMessages: boolean;
  mentions: boolean;
  /** Whether posts that only quote the account are taken in. */
  quotes: boolean;
  /** Whether encrypted X Chat is taken in. */
  chat: boolean;
}

/** An account as far as receiving goes. */
export interface ReceivingAccount {
  name: string;
  wants: WantedEvents;
  /** The account's own X user, once known. */
  userId(): string | undefined;
  /** X delivered something, by calling us or otherwise, and all of it is safely on disk. */
  onEvent(pushed: boolean): void;
  /** X called with something that could not be stored, so that it may give it up. */
  onRefused(): void;
  /** Hears that the account's user took the app's access away. */
  onRevoked(): void;
  /** Hears that a replay job of X has ended. */
  onReplay(status: ReplayStatus): void;
  /** Hears whose post was taken in. */
  onPost(authorId: string): void;
}

/**
 * Takes in what X delivered to an account, whatever way it came. Resolves when every message is safely on disk, or is left out because it
 * cannot be stored at all (see `Unstorable`), which is logged.
 * @throws BridgeError `store-unavailable`; then nothing counts as taken, and X has to deliver again
 */
export async function ingestEvents(
  delivered: EventBatch,
  account: ReceivingAccount,
  ports: CorePorts,
): Promise<void> {
  const batch = ports.otherUsers.ownShare(delivered, account);
  let known: InboundMessage[];
  try {
    known = await store(batch, account, ports);
  } catch (error) {
    if (batch.pushed) account.onRefused();
    throw error;
  }
  account.onEvent(batch.pushed);
  if (batch.revoked && [undefined, account.userId()].includes(batch.forUserId)) account.onRevoked();
  if (batch.replay) account.onReplay(batch.replay);
  if (batch.pushed) noteCharges(batch, known, account, ports);
}

/** @returns the messages that were known already */
async function store(
  batch: EventBatch,
  account: ReceivingAccount,
  ports: CorePorts,
): Promise<InboundMessage[]> {
  const foreign = batch.messages.filter(({ sender }) => sender.id !== account.userId());
  const wanted = foreign.filter((message) => isWanted(message, account));
  const prepare = async (tables: Tables) => {
    const tied: InboundMessage[] = [];
    for (const message of wanted) tied.push(await tieToAccount(message, account, tables));
    const { log } = ports;
    const { chat, inbox, outbox } = tables;
    const encrypted = await ingestEncrypted(batch.encrypted, account, { chat, log, inbox, outbox });
    return { encrypted, messages: [...tied, ...encrypted] };
  };
  const { encrypted, messages, fresh } = await keep(prepare, ports);
  const also = async (what: string, work: () => void | Promise<void>) =>
    ports.unstorable.attempt(what, account.name, work);
  for (const own of [...batch.own, ...batch.messages])
    await also(`own post ${own.messageId}`, () => noteOwnPost(own, account, ports));
  await also(`deleted posts ${batch.deletedPosts.join(' ')}`, () =>
    handleDeletedPosts(batch.deletedPosts, account.name, ports),
  );
  for (const mark of batch.marks) noteMark(account.name, mark, ports.facts);
  for (const { userId, username } of batch.handles)
    await also(`handle of ${userId}`, () => noteHandle(userId, username, account.name, ports));
  report(batch, foreign, account, ports);
  messages.forEach((message, index) => {
    const result = fresh[index] === true ? 'kept' : 'duplicate';
    ports.counters.count('events', { account: account.name, kind: kindOf(message), result });
    if (result !== 'kept') return;
    announce(message, ports);
    if (wanted[index]?.post) account.onPost(message.sender.id);
  });
  const last = encrypted.findLast(({ notice }) => notice === undefined);
  if (last) ports.facts.save(account.name, encryptedFact, String(last.sentAt));
  return messages.filter((_, index) => fresh[index] !== true);
}

interface Prepared {
  encrypted: InboundMessage[];
  messages: InboundMessage[];
}

/**
 * Keeps messages as one commit. When the store refuses them although it can be written, one of them may be at fault: then
 * each is kept by itself, so that it does not hold up the others.
 * @param prepare makes them ready; within the commit, so that what comes later is not kept earlier
 * @returns for each message whether it is new
 */
async function keep(
  prepare: (tables: Tables) => Promise<Prepared>,
  ports: CorePorts,
): Promise<Prepared & { fresh: boolean[] }> {
  // At once, since what follows may fail; and for known messages too, which may still wait.
  const wake = ({ account, conversation }: InboundMessage) => ports.wake(queueNameOf(account, conversation));
  try {
    const done = await ports.transaction(async (tables) => {
      const prepared = await prepare(tables);
      return { ...prepared, fresh: await tables.inbox.keep(prepared.messages) };
    });
    done.messages.forEach(wake);
    if (done.messages.length > 0) ports.unstorable.noteStored();
    return done;
  } catch (error) {
    if (ports.trouble() !== undefined) throw error;
  }
  const prepared = await prepare(ports);
  const kept = prepared.messages.map(async (message) => {
    let isNew = false;
    const keepOne = async () => {
      [isNew = false] = await ports.inbox.keep([message]);
      wake(message);
    };
    await ports.unstorable.attempt(`message ${message.messageId}`, message.account, keepOne);
    return isNew;
  });
  await Promise.allSettled(kept);
  return { ...prepared, fresh: await Promise.all(kept) };
}

/** Only of who is a customer already: nobody else's handle matters. */
async function noteHandle(
  userId: string,
  username: string,
  account: string,
  { contacts, clock, log }: CorePorts,
): Promise<void> {
  const known = await contacts.byId(account, userId);
  if (!known || known.username === username) return;
  await contacts.see(account, { id: userId, username }, clock.now());
  log.info('a customer has another handle on X', { account, userId });
}

const kindOf = ({ thread, closed }: InboundMessage) =>
  closed
    ? 'encrypted_message'
    : thread === undefined
      ? 'direct_message'
      : groupOf(thread) === undefined
        ? 'post'
        : 'group_message';

function isWanted({ post }: EventMessage, { wants }: ReceivingAccount): boolean {
  if (!post) return wants.directMessages;
  return wants.mentions && (wants.quotes || post.onlyQuotes !== true);
}

async function tieToAccount(
  message: EventMessage,
  account: ReceivingAccount,
  tables: Tables,
): Promise<InboundMessage> {
  const { post, ...rest } = message;
  if (post)
    return { ...rest, account: account.name, ...(await assignThread(message, post, account, tables)) };
  const inGroup = groupOf(message.conversation) !== undefined;
  return { ...rest, account: account.name, ...(inGroup ? { thread: message.conversation } : {}) };
}

function announce(message: InboundMessage, ports: CorePorts): void {
  const { account, messageId, conversation, text, media, sender, closed } = message;
  ports.log.info('message received', {
    account,
    messageId,
    conversation,
    media: media.length,
    ...(closed ? { encrypted: true } : ports.logText() ? { text } : {}),
  });
  const who = sender.username === undefined ? sender.id : `@${sender.username}`;
  ports.activity(inboundStep(message, 'stored', `${who}: ${closed ? 'encrypted' : text}`));
}

function report(
  batch: EventBatch,
  foreign: EventMessage[],
  account: ReceivingAccount,
  ports: CorePorts,
): void {
  const { counters, log } = ports;
  const count = (kind: string, result: string, by: number) => {
    if (by > 0) counters.count('events', { account: account.name, kind, result }, by);
  };
  for (const { kind, reason } of batch.malformed) {
    count(kind.replaceAll(/\W/g, '_'), 'malformed', 1);
    log.warn('malformed event left out', { account: account.name, kind, reason });
  }
  for (const message of foreign)
    if (!isWanted(message, account)) count(message.post ? 'post' : 'direct_message', 'switched_off', 1);
  const own = [...batch.own, ...batch.messages.filter((message) => !foreign.includes(message))];
  count('post', 'own', own.filter(({ post }) => post).length);
  count('direct_message', 'own', own.filter(({ post }) => !post).length);
  count('post_delete', 'taken', batch.deletedPosts.length);
  count('handle', 'taken', batch.handles.length);
  for (const { kind } of batch.marks) count(kind, 'kept', 1);
  for (const [kind, number] of Object.entries(batch.others)) {
    count(kind, 'not_forwarded', number);
    log.debug('event of another kind', { account: account.name, kind, number });
  }
}

/** What X pushes has a price, once within a day; what comes again is free. */
function noteCharges(
  { messages, encrypted }: EventBatch,
  known: InboundMessage[],
  account: ReceivingAccount,
  { charges }: CorePorts,
): void {
  // What the account itself writes is told for nothing (X docs: pay-per-use pricing).
  const theirs = encrypted.filter(({ senderId }) => senderId !== account.userId()).length;
  const before = known.filter(({ closed }) => closed?.own === undefined);
  const isPost = ({ conversation }: { conversation: string }) => isPostConversation(conversation);
  const posts = messages.filter(isPost).length - before.filter(isPost).length;
  const direct = messages.length + theirs - before.length - posts;
  charges.note(account.name, 'event', Math.max(0, direct));
  charges.note(account.name, 'post event', Math.max(0, posts));
}
