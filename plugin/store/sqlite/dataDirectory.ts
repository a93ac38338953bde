import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Thrown when the data directory cannot be used; the message tells the admin why. */
export class DataDirectoryError extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'DataDirectoryError';
  }
}

/** Thrown while another living process owns the data directory. */
export class DataDirectoryInUse extends DataDirectoryError {}

const ownerFile = 'openchannel-x.pid';

/**
 * Makes this process the only owner of a data directory. An owner that was killed leaves its file behind;
 * it is known to be dead by its process id together with that process's start time, since ids come again.
 * @returns gives the directory up
 * @throws DataDirectoryError when a live process owns it, or it cannot be written
 */
export function claimDataDirectory(directory: string): () => void {
  const file = join(directory, ownerFile);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    removeDeadOwner(file, directory);
    writeFileSync(file, identityOf(process.pid), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw inUse(directory, readOwner(file) ?? '');
    throw new DataDirectoryError(`the data directory ${directory} cannot be written (${code ?? 'unknown'})`, {
      cause: error,
    });
  }
  return () => rmSync(file, { force: true });
}

function removeDeadOwner(file: string, directory: string): void {
  const owner = readOwner(file);
  if (owner === undefined) return;
  if (isAlive(owner)) throw inUse(directory, owner);
  // Two starts may find the same dead owner. Moving the file away and looking at what was moved makes sure
  // that the second does not take away the file the first has just written.
  const aside = `${file}.${process.pid}`;
  renameSync(file, aside);
  const moved = readFileSync(aside, 'utf8');
  if (moved !== owner) {
    linkSync(aside, file);
    rmSync(aside);
    throw inUse(directory, moved);
  }
  rmSync(aside);
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function inUse(directory: string, owner: string): DataDirectoryInUse {
  return new DataDirectoryInUse(
    `the data directory ${directory} is in use by another running openchannel-x (process ${owner.split(' ')[0] ?? '?'}); ` +
      'stop that one first, or give this one its own dataDir',
  );
}

function isAlive(owner: string): boolean {
  const pid = Number(owner.split(' ')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && identityOf(pid) === owner;
  }
  return identityOf(pid) === owner;
}

/** A process id and when that process started, as far as the system tells (Linux: field 22 of /proc/PID/stat). */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${started ?? ''}`;
  } catch {
    return `${pid}`;
  }
}
