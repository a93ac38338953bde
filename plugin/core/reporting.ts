import type { MessageOutcome } from './messageState';
/** Figures for reports. All times are milliseconds since 1970; `from` counts, `to` no longer does. */
export interface Reporting {
  /** How many messages there are of each kind, by the hour they came or were written in. */
  counts(account: string, from: number, to: number): MessageCount[];
  /** When customers wrote to agents and agents answered, in its order. */
  moments(account: string, from: number, to: number): Moment[];
  /** The answers that waited for a rate limit window of X. */
  windowWaits(account: string, from: number, to: number): WindowWait[];
}

export interface MessageCount {
  /** The hour's beginning. */
  hour: number;
  /** `automatic`: written by the plugin itself. */
  direction: 'in' | 'out' | 'automatic';
  state: MessageOutcome;
  count: number;
}

export interface Moment {
  at: number;
  conversation: string;
  side: 'customer' | 'agent';
}

export interface WindowWait {
  /** When the answer was written. */
  at: number;
  /** Until X had it, in milliseconds. */
  waited: number;
}
