import type { MessageState } from './messageState';
import type { ClosedMessage, EncryptedReply } from './chat';

export type MediaKind = 'photo' | 'video' | 'animated_gif' | 'file';

/** A picture or video a customer sent, still on X's side. */
export interface InboundMedia {
  kind: MediaKind;
  /** Empty where it is encrypted. */
  url: string;
  sealed?: SealedMedia;
}

/** An encrypted file of a conversation. */
export interface SealedMedia {
  conversationId: string;
  /** X's name for it. */
  hashKey: string;
  /** The version of the conversation's key. */
  keyVersion: string;
  /** What the sender called it. */
  name?: string;
}

/** A person on X, as far as an event told. The id is the identity; handles change. */
export interface XUser {
  id: string;
  username?: string;
  name?: string;
  profile?: XProfile;
}

/** What else X tells of a person, each only where it does. */
export interface XProfile {
  /** The address of their picture. */
  avatar?: string;
  verified?: boolean;
  followers?: number;
  /** What they wrote in, as in `en`. */
  language?: string;
  /** When they came to X, in ms since 1970. */
  since?: number;
}

/** What a customer wrote, the same shape whatever way X delivered it. */
export interface InboundMessage {
  account: string;
  /** The key of de-duplication, unique within the account: X's own id where there is one. */
  messageId: string;
  /** Messages of one conversation are handed over in order. */
  conversation: string;
  sender: XUser;
  text: string;
  media: InboundMedia[];
  /** Milliseconds since 1970. */
  sentAt: number;
  /** The host's thread: set where the conversation is an interaction of its own (a post, a group). */
  thread?: string;
  /**
   * Set on our own words to the agent, which travel the same way as a customer's. `mapValue` where the contact's
   * value is known from the host itself.
   */
  notice?: { mapValue?: string };
  /** Set while the message is encrypted; `text` and `media` are empty then. It is opened only to be handed over. */
  closed?: ClosedMessage;
  /** The row of the same message that could not be read when it came. */
  reopens?: number;
  /** What an agent should know beside it, in front of the customer's words. Never written down. */
  remarks?: string[];
  /** It disappears on X after so many milliseconds, and is not kept here either. Never written down. */
  ttlMs?: number;
}

/** An inbound message in the store, with how far it has come. */
export interface StoredInbound {
  seq: number;
  message: InboundMessage;
  state: MessageState;
  attempts: number;
  dueAt: number;
  /** Attachment ids on the host, in the order of `message.media`; null for media that cannot be had. */
  attachments: (string | null)[];
  /** How many notify calls of this message the host has confirmed. */
  notified: number;
  /** When the last notify call went out, in ms since 1970 by the host's clock; set while its outcome is not known. */
  notifyingSince: number | undefined;
  /** It may have been handed over although nothing is written of it: the process was killed, or the data folder is a former copy. */
  doubtful: boolean;
  /** Other words stand in the place of the customer's, who deleted the message. */
  withheld: boolean;
  /** Why it was kept from the agents; set also when an admin let it through all the same. */
  filtered: string | undefined;
  /** Whom it goes to, once that is settled. */
  receivedBy: 'agents' | 'bot' | undefined;
}

/** What makes an answer a public one. */
export interface PublicReply {
  /** The host's thread. */
  thread: string;
  /** The post that is answered. */
  postId: string;
  /** Who answers, as the host tells it. */
  agentName?: string;
}

/** What the plugin writes by itself. */
export type AutomaticKind = 'greeting' | 'hours' | 'bot' | 'reminder' | 'closing' | 'queue' | 'unanswered';

/** What goes to a customer: mostly what an agent wrote, as the host handed it to the Reply URL. */
export interface OutboundMessage {
  account: string;
  /** Messages of one queue go out in order: the contact's Map Key value, in lower case. */
  queueKey: string;
  /** The contact's Map Key value as the host gave it. */
  recipientValue: string;
  recipientId?: string;
  /** Set when the answer goes to a group conversation instead of one customer. */
  groupId?: string;
  /** Set when the answer is a public one. */
  publicReply?: PublicReply;
  text: string;
  /** The host's ids of the attached files. */
  attachmentIds: string[];
  interactionId?: string;
  /** Set where no agent wrote it. */
  automatic?: AutomaticKind;
}

/** What X does with a file: several images go into one post, a GIF or a video only by itself; others only encrypted. */
export type FileKind = 'image' | 'gif' | 'video' | 'file';

/** A file X has taken. */
export interface UploadedFile {
  /** X's media id. */
  id: string;
  kind: FileKind;
  /** Set where it is encrypted: what a message has to say of it. */
  sealed?: { keyVersion: string; width: number; height: number; bytes: number; name: string };
}

/** An outbound message in the store, with how far it has come. */
export interface StoredOutbound {
  seq: number;
  message: OutboundMessage;
  state: MessageState;
  attempts: number;
  createdAt: number;
  dueAt: number;
  recipientId: string | undefined;
  /** The files X has so far, in the order of `message.attachmentIds`; `at` in ms since 1970. */
  media: (UploadedFile & { at: number })[];
  /** When the send call went out, in ms since 1970 by X's clock; set while its outcome is not known. */
  sendingSince: number | undefined;
  /**
   * When it may have been sent although nothing is written of it, because a process was killed or the data folder is a former
   * copy; in ms since 1970.
   */
  doubt: { from: number; until: number } | undefined;
  sentIds: string[];
  /** The messages of X Chat it became, the sent ones too: a retry sends the very same. */
  sealed: EncryptedReply[];
  reason: string | undefined;
  /** What it waits for, or waited for last, is a rate limit window of X. */
  waitedForWindow: boolean;
  /** The reply in whose message it goes out. */
  joinedTo: number | undefined;
  /** When an admin last had it tried again, in ms since 1970. */
  retriedAt: number | undefined;
}
