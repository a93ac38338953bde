import type { ListedOutcome } from '../../core/messageState';

/** What has become of a message, by its row. */
export function outcomeOf(state: string, filtered: unknown): ListedOutcome {
  if (state === 'failed') return typeof filtered === 'string' ? 'filtered' : 'failed';
  return state === 'delivered' ? 'delivered' : 'waiting';
}
