import type { InboundMedia, SealedMedia, UploadedFile } from './messages';
import type { DirectTarget, FileStream } from './gateways';

/** Encrypted X Chat, as the inbound and outbound sides see it. */

/** A message of X Chat as X delivered it: only the account's keys open it. */
export interface ClosedMessage {
  /** X's event, base64. */
  event: string;
  /** Changes of the conversation's key that came with it, base64. */
  keyChanges: string[];
  /** As in what is signed: `A:B`, or a group's id. */
  conversationId: string;
  /** X's token for answers in this conversation. */
  token?: string;
  /** X's number of the event in its conversation. */
  sequence?: string;
  /** The account's own user is said to have written it. */
  own?: true;
}

/** Something the agent has to know beside what a customer wrote, in our words. */
export interface Remark {
  words: string;
  /** Said once for each of these; every time where it is absent. */
  once?: { about: string; id: string };
}

/** What was in a closed message. */
export type Opened =
  /** `id` is part of what the sender signed, here and below. */
  | {
      kind: 'message';
      id: string;
      text: string;
      media: InboundMedia[];
      remarks: Remark[];
      /** It disappears on X after so many milliseconds. */
      ttlMs?: number;
    }
  /** A message, by X's number of it, reads otherwise now. */
  | { kind: 'edit'; id: string; sequence: string; text: string }
  | { kind: 'reaction'; id: string; sequence: string; emoji: string; removed: boolean }
  /** Messages were deleted, by X's numbers or their signed ids; an admin of a group deletes anybody's. */
  | { kind: 'deletion'; id: string; deleted: string[]; byAdmin: boolean }
  /** People came into a group, or left it. */
  | { kind: 'members'; id: string; joined: boolean; userIds: string[] }
  /** X's word that a reply did not arrive, and why; the id is the reply's. */
  | { kind: 'failure'; id: string; why: string }
  /** Something else the agent has to know, in our words. */
  | {
      kind: 'notice';
      id: string;
      words: string;
      /** A message that may be read later, when its key has come. */
      unread?: true;
    }
  /** Nothing for an agent. */
  | { kind: 'nothing' };

/** A conversation, and the version of its key that what goes out now is encrypted with. */
export interface ChatConversation {
  id: string;
  keyVersion: string;
}

/** An encrypted, signed answer, kept so that a retry sends the very same. */
export interface EncryptedReply {
  conversationId: string;
  keyVersion: string;
  messageId: string;
  content: string;
  signature: string;
}

/** How an account stands with its keys. `stale`: X has others for it. */
export type ChatState = 'off' | 'starting' | 'no-keys' | 'locked' | 'stale' | 'ok';

/** What belongs to a message beside its words and file. */
export interface SealOptions {
  /** The reply it is part of, in the outbox. */
  outboxSeq: number;
  /** X's event of the message it quotes. */
  quotes?: string;
}

/** Encrypted X Chat of one account. All methods throw BridgeError. */
export interface ChatGateway {
  /** Whether customers who have ever written encrypted get no reply in plain. */
  readonly neverPlain: boolean;
  state(): ChatState;
  /** What is in a closed message; why it cannot be read or trusted is a notice. */
  open(closed: ClosedMessage, senderId: string): Promise<Opened>;
  /** The words of a message that was opened before; undefined where they cannot be had. Says nothing new of its conversation. */
  wordsOf(closed: ClosedMessage, senderId: string): Promise<string | undefined>;
  /** Whether a customer has keys, so that they can be written to this way. */
  reaches(userId: string): Promise<boolean>;
  /** The conversation to answer in, with a key that both sides have. */
  conversationWith(target: DirectTarget): Promise<ChatConversation>;
  upload(file: FileStream, conversation: ChatConversation): Promise<UploadedFile>;
  openMedia(media: SealedMedia, name: string): Promise<FileStream>;
  seal(
    conversation: ChatConversation,
    text: string,
    file: UploadedFile | undefined,
    options: SealOptions,
  ): Promise<EncryptedReply>;
  /**
   * Sending the same again does not send it twice.
   * @param mayBeThere an earlier call had no clear outcome
   * @returns the message's id
   */
  send(answer: EncryptedReply, mayBeThere: boolean): Promise<string>;
  /** Lets the customer see that their messages were read, and that somebody writes, where that is switched on. */
  showPresence(conversation: ChatConversation): Promise<void>;
  /** Takes messages of ours back, for everybody in the conversation. */
  recall(messages: SentChatMessage[]): Promise<void>;
}

/** A conversation's key of one version, encrypted for the account. base64. */
export interface ConversationKey {
  version: string;
  sealedKey: string;
  /** The version of the customer's keys it was made for, in a conversation of two; undefined where it is not known. */
  partnerVersion?: string;
  /** Nobody who has a say in the conversation is known to have signed it: good for reading, not for sending. */
  untrusted?: true;
  /** X's number of the change that brought it. */
  sequence?: string;
}

/** A person's public keys of one version. base64. */
export interface PersonKeys {
  version: string;
  identity: string;
  signing: string;
  /** The identity's signature of the signing key. */
  signature: string;
}

/** A person's public keys as they are remembered. */
export interface KnownPersonKeys extends PersonKeys {
  /** The person had other keys before, which were known here. */
  replaces: boolean;
  /** When X showed them first, in ms since 1970; 0 where that was not noted. */
  seenAt: number;
  /** Since when X no longer shows them, in ms since 1970; undefined while it does. */
  withdrawnAt?: number;
}

/** Who wrote an encrypted message, and where. */
export interface ChatWriter {
  account: string;
  conversation: string;
  senderId: string;
}

/** What is kept of encrypted chat; no key in it can be used without the account's own. */
export interface ChatStore {
  /**
   * Ties a message's signed id, and X's number of it, to the row it came in.
   * @returns false when another row has it already
   */
  claim(writer: ChatWriter, messageId: string, seq: number, sequence: string | undefined): boolean;
  /**
   * Ties a remark that is said once to the row it goes with.
   * @returns false when another row has it already, and an agent reads or has read that one
   */
  claimRemark(account: string, once: { about: string; id: string }, seq: number): boolean;
  /** The rows of somebody's messages with this signed id, or with this number of X in any conversation. */
  rowsOf(writer: ChatWriter, idOrSequence: string): number[];
  /** A message of ours, before it goes out. */
  noteSealed(
    account: string,
    message: Pick<SentChatMessage, 'messageId' | 'conversationId' | 'outboxSeq'>,
  ): void;
  /** X has it, under this number. */
  noteSent(account: string, messageId: string, sequence: string): void;
  /** A message of ours, by its signed id or by X's number of it. */
  sent(account: string, idOrSequence: string): SentChatMessage | undefined;
  /** The messages a reply became, as far as X has them. */
  sentOf(outboxSeq: number): SentChatMessage[];
  /** They were taken back, so that X has them no more. */
  noteRecalled(outboxSeq: number): void;
  /** A message of ours that X failed was sent again as another one. */
  noteReplaced(account: string, messageId: string, by: string): void;
  /** The last message of a group that an agent has, and since when (ms since 1970). */
  noteLast(account: string, conversationId: string, seq: number, at: number): void;
  lastOf(account: string, conversationId: string): { seq: number; at: number } | undefined;
  /** A row whose message could not be read yet. */
  noteUnread(account: string, conversationId: string, seq: number): void;
  noteRead(seq: number): void;
  /**
   * Some of those rows, the oldest first.
   * @param conversationId undefined for all; of one conversation only the newest
   * @param after the last row that was had before, or 0
   */
  unread(account: string, conversationId: string | undefined, after: number): number[];
  /**
   * What the newest message tells of a conversation; what an older one does is left out.
   * @param known `everySequence`: also where nothing but the number of the event is new
   */
  saveConversation(
    account: string,
    conversationId: string,
    known: ConversationFacts & { everySequence: boolean },
  ): void;
  conversation(account: string, conversationId: string): ConversationFacts;
  saveKey(account: string, conversationId: string, key: ConversationKey): void;
  /** The newest version first. */
  keys(account: string, conversationId: string): ConversationKey[];
  forgetKeys(account: string): void;
  savePersonKeys(
    account: string,
    userId: string,
    keys: PersonKeys,
    about: Pick<KnownPersonKeys, 'replaces' | 'seenAt'>,
  ): void;
  /** X no longer shows a version of somebody's keys, or shows it again. */
  markWithdrawn(account: string, userId: string, version: string, at: number | undefined): void;
  /** The newest version first. */
  personKeys(account: string, userId: string): KnownPersonKeys[];
}

export interface ConversationFacts {
  token?: string | undefined;
  /** The customer's last event. */
  lastSequence?: string | undefined;
  /** Messages disappear on X after so many milliseconds; undefined where they stay. */
  ttlMs?: number | undefined;
}

/** A message of ours in X Chat. */
export interface SentChatMessage {
  messageId: string;
  conversationId: string;
  /** The reply it is part of, in the outbox. */
  outboxSeq: number;
  /** X's number of it, once X has it. */
  sequence?: string;
  /** The id of the message it was sent again as, after X had failed it. */
  replacedBy?: string;
}
