import type { ChargeKind, ChargesTable } from '../../core/charges';
import { textOf, type StoreFile } from './database';

const dayMs = 24 * 60 * 60_000;

/** What writes nothing. */
export const chargesReads = ['since'] satisfies (keyof ChargesTable)[];

/** What X has a price for, counted by day, in SQLite. */
export function createCharges(store: StoreFile): ChargesTable {
  const add = store.prepare(
    `INSERT INTO charges (account, day, kind, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, day, kind) DO UPDATE SET count = count + excluded.count`,
  );
  const read = store.prepare(
    `SELECT account, day, kind, count FROM charges WHERE account = ? AND day >= ? ORDER BY day DESC, kind`,
  );
  return {
    add: (counts) => {
      for (const { account, day, kind, count } of counts) add.run(account, day / dayMs, kind, count);
    },
    since: (account, at) =>
      read.all(account, Math.floor(at / dayMs)).map((row) => ({
        account: textOf(row, 'account'),
        day: Number(row['day']) * dayMs,
        kind: textOf(row, 'kind') as ChargeKind,
        count: Number(row['count']),
      })),
  };
}
