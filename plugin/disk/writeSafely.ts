import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  type PathLike,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file for its own user only, all or nothing: a reader, and whoever comes after a power failure, sees the former
 * content or the new one. Its folder is made where it is missing.
 * @throws the system's error; then the former content stands
 */
export function writeSafely(path: string, content: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const next = `${path}.new`;
  rmSync(next, { force: true });
  const file = openSync(next, 'wx', 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
  syncFolder(folder);
}

/** The new name is in the folder, which has to reach the disk as well. */
function syncFolder(folder: PathLike): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
