import type { Charges, ChargeKind } from '../../core/ports';
import type { StoreFile } from './database';

const day = 24 * 60 * 60_000;

/** Counts are gathered in memory for so long; they are an estimate, not worth a flush to disk each. Milliseconds. */
const maxGathering = 60_000;

/** What X has a price for, counted by day. `flush` writes down what was gathered. */
export function createCharges(store: StoreFile, now: () => number): Charges & { flush(): void } {
  const add = store.prepare(
    `INSERT INTO charges (account, day, kind, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, day, kind) DO UPDATE SET count = count + excluded.count`,
  );
  const read = store.prepare(
    `SELECT day, kind, count FROM charges WHERE account = ? AND day >= ? ORDER BY day DESC, kind`,
  );
  const gathered = new Map<string, { account: string; day: number; kind: ChargeKind; count: number }>();
  let flushedAt = now();
  const flush = () => {
    flushedAt = now();
    store.transaction(() => {
      for (const each of gathered.values()) add.run(each.account, each.day, each.kind, each.count);
    });
    gathered.clear();
  };
  return {
    flush,
    note: (account, kind, count) => {
      const today = Math.floor(now() / day);
      const key = `${account} ${today} ${kind}`;
      const sofar = gathered.get(key)?.count ?? 0;
      if (count > 0) gathered.set(key, { account, day: today, kind, count: sofar + count });
      if (now() - flushedAt >= maxGathering) flush();
    },
    since: (account, at) => {
      flush();
      return read.all(account, Math.floor(at / day)).map((row) => ({
        day: Number(row['day']) * day,
        kind: row['kind'] as ChargeKind,
        count: Number(row['count']),
      }));
    },
  };
}
