import type { Depths, QueueDepths } from '../../core/ports';
import type { StoreFile } from './database';
import { waiting } from './waitingQueues';

/** What writes nothing. */
export const depthsReads = ['inbound', 'outbound', 'filtered'] satisfies (keyof QueueDepths)[];

/** How much waits and how much was set aside, as the store counts it while rows change. */
export function createDepths(store: StoreFile): QueueDepths {
  const counted = store.prepare(`SELECT rows FROM row_counts WHERE account = ? AND queue = ? AND kind = ?`);
  const count = (account: string, queue: 'inbox' | 'outbox', kind: 'waiting' | 'failed' | 'filtered') =>
    Number(counted.get(account, queue, kind)?.['rows'] ?? 0);
  const depthsOf = (table: 'inbox' | 'outbox') => {
    // Only what was postponed has a reason.
    const reason = store.prepare(
      `SELECT reason FROM ${table} INDEXED BY ${table}_postponed
       WHERE account = ? AND ${waiting} AND due_at > 0 ORDER BY due_at LIMIT 1`,
    );
    return (account: string): Depths => {
      const why = reason.get(account)?.['reason'];
      return {
        waiting: count(account, table, 'waiting'),
        failed: count(account, table, 'failed'),
        ...(typeof why === 'string' ? { waitingBecause: why } : {}),
      };
    };
  };
  return {
    inbound: depthsOf('inbox'),
    outbound: depthsOf('outbox'),
    filtered: (account) => count(account, 'inbox', 'filtered'),
  };
}
