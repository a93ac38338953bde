import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Kept in memory where the system has such a folder: a test need not wait for a disk to be sure of its data. */
const fastest = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A new folder for the small files of one test, which removes it. */
export function scratchFolder(): string {
  return mkdtempSync(join(fastest, 'openchannel-x-'));
}
