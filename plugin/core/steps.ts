import type { InboundMessage, StoredOutbound } from './messages';
import type { ActivityEntry } from './ports';

/** What happens to a message for the agents, for whoever watches. */
export function inboundStep(
  { account, messageId, conversation }: InboundMessage,
  step: string,
  detail?: string,
): Omit<ActivityEntry, 'at'> {
  return { direction: 'in', account, messageId, conversation, step, detail };
}

/** What happens to a reply, for whoever watches. */
export function replyStep(
  { seq, message: { account, queueKey } }: Pick<StoredOutbound, 'seq' | 'message'>,
  step: string,
  detail?: string,
): Omit<ActivityEntry, 'at'> {
  return { direction: 'out', account, messageId: `out:${seq}`, conversation: queueKey, step, detail };
}
