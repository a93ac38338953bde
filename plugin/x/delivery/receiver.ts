import type { EventBatch, ReplayStatus } from '../../core/inbound/events';
import type { AccountFacts } from '../../core/accountFacts';
import type { Log } from '../../core/ports';
import type { RemoteClock } from '../../core/remoteClock';
import type { Scheduler } from '../../core/scheduler';
import type { XClient } from '../api/client';
import type { Account } from './deliveryAccount';
import { phrase } from '../../texts/text';

/** How the delivery of events stands. */
export interface IngestionState {
  state: 'starting' | 'ok' | 'trouble';
  /** What an admin can do about it. */
  reason?: string;
  /** Up to when events certainly arrived, in ms since 1970. */
  since?: number;
}

/** The state while X refuses the account's keys. */
export const signedOut: IngestionState = {
  state: 'trouble',
  reason: phrase('delivery.signedOut'),
};

/**
 * One way X delivers to an account. None of the methods throws: trouble shows in the state and the log. A way leaves out
 * what it has no use for.
 */
export interface Receiver {
  /** Sets up with X whatever the way needs, fetches what was missed, and stays awake. */
  start(): void;
  stop(): Promise<void>;
  state(): IngestionState;
  /** A replay job has ended. */
  onReplay?(status: ReplayStatus): void;
  /** A post of this user was taken in. */
  onPost?(authorId: string): void;
  /** X's challenge was answered at this account's address. */
  onChallenge?(): void;
  /** X called, and what it brought is stored. */
  onPushed?(): void;
  /** X called, or may have, and what it brought could not be received or stored. @param since ms since 1970, by X's clock */
  onRefused?(since: number): void;
  /** X said that the account's user took the app's access away. */
  onRevoked?(): void;
  /** Takes away what it set up with X; called on a way the account no longer uses. */
  teardown?(): Promise<void>;
}

/** What every way of delivery needs of the plugin. */
export interface ReceiverPorts {
  account: Account;
  client: XClient;
  apiBaseUrl: string;
  /** Takes events in; throws while they cannot be stored. */
  accept: (batch: EventBatch) => Promise<void>;
  /** Has encrypted conversations with news read, since some may have been missed. */
  readChats: () => void;
  facts: AccountFacts;
  /** X's: all that is compared with times X tells goes by it. */
  clock: RemoteClock;
  random: () => number;
  scheduler: Scheduler;
  log: Log;
}
