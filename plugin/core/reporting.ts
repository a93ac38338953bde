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

/** How long a first answer took. */
export interface FirstResponse {
  /** When the customer wrote, in ms since 1970. */
  since: number;
  /** Milliseconds. */
  took: number;
}

/**
 * From customers' first unanswered messages to agents' answers.
 * @param unanswered when customers wrote who have no answer yet, by conversation; it goes on from call to call
 */
export function firstResponses(moments: Moment[], unanswered: Map<string, number>): FirstResponse[] {
  const responses: FirstResponse[] = [];
  for (const { at, conversation, side } of moments) {
    const since = unanswered.get(conversation);
    if (side === 'customer') unanswered.set(conversation, since ?? at);
    else if (since !== undefined) {
      responses.push({ since, took: at - since });
      unanswered.delete(conversation);
    }
  }
  return responses;
}

export interface WindowWait {
  /** When the answer was written. */
  at: number;
  /** Until X had it, in milliseconds. */
  waited: number;
}
