import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** In a copy of the data folder: when it was made. */
export const copiedAtFile = 'copied-at.txt';

/** What was written longer than this before a kill or a copy was surely part of it. Milliseconds. */
const surelyKept = 60 * 60_000;

/**
 * Since when messages may be on the host, or with customers, although nothing is written of them: the process before was
 * killed, and the disk may have kept less than it said, or the data folder is a former copy of itself.
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; undefined where there is no doubt
 */
export function possibleDuplicatesSince(
  directory: string,
  wasKilled: boolean,
  now: number,
): number | undefined {
  const copiedAt = readCopiedAt(directory);
  if (copiedAt !== undefined) return copiedAt - surelyKept;
  return wasKilled ? now - surelyKept : undefined;
}

/** From a clean end on there is no doubt. */
export function forgetDoubt(directory: string): void {
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
