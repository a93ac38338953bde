import type { Signal } from '../core/cluster';
import type { EventIngestion } from '../x/delivery/eventIngestion';

/** What X brought, to this process or another one, that concerns the account as a whole. */
export type AccountSignal = Exclude<Signal, { queueName: string }>;

/** Has an account's ways of delivery hear of what X brought. */
export function tellReceivers(
  signal: Exclude<AccountSignal, { kind: 'revoked' }>,
  ingestion: EventIngestion,
): void {
  switch (signal.kind) {
    case 'pushed':
      ingestion.tell((each) => each.onPushed?.());
      break;
    case 'refused':
      ingestion.tell((each) => each.onRefused?.(signal.since));
      break;
    case 'challenged':
      ingestion.tell((each) => each.onChallenge?.());
      break;
    case 'replayed':
      ingestion.tell((each) => each.onReplay?.(signal.status));
      break;
    case 'posted':
      ingestion.tell((each) => each.onPost?.(signal.authorId));
  }
}
