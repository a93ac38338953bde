import type { InboundMedia, SealedMedia, UploadedFile } from './messages';
import type { DirectTarget, FileStream } from './sides';

/** Encrypted X Chat, as the two streets see it. */

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
}

/** What was in a closed message. */
export type Opened =
  /** `id` is part of what the sender signed. */
  | { kind: 'message'; id: string; text: string; media: InboundMedia[] }
  /** Something the agent has to know, in our words. */
  | {
      kind: 'notice';
      id: string;
      words: string;
      /** Messages that were deleted, by their signed ids or X's numbers. */
      deleted?: string[];
    }
  /** Nothing for an agent. */
  | { kind: 'nothing' };

/** A conversation, and the version of its key that what goes out now is encrypted with. */
export interface ChatConversation {
  id: string;
  keyVersion: string;
}

/** An encrypted, signed answer, kept so that a retry sends the very same. */
export interface SealedAnswer {
  conversationId: string;
  keyVersion: string;
  messageId: string;
  content: string;
  signature: string;
}

/** How an account stands with its keys. `stale`: X has others for it. */
export type ChatState = 'off' | 'starting' | 'no-keys' | 'locked' | 'stale' | 'ok';

/** Encrypted X Chat of one account. All methods throw BridgeError. */
export interface ChatSide {
  state(): ChatState;
  /** What is in a closed message; why it cannot be read or trusted is a notice. */
  open(closed: ClosedMessage, senderId: string): Promise<Opened>;
  /** Whether a customer has keys, so that they can be written to this way. */
  reaches(userId: string): Promise<boolean>;
  /** The conversation to answer in, with a key that both sides have. */
  conversationWith(target: DirectTarget): Promise<ChatConversation>;
  upload(file: FileStream, conversation: ChatConversation): Promise<UploadedFile>;
  openMedia(media: SealedMedia, name: string): Promise<FileStream>;
  seal(conversation: ChatConversation, text: string, file: UploadedFile | undefined): Promise<SealedAnswer>;
  /** @returns the message's id. Sending the same again does not send it twice. */
  send(answer: SealedAnswer): Promise<string>;
  /** Lets the customer see that their messages were read, and that somebody writes, where that is switched on. */
  showPresence(conversation: ChatConversation): Promise<void>;
}

/** A conversation's key of one version, encrypted for the account. base64. */
export interface ConversationKey {
  version: string;
  sealedKey: string;
  /** The version of the customer's keys it was made for, in a conversation of two; undefined where it is not known. */
  partnerVersion?: string;
}

/** A person's public keys of one version. base64. */
export interface PersonKeys {
  version: string;
  identity: string;
  signing: string;
  /** The identity's signature of the signing key. */
  signature: string;
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
  /** The rows of somebody's messages with this signed id, or with this number of X in any conversation. */
  rowsOf(writer: ChatWriter, idOrSequence: string): number[];
  saveConversation(account: string, conversationId: string, known: ConversationFacts): void;
  conversation(account: string, conversationId: string): ConversationFacts;
  saveKey(account: string, conversationId: string, key: ConversationKey): void;
  /** The newest version first. */
  keys(account: string, conversationId: string): ConversationKey[];
  forgetKeys(account: string): void;
  savePersonKeys(account: string, userId: string, keys: PersonKeys): void;
  personKeys(account: string, userId: string): PersonKeys[];
}

export interface ConversationFacts {
  token?: string | undefined;
  /** The customer's last event. */
  lastSequence?: string | undefined;
}
