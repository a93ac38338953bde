import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** In a copy of the data folder: when it was made. */
export const copiedAtFile = 'copied-at.txt';

/** What was written longer than this before a kill or a copy was surely part of it. Milliseconds. */
const surelyKept = 60 * 60_000;

/**
 * Tells of which messages the store may have forgotten that they were sent: the process before was killed, and the disk
 * may have kept less than it said, or the data folder is a former copy of itself.
 * @param now milliseconds since 1970
 * @returns whether a message of that time, in milliseconds since 1970, is one of them
 */
export function forgottenMessages(
  directory: string,
  wasKilled: boolean,
  now: number,
): (at: number) => boolean {
  const unclearFrom = readCopiedAt(directory) ?? (wasKilled ? now : Infinity);
  return (at) => at > unclearFrom - surelyKept && at < now;
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
