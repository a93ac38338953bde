import type { InboundMessage } from './messages';

/** A message in an event of X, not yet tied to one of our accounts. */
export type EventMessage = Omit<InboundMessage, 'account'>;

/** An event that could not be read. */
export interface MalformedEvent {
  kind: string;
  reason: string;
}

/** What one call of X carried, the same shape whatever way it came. */
export interface EventBatch {
  /** The X user the events are for, where X says so. */
  forUserId: string | undefined;
  messages: EventMessage[];
  /** Messages the account itself sent, from here or from x.com: never an inbound message. */
  own: EventMessage[];
  malformed: MalformedEvent[];
  /** How many events of kinds that are accepted but not handed over. */
  others: Record<string, number>;
}

export function emptyBatch(forUserId: string | undefined): EventBatch {
  return { forUserId, messages: [], own: [], malformed: [], others: {} };
}
