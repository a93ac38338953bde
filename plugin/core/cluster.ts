import type { ReplayStatus } from './inbound/events';

/** What a process tells whichever one handles an account. */
export type Signal =
  /** A queue of messages for agents, or of replies, has something to do. */
  | { kind: 'inbound' | 'outbound'; queueName: string }
  /** X called, and what it brought is stored. */
  | { kind: 'pushed' }
  /** What X brought could not be received or stored since then, in ms since 1970. */
  | { kind: 'refused'; since: number }
  /** X's challenge was answered. */
  | { kind: 'challenged' }
  /** X said that the account's user took the app's access away. */
  | { kind: 'revoked' }
  | { kind: 'replayed'; status: ReplayStatus }
  /** A post of this user was taken in. */
  | { kind: 'posted'; authorId: string };

/** A process that shares the store with others, as the panel and the metrics show it. Times are ms since 1970. */
export interface ClusterNode {
  /** Machine and port. */
  name: string;
  version: string;
  startedAt: number;
  seenAt: number;
  /** What it handles. */
  accounts: string[];
  /** It sees to what is done once for all processes, and to the panel. */
  isLeader: boolean;
  /** The one that is asked. */
  isSelf: boolean;
}

/** What a process does when its part of the work changes. */
export interface ClusterHandlers {
  /** The account is this process's to work from now on. */
  onGained(account: string): Promise<void>;
  /** Ends the work on an account; nothing of it is under way when this resolves. */
  onReleasing(account: string): Promise<void>;
  onSignal(account: string, signal: Signal): Promise<void> | void;
  /** Answers what another process asks, as JSON. @throws BridgeError, which the other process gets */
  onQuestion(question: unknown): Promise<unknown>;
  /** Called about every second, before the work is shared out; what it throws is logged, and tried again. */
  onBeat(): Promise<void>;
  /** What other processes show of the accounts this one handles, as JSON, by account. */
  standing(): Record<string, unknown>;
}

/**
 * The processes that share the store. Any of them takes in events and replies; each account is handled by one at a time: only
 * that one calls X and XCALLY Motion for it.
 */
export interface Cluster {
  /** Whether there may be other processes. */
  readonly isShared: boolean;
  /** Begins to take part. @param name of this process, for people */
  join(handlers: ClusterHandlers, name: string, version: string): Promise<void>;
  /** Says which accounts there are to be worked. */
  share(accounts: string[]): Promise<void>;
  /** Whether this process handles an account. */
  handles(account: string): boolean;
  /** Whether this process sees to what is done once for all of them. */
  leads(): boolean;
  /**
   * Does something for an account. What it writes waits for what others write for the account; where this process handles the
   * account, it is refused once another one does. It holds for all that `work` begins, timers included.
   */
  within<T>(account: string, work: () => T): T;
  /** Whether this process handles the account, asked of the database at the last moment before a call. Never rejects. */
  mayCall(account: string): Promise<boolean>;
  /** When calls of the process that left an account behind have certainly ended, in ms since 1970; 0 where there was none. */
  leftCallsEndAt(account: string): number;
  /** Tells whichever process handles the account, soon. */
  signal(account: string, signal: Signal): void;
  /**
   * Asks the process that handles an account, or the leader.
   * @param maxWaitMs twenty seconds where it is not given
   * @throws BridgeError `store-unavailable` where nobody answers in time, or the process has ended
   */
  ask(whom: { account: string } | 'leader', question: unknown, maxWaitMs?: number): Promise<unknown>;
  /** What the process that handles an account says of it, as JSON; undefined where nobody does. */
  standingOf(account: string): unknown;
  /** The processes there are, as they were seen last; none where there can be only one. */
  nodes(): ClusterNode[];
  /** Takes nothing on any longer, since this process is about to leave. */
  retire(): void;
  /** Gives back what this process handles. @param isUnfinished calls may be under way, which others have to wait for. Never rejects. */
  leave(isUnfinished?: boolean): Promise<void>;
}

/**
 * A call of a process that left an account behind has ended so long after the account was taken over: no call may begin once its
 * time is over, and none takes longer than this. Milliseconds.
 */
export const maxCallMs = 32_000;

/** The only process there is. */
export const alone: Cluster = {
  isShared: false,
  join: () => Promise.resolve(),
  share: () => Promise.resolve(),
  handles: () => true,
  leads: () => true,
  within: (_account, work) => work(),
  mayCall: () => Promise.resolve(true),
  leftCallsEndAt: () => 0,
  signal: () => undefined,
  ask: () => Promise.reject(new Error('there is no other process')),
  standingOf: () => undefined,
  nodes: () => [],
  retire: () => undefined,
  leave: () => Promise.resolve(),
};
