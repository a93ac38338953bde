import type { WantedEvents } from '../../core/inbound/ingestEvents';

/** An account as its delivery sees it. */
export interface Account {
  name: string;
  /** How X delivers, as set or as the level says. */
  delivery: string;
  wants: WantedEvents;
  /** The dev environment of Account Activity v1.1. */
  environment: string;
  /** The address X calls; empty when the admin registers it by hand. */
  webhookUrl: string;
  /** The account's own X user, asked for where it is not known. */
  userId: () => Promise<string>;
  /** Whether X accepts the keys; asks X once when a refusal has been left alone for long enough. */
  signedIn: () => Promise<boolean>;
  /** When X last delivered something, in ms since 1970. */
  lastEventAt: () => number | undefined;
  /** Whose posts came in since a time (ms since 1970), the latest first. */
  recentAuthors: (since: number, most: number) => Promise<string[]>;
  /** Who wrote in private since a time (ms since 1970), the latest first. */
  recentWriters: (since: number, most: number) => Promise<string[]>;
  /** Of the given ids, those of messages that were taken in. */
  knownMessages: (ids: string[]) => Promise<Set<string>>;
  /** Hears why encrypted conversations cannot be read back; undefined when they can. */
  noteChatReading: (reason: string | undefined) => void;
  /** Hears whether message requests wait on X, which its API does not list. */
  noteMessageRequests: (waiting: boolean) => void;
}
