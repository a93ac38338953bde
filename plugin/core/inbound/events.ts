import type { ClosedMessage } from '../chat';
import type { InboundMessage } from '../messages';

/** What else a post belongs to: the post it answers, earlier versions of it, the start of its conversation. */
export interface PostReference {
  relatesTo: string[];
  /** It does no more than quote a post of the account. */
  onlyQuotes?: true;
}

/** A message in an event of X, not yet tied to one of our accounts. */
export type EventMessage = Omit<InboundMessage, 'account' | 'thread' | 'notice'> & {
  /** Set when the message is a public post. */
  post?: PostReference;
};

/** An event that could not be read. */
export interface MalformedEvent {
  kind: string;
  reason: string;
}

/** A message of X Chat, which only who holds the keys can read. */
export interface EncryptedMessage {
  /** The same for the same message, however often it comes. */
  id: string;
  senderId: string;
  /** Milliseconds since 1970. */
  at: number;
  closed: ClosedMessage;
  /** What X's wrapper says it is. */
  kind: EncryptedKind;
  /** The id that is signed, as X's wrapper has it. */
  messageId: string | undefined;
}

/**
 * Something somebody wrote, a change of the key or of a group's members, X's word that a message failed, or a sign of presence
 * and the like.
 */
export type EncryptedKind = 'message' | 'keyChange' | 'groupChange' | 'failure' | 'other';

/** A sign of a customer's presence: they read a message of ours, or are typing. */
export interface PresenceMark {
  kind: 'read' | 'typing';
  /** Milliseconds since 1970. */
  at: number;
}

/** How a replay job ended. */
export interface ReplayStatus {
  jobId: string;
  complete: boolean;
}

/** What one call of X carried, the same shape whatever way it came. */
export interface EventBatch {
  /** The X user the events are for, where X says so. */
  forUserId: string | undefined;
  messages: EventMessage[];
  /** Messages the account itself sent, from here or from x.com: never an inbound message. */
  own: EventMessage[];
  /** Ids of posts that were deleted on X. */
  deletedPosts: string[];
  marks: PresenceMark[];
  /** Users who have another handle now. */
  handles: { userId: string; username: string }[];
  encrypted: EncryptedMessage[];
  /** The account's user took the app's access away. */
  revoked: boolean;
  replay: ReplayStatus | undefined;
  malformed: MalformedEvent[];
  /** How many events of kinds that are accepted but not handed over. */
  others: Record<string, number>;
  /** X delivered it by itself, and charges for that; else it was read, which is charged by the call. */
  pushed: boolean;
}

export function emptyBatch(forUserId: string | undefined): EventBatch {
  return {
    forUserId,
    messages: [],
    own: [],
    deletedPosts: [],
    marks: [],
    handles: [],
    encrypted: [],
    revoked: false,
    replay: undefined,
    malformed: [],
    // Kinds are words from outside; without a prototype, none of them means anything else.
    others: Object.create(null) as Record<string, number>,
    pushed: false,
  };
}
