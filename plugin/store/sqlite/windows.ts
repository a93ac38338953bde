import type { RateLimitWindows } from '../../core/ports';
import type { StoreFile } from './database';

/** Rate limit windows as X last told them, in SQLite, so that a restart does not run into a closed one. */
export function createWindows(store: StoreFile): RateLimitWindows {
  const learn = store.prepare(
    `INSERT INTO rate_limit_windows (account, call, remaining, reset_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, call) DO UPDATE SET remaining = excluded.remaining, reset_at = excluded.reset_at`,
  );
  const closed = store.prepare(
    `SELECT reset_at FROM rate_limit_windows WHERE account = ? AND call = ? AND remaining <= 0 AND reset_at > ?`,
  );
  return {
    learn: (account, call, remaining, resetAt) => void learn.run(account, call, remaining, resetAt),
    closedUntil: (account, call, now) => {
      const resetAt = closed.get(account, call, now)?.['reset_at'];
      return resetAt === undefined ? undefined : Number(resetAt);
    },
  };
}
