import type { ListedOutcome } from './messageState';
import type { ConversationRow, LatestMessages, PeopleQuery, Person } from './people';
import type { Cluster } from './cluster';
import type { ChatStore, EncryptedReply } from './chat';
import type { Conversations } from './conversations';
import type { AccountFacts } from './accountFacts';
import type { Charges } from './charges';
import type { Documents } from './documents';
import type { Eraser } from './eraser';
import type { Reporting } from './reporting';
import type { InboundMessage, OutboundMessage, StoredInbound, StoredOutbound, XUser } from './messages';

/** What the customer's side needs of the store. */
export interface Inbox {
  /**
   * Keeps messages, those known already excepted; all of them, or none.
   * @returns for each message whether it was new
   */
  keep(messages: InboundMessage[]): boolean[];
  /** The oldest message of a conversation, in X's order (its sort key), that has not come to its end. */
  nextIn(queueName: string): StoredInbound | undefined;
  get(seq: number): StoredInbound | undefined;
  /** Who wrote a message; somebody else once they are forgotten. */
  senderOf(seq: number): string | undefined;
  /** A message by X's id, whatever has become of it. */
  find(account: string, messageId: string): StoredInbound | undefined;
  /** Of the given ids, those of messages that were kept. */
  knownMessages(account: string, ids: string[]): Set<string>;
  /**
   * Puts other words in a message's place, and takes its media out, unless the host has it or is being told it.
   * @returns whether that was still possible
   */
  withhold(seq: number, text: string): boolean;
  /** Conversations with something to do, in the order of their names: those behind one, and at most so many. */
  queueNames: (after?: string, most?: number) => string[];
  /** Remembers attachments put into the host, so that a retry does not put them there twice. */
  saveAttachments(seq: number, attachments: (string | null)[]): void;
  /**
   * Writes down that a notify call is about to go out.
   * @param withheld what the row said of it when it was read
   * @returns false, and nothing is written, when the message has been withheld, set aside or erased since
   */
  markDelivering(seq: number, now: number, withheld: boolean): boolean;
  /**
   * The host confirmed a notify call. Doing it again changes nothing.
   * @param notified how many of the message's calls it has confirmed; `last`: these are all
   */
  saveNotified(seq: number, hostMessageId: string | undefined, notified: number, last: boolean): void;
  /** The last notify call certainly had no effect. */
  clearDelivering(seq: number): void;
  /** Puts a message back to wait. */
  postpone(seq: number, dueAt: number, reason: string): void;
  markFailed(seq: number, reason: string): void;
  /** Keeps a message from the agents; an admin may still let it through. */
  markFiltered(seq: number, reason: string): void;
  /**
   * Whom a message goes to. For the bot, whose answer is there, that is its end.
   * @returns false, and nothing is written, when the message has come to another end meanwhile
   */
  markReceived(seq: number, by: 'agents' | 'bot'): boolean;
  /** There was nothing in it for anybody: it counts as no message. */
  markNothing(seq: number): void;
  /** Makes all that waits (of one account, or of all) due at once: what held it up is over. */
  release(account: string | undefined, now: number): void;
  /** Of the given ids, those the host gave to messages handed over earlier. */
  knownHostMessages(account: string, ids: string[]): Set<string>;
  /**
   * The host has taken a text without telling an id for it, by which it could be known.
   * @param at milliseconds since 1970, by the host's clock
   */
  noteHandedOver(queueName: string, body: string, at: number): void;
  /** How often the host has taken a text without telling an id, since a time by its clock (ms since 1970). */
  handedOver(queueName: string, body: string, since: number): number;
}

/** What the agent's side needs of the store. */
export interface Outbox {
  add(message: OutboundMessage, now: number): StoredOutbound;
  get(seq: number): StoredOutbound | undefined;
  /**
   * A reply with the same words and files in the same interaction since a time (ms since 1970), whose call the host got no
   * answer to; not one that failed.
   */
  findDuplicate(message: OutboundMessage, since: number): StoredOutbound | undefined;
  /** The host has been answered: what it calls with from now on is another reply. */
  markAnswered(seq: number): void;
  nextIn(queueName: string): StoredOutbound | undefined;
  /** Queues with something to do, in the order of their names: those behind one, and at most so many. */
  queueNames: (after?: string, most?: number) => string[];
  saveRecipient(seq: number, recipientId: string): void;
  /**
   * Remembers uploaded media, and the text that goes with it.
   * @returns false, and nothing is written, when the reply was set aside or erased meanwhile
   */
  saveMedia(seq: number, media: StoredOutbound['media'], text: string): boolean;
  /**
   * Writes down that the send call is about to go out.
   * @returns false, and nothing is written, when the reply was set aside or erased meanwhile
   */
  markSending(seq: number, now: number): boolean;
  /** The last send call certainly had no effect. */
  clearSending(seq: number): void;
  /** X was asked: it has neither this reply nor those that are joined to it. */
  clearDoubt(seq: number): void;
  /** The answers behind this one in its queue that have not come to their end, the oldest first. */
  laterInQueue(seq: number): StoredOutbound[];
  /** The answers that go out in one message with this one, the oldest first. */
  joinedTo(seq: number): StoredOutbound[];
  /** The answers that are, or went, in one message with this one, whatever became of them. */
  sentWith(seq: number): StoredOutbound[];
  /** Writes down which answers go out in one message with this one. */
  join(seq: number, others: number[]): void;
  /** They go out by themselves after all. */
  separate(seq: number): void;
  /** X has a part of an answer; `ids` are those of all parts so far. */
  savePart(seq: number, ids: string[]): void;
  /** Keeps the messages of X Chat an answer became, before the first of them goes out. */
  saveSealed(seq: number, sealed: EncryptedReply[]): void;
  /** X has these answers, in the messages of the given ids. @param erase takes their words out of the store */
  markDelivered(seqs: number[], ids: string[], erase: boolean): void;
  /** What has become of a reply since it was delivered: it was taken back, or X failed it. */
  noteOutcome(seq: number, reason: string): void;
  /** @param forWindow whether a rate limit window is the cause */
  postpone(seq: number, dueAt: number, reason: string, forWindow: boolean): void;
  markFailed(seqs: number[], reason: string): void;
  /** Takes an answer out that nobody needs any longer, and that X certainly has nothing of. */
  drop(seq: number): void;
  /** Makes all that waits (of one account, or of all) due at once. A closed rate limit window is kept elsewhere and still holds. */
  release(account: string | undefined, now: number): void;
  /** Of the given ids, those of messages we know to have sent. */
  knownSentIds(account: string, ids: string[]): Set<string>;
}

/** Who is behind a contact of the host: kept from what events brought and from look-ups. */
export interface Contacts {
  see(account: string, user: XUser, now: number): void;
  /** Notes how a customer wrote in private; older messages, which may come later, do not count. */
  noteWay(account: string, id: string, encrypted: boolean, at: number): void;
  /** The same for whoever is known just as they are; one step instead of two. @returns whether they are */
  noteWayOfKnown(account: string, user: XUser, encrypted: boolean, at: number): boolean;
  byId(account: string, id: string): XUser | undefined;
  byUsername(account: string, username: string): XUser | undefined;
  /** Remembers the Map Key value a user was handed to the host with. */
  saveMapValue(account: string, id: string, value: string): void;
  byMapValue(account: string, value: string): XUser | undefined;
  /** The Map Key value a user was last handed to the host with. */
  mapValueOf(account: string, id: string): string | undefined;
  /** @param thread the host's thread; undefined for the one-to-one conversation */
  saveInteraction(account: string, id: string, thread: string | undefined, interactionId: string): void;
  interactionOf(account: string, id: string, thread: string | undefined): string | undefined;
  /** When the host's contact last got what is known of a customer, in ms since 1970. */
  cardSentAt(account: string, id: string): number | undefined;
  noteCardSent(account: string, id: string, at: number): void;
  /** Who wrote in private since a time (ms since 1970), the latest first. */
  recentWriters(account: string, since: number, most: number): string[];
  /** Whether a customer's last private message was encrypted; undefined when there was none. */
  wroteEncrypted(account: string, id: string): boolean | undefined;
  /** Whether a customer has ever written encrypted. */
  everEncrypted(account: string, id: string): boolean;
}

/** Which posts belong to which of the host's threads. */
export interface Threads {
  /** The thread a post was put into. */
  threadOf(account: string, postId: string): string | undefined;
  save(account: string, postId: string, threadId: string, authorId: string): void;
  /**
   * The newest post of a thread that was not deleted: by the given user, or else by anybody.
   * @param ownId the account's own user, whose posts are not meant
   */
  newestPost(
    account: string,
    threadId: string,
    authorId: string | undefined,
    ownId: string | undefined,
  ): string | undefined;
  markDeleted(account: string, postId: string): void;
  isDeleted(account: string, postId: string): boolean;
  /** Whose posts came in since a time (ms since 1970), the latest first. */
  recentAuthors(account: string, since: number, most: number): string[];
}

/** A message as the panel lists it. Times are milliseconds since 1970. */
export interface HistoryRow {
  direction: 'in' | 'out';
  seq: number;
  account: string;
  /** The other side's handle, or id. */
  who: string;
  at: number;
  state: ListedOutcome;
  attempts: number;
  dueAt: number;
  reason: string | undefined;
  /** Its words are kept no longer, so that it cannot be tried again. */
  erased: boolean;
  /** It can be taken back on X. */
  recallable: boolean;
  words: string;
}

export interface HistoryQuery {
  direction: 'in' | 'out';
  account: string | undefined;
  state: HistoryRow['state'] | undefined;
  /** Part of a handle. */
  search: string | undefined;
  /** Older than this one. */
  before: number | undefined;
}

type MessageRef = Pick<HistoryRow, 'direction' | 'seq'>;

/** What went in and out, for the panel: of what was delivered, the newest 50,000. */
export interface History {
  page(query: HistoryQuery): { rows: HistoryRow[]; more: boolean };
  /** Whom messages came from and went to, the latest first: of the newest ones, or of those that are searched for. */
  people(query: PeopleQuery): { people: Person[]; more: boolean };
  /** What was written with one customer, the oldest first: the newest 200 messages. @param query `since`: in ms since 1970 */
  conversation(query: { account: string; person: string; since?: number | undefined }): ConversationRow[];
  latest(account: string): LatestMessages;
  /** How many messages came and went in each hour since a time, by the hour's beginning. */
  hours(account: string, since: number): { in: Map<number, number>; out: Map<number, number> };
  /**
   * Makes a message that waits, has failed or was filtered due now; it is not filtered again.
   * @returns its queue; undefined when it is delivered, erased, or not known
   */
  retry(message: MessageRef): string | undefined;
  /** Takes a message that waits out of its queue. @returns false when it does not wait (any longer) */
  setAside(message: MessageRef, reason: string): boolean;
}

/** How many messages wait, and how many were set aside, of one account in one direction. */
export interface Depths {
  waiting: number;
  failed: number;
  waitingBecause?: string;
}

export interface QueueDepths {
  inbound(account: string): Depths;
  outbound(account: string): Depths;
  /** How many messages were kept from the agents. */
  filtered(account: string): number;
}

/** Operations of a table as they are called: outside a transaction, what writes is durable when its promise resolves. */
export type Async<Table> = {
  [Name in keyof Table]: Table[Name] extends (...parts: infer Parts) => infer Result
    ? (...parts: Parts) => Promise<Result>
    : never;
};

/** What one transaction can read and write. */
export interface Tables {
  inbox: Async<Inbox>;
  outbox: Async<Outbox>;
  contacts: Async<Contacts>;
  conversations: Async<Conversations>;
  threads: Async<Threads>;
  chat: Async<ChatStore>;
  history: Async<History>;
  depths: Async<QueueDepths>;
  reporting: Async<Reporting>;
  /** What works on many rows does so a piece at a time, in transactions of its own. */
  eraser: Async<Eraser>;
}

/**
 * Everything that must survive a kill. Knows nothing of how it is kept. All of it rejects or throws BridgeError
 * `store-unavailable` where the store cannot be used.
 */
export interface MessageStore extends Tables {
  facts: AccountFacts;
  charges: Charges;
  /** The processes that share the store. */
  cluster: Cluster;
  /** What they share besides; undefined where there can be only one. */
  documents: Documents | undefined;
  /** Copies the store as it is now into a file, while it is written on. */
  copyTo: (target: string) => Promise<void>;
  /**
   * Does several writes as one durable commit, or none of them. The commit may be shared with others that come in the same
   * turn; when that fails `work` is called once more, so it must do nothing but read and write, and wait for nothing else.
   */
  transaction: <T>(work: (tables: Tables) => Promise<T>) => Promise<T>;
  /** Why nothing can be written right now; undefined when all is well. */
  trouble: () => string | undefined;
  /** Closes it, after what is being written is. */
  close(): Promise<void>;
}

/** What changed with one message, for the sandbox page and the panel. */
export interface ActivityEntry {
  at: number;
  direction: 'in' | 'out';
  account: string;
  messageId: string;
  conversation: string;
  step: string;
  detail?: string | undefined;
}

export type ActivityListener = (entry: Omit<ActivityEntry, 'at'>) => void;

export type LogFields = Record<string, unknown>;

/** A log line is an event in words plus fields. */
export interface Log {
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
  /** A logger that adds the given fields to every line. */
  with(fields: LogFields): Log;
}

/** Things to count, for `/metrics` and `/health`. */
export interface Counters {
  count(name: CounterName, labels: Record<string, string>, by?: number): void;
}

export type CounterName =
  | 'events'
  | 'webhook_refusals'
  | 'inbound'
  | 'outbound'
  | 'host_calls'
  | 'x_calls'
  | 'filtered'
  | 'bot'
  | 'automatic';
