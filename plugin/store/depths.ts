import type { Depths, QueueDepths } from '../bridge/ports';
import type { StoreFile } from './database';

/** How much waits and how much was set aside, counted from the partial indexes alone. */
export function createDepths(store: StoreFile): QueueDepths {
  const count = (table: 'inbox' | 'outbox') => {
    const waiting = store.prepare(
      `SELECT count(*) AS n FROM ${table} WHERE lane >= ? AND lane < ? AND state IN ('received', 'delivering')`,
    );
    const kept = table === 'inbox' ? 'AND filtered IS NULL' : '';
    const failed = store.prepare(
      `SELECT count(*) AS n FROM ${table} WHERE account = ? AND state = 'failed' ${kept}`,
    );
    // Only what was postponed has a reason, which is little of a long backlog.
    const reason = store.prepare(
      `SELECT reason FROM ${table} INDEXED BY ${table}_postponed
       WHERE lane >= ? AND lane < ? AND state IN ('received', 'delivering') AND due_at > 0
         AND reason IS NOT NULL ORDER BY due_at LIMIT 1`,
    );
    return (account: string): Depths => {
      // All lanes of an account start with its name and a blank; "!" follows the blank.
      const range = [`${account} `, `${account}!`] as const;
      const why = reason.get(...range)?.['reason'];
      return {
        waiting: Number(waiting.get(...range)?.['n'] ?? 0),
        failed: Number(failed.get(account)?.['n'] ?? 0),
        ...(typeof why === 'string' ? { waitingBecause: why } : {}),
      };
    };
  };
  const filtered = store.prepare(
    `SELECT count(*) AS n FROM inbox WHERE account = ? AND state = 'failed' AND filtered IS NOT NULL`,
  );
  return {
    inbound: count('inbox'),
    outbound: count('outbox'),
    filtered: (account) => Number(filtered.get(account)?.['n'] ?? 0),
  };
}
