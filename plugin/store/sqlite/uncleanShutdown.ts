import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreFile } from './database';
import { waiting } from '../tables/waitingQueues';

/** In a copy of the data folder: when it was made. */
export const copiedAtFile = 'copied-at.txt';

/** What was written longer than this before a kill or a copy was certainly part of it. Milliseconds. */
const safeAfter = 60 * 60_000;

/**
 * Since when the store may have forgotten what was sent: the process before was killed, and the disk may have kept less
 * than it said, or the data folder is a former copy of itself.
 * @param openedAt milliseconds since 1970, as is the result
 * @returns undefined after a clean end
 */
export function unclearSince(directory: string, wasKilled: boolean, openedAt: number): number | undefined {
  const unclearFrom = readCopiedAt(directory) ?? (wasKilled ? openedAt : undefined);
  return unclearFrom === undefined ? undefined : unclearFrom - safeAfter;
}

/** Marks what may have been sent, so that the other side is asked before it is sent, however much later that is. */
export function markDoubtful(store: StoreFile, unclearFrom: number, openedAt: number): void {
  // What failed later than that may be something else by now; an admin may have had it tried again.
  for (const rows of [waiting, `state = 'failed' AND created_at > ${unclearFrom}`])
    store
      .prepare(
        `UPDATE outbox SET doubt_from = coalesce(doubt_from, max(created_at, ?1)), doubt_until = max(created_at, ?2)
         WHERE ${rows}`,
      )
      .run(unclearFrom, openedAt);
  for (const rows of [waiting, `state = 'failed' AND received_at > ${unclearFrom}`])
    store.prepare(`UPDATE inbox SET doubtful = 1 WHERE doubtful = 0 AND ${rows}`).run();
}

/** After a clean end the folder is a copy no longer. */
export function forgetCopy(directory: string): void {
  rmSync(join(directory, copiedAtFile), { force: true });
}

function readCopiedAt(directory: string): number | undefined {
  try {
    const at = Date.parse(readFileSync(join(directory, copiedAtFile), 'utf8').trim());
    return Number.isNaN(at) ? undefined : at;
  } catch {
    return undefined;
  }
}
