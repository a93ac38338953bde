import type { Async, Depths, QueueDepths } from '../../core/ports';
import { waiting } from './waitingQueues';
import type { Sql } from '../sql';

/** What writes nothing. */
export const depthsReads = ['inbound', 'outbound', 'filtered'] satisfies (keyof QueueDepths)[];

type Kind = 'waiting' | 'failed' | 'filtered';

/** How many rows of an account's queue are of a kind; each engine counts in its own way. */
export type CountRows = (account: string, queue: 'inbox' | 'outbox', kind: Kind) => Promise<number>;

/** How much waits and how much was set aside. */
export function createDepths(sql: Sql, count: CountRows): Async<QueueDepths> {
  const depthsOf = (table: 'inbox' | 'outbox') => {
    // Only what was postponed has a reason.
    const reason = sql.prepare(
      `SELECT reason FROM ${table}${sql.by(`${table}_postponed`)}
       WHERE account = ? AND ${waiting} AND due_at > 0 ORDER BY due_at LIMIT 1`,
    );
    return async (account: string): Promise<Depths> => {
      const why = (await reason.get(account))?.['reason'];
      return {
        waiting: await count(account, table, 'waiting'),
        failed: await count(account, table, 'failed'),
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
