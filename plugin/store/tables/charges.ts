import type { ChargeKind, ChargesTable } from '../../core/charges';
import type { Async } from '../../core/ports';
import { textOf, type Sql } from '../sql';

type Table = Async<ChargesTable>;

const dayMs = 24 * 60 * 60_000;

/** What writes nothing. */
export const chargesReads = ['since'] satisfies (keyof ChargesTable)[];

/** What X has a price for, counted by day. */
export function createCharges(sql: Sql): Table {
  const add = sql.prepare(
    `INSERT INTO charges (account, day, kind, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, day, kind) DO UPDATE SET count = charges.count + excluded.count`,
  );
  const read = sql.prepare(
    `SELECT account, day, kind, count FROM charges WHERE account = ? AND day >= ? ORDER BY day DESC, kind`,
  );
  return {
    add: async (counts) => {
      for (const { account, day, kind, count } of counts) await add.run(account, day / dayMs, kind, count);
    },
    since: async (account, at) =>
      (await read.all(account, Math.floor(at / dayMs))).map((row) => ({
        account: textOf(row, 'account'),
        day: Number(row['day']) * dayMs,
        kind: textOf(row, 'kind') as ChargeKind,
        count: Number(row['count']),
      })),
  };
}
