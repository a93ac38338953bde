import type { MessageOutcome } from './messageState';

/** Somebody who wrote, or was written to. */
export interface Person {
  account: string;
  /** Their X user id. */
  id: string;
  handle?: string;
  name?: string;
  /** Their last message, or ours, in ms since 1970. */
  lastAt: number;
}

export interface PeopleQuery {
  account?: string | undefined;
  /** Part of a handle or of a name; or an X user id. */
  search?: string | undefined;
  /** What is searched for may be part of what was written, too. */
  inWords: boolean;
  /** Only who wrote or was written to in this time, in ms since 1970; `to` is the first moment that no longer counts. */
  from?: number | undefined;
  to?: number | undefined;
}

/** A message of a conversation with one customer, or what the plugin told the agent in it. */
export interface ConversationRow {
  direction: 'in' | 'out';
  seq: number;
  /** When it came, or the agent wrote it. */
  at: number;
  by: 'customer' | 'agent' | 'bot' | 'plugin';
  state: MessageOutcome;
  words: string;
  /** Its words are kept no longer. */
  erased: boolean;
  isEncrypted: boolean;
  isPublic: boolean;
  /** How many files it has. */
  attachments: number;
  attempts: number;
  dueAt: number;
  deliveredAt?: number;
  reason?: string;
  /** The host's interaction. */
  interactionId?: string;
}

/** When an account's messages last came and went, and since when the first of those waits that wait; in ms since 1970. */
export interface LatestMessages {
  in: number | undefined;
  /** The last one that Motion has. */
  delivered: number | undefined;
  out: number | undefined;
  waitingIn: Waiting;
  waitingOut: Waiting;
}

export interface Waiting {
  since: number | undefined;
  nextTryAt: number | undefined;
}

/** A person, and how much is kept of them in every account. */
export interface FoundPerson {
  /** Their X user id. */
  id: string;
  handle?: string;
  name?: string;
  /** Messages from them. */
  messages: number;
  /** Replies to them. */
  answers: number;
  /** The accounts that know them. */
  accounts: string[];
}
