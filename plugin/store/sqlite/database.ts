import { closeSync, fdatasync, fdatasyncSync, openSync, rmSync, statSync } from 'node:fs';
import { chmod, copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Database, type BindValues, type QueryResult, type Statement } from 'node-sqlite3-wasm';
import { BridgeError, reasonOf } from '../../core/errors';
import { withoutNul } from '../../core/links';
import { claimDataDirectory, DataDirectoryError } from './dataDirectory';
import { migrations } from './migrations';
import { say } from '../../texts/text';
import type { Value } from '../sql';

/** What a data folder has the store in. */
export const storeFile = 'openchannel-x.db';

/** A statement prepared once and run often. */
export interface Query {
  run(...values: Value[]): number;
  get(...values: Value[]): QueryResult | undefined;
  all(...values: Value[]): QueryResult[];
}

/** After so many pages of 4 KB the log is brought into the file, which holds everything up for some milliseconds. */
const pagesInLog = 4000;

const probeBytes = 64 * 1024;

const flushed = promisify(fdatasync);
/** A disk that has not answered for so long is told of. Milliseconds. */
const maxSilentMs = 5_000;

/**
 * The store's file. A `transaction` is durable when it returns; a `longTransaction`, and what is written outside of any, with the next `flush`.
 * All methods throw BridgeError `store-unavailable` when the disk is full or the file is broken.
 */
export class StoreFile {
  private readonly statements: Statement[] = [];
  private fault: string | undefined;
  private closed = false;
  private formerIsDue = false;
  private isCopied = false;
  /** The log beside the file, once something was written: its descriptor. */
  private log: number | undefined;
  /** The disk failed to take what the log holds, which it may forget: only the file itself can be trusted then. */
  private isLogDoubtful = false;
  /** Why the last flush failed; the file may have taken over all the same. */
  private flushFault: string | undefined;
  /** The file was written while it was copied. */
  private isCopyTorn = false;
  /** When the disk was asked to take what was committed, by the steady clock; undefined while it is not asked. */
  private flushingSince: number | undefined;

  private constructor(
    private readonly database: Database,
    private readonly path: string,
    private readonly release: () => void,
    /** The former process did not close the file, so that the end of what it wrote may be missing. */
    readonly wasKilled: boolean,
  ) {}

  /**
   * Opens the store of a data directory and brings its schema up to date.
   * @throws DataDirectoryError when another process uses it, or it cannot be opened
   */
  static open(directory: string): StoreFile {
    const release = claimDataDirectory(directory);
    const path = join(directory, storeFile);
    try {
      // Whoever held this lock is dead: the directory is ours alone.
      rmSync(`${path}.lock`, { recursive: true, force: true });
      const wasKilled = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
      const database = new Database(path);
      // The order matters: exclusive locking lets WAL work without shared memory, which WASM lacks.
      database.exec('PRAGMA locking_mode = EXCLUSIVE');
      database.exec('PRAGMA journal_mode = WAL');
      // The file and its log are kept in step; that a commit is durable is seen to by `flush`, which need not hold up the thread.
      database.exec('PRAGMA synchronous = NORMAL');
      database.exec(`PRAGMA wal_autocheckpoint = ${pagesInLog}`);
      // What is taken out of the store is not to be found in the file's free places either.
      database.exec('PRAGMA secure_delete = ON');
      migrate(database);
      return new StoreFile(database, path, release, wasKilled);
    } catch (error) {
      release();
      if (error instanceof DataDirectoryError) throw error;
      throw new DataDirectoryError(`the store ${path} cannot be opened: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  prepare(sql: string): Query {
    const statement = this.database.prepare(sql);
    this.statements.push(statement);
    // SQLite cuts a bound text at a NUL; the ways in take them out, and this holds where one was forgotten.
    const bind = (values: Value[]): BindValues =>
      values.map((value) => (typeof value === 'string' ? withoutNul(value) : value));
    return {
      run: (...values) => this.guard(() => statement.run(bind(values)).changes),
      // Not the library's own `get`, which leaves the statement open, so that the log could never be shortened.
      get: (...values) => this.guard(() => statement.all(bind(values))[0]),
      all: (...values) => this.guard(() => statement.all(bind(values))),
    };
  }

  /** Runs `work` as one durable commit, or not at all; inside another transaction it becomes part of that. */
  transaction<T>(work: () => T): T {
    if (this.database.inTransaction) return work();
    const result = this.guard(() => {
      this.database.exec('BEGIN IMMEDIATE');
      try {
        const done = work();
        this.database.exec('COMMIT');
        this.flushNow();
        return done;
      } catch (error) {
        this.rollBack();
        throw error;
      }
    });
    if (this.formerIsDue) this.tryToForgetFormer();
    return result;
  }

  /**
   * One commit, or nothing, for work that is a chain of operations on the store; durable only with the next `flush`, which the caller waits
   * for before anybody hears of it. The caller also sees to it that one runs at a time.
   */
  async longTransaction<T>(work: () => Promise<T>): Promise<T> {
    this.guard(() => this.database.exec('BEGIN IMMEDIATE'));
    try {
      const done = await work();
      this.guard(() => this.database.exec('COMMIT'));
      if (this.formerIsDue) this.tryToForgetFormer();
      return done;
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  /**
   * Makes what was committed durable; the thread does other work meanwhile.
   * @throws BridgeError `store-unavailable` when the disk takes neither the log nor the file; what was committed may be there all the same
   */
  async flush(): Promise<void> {
    this.flushingSince = performance.now();
    try {
      await flushed(this.openLog());
      this.flushSucceeded();
    } catch (error) {
      this.flushFailed(error);
    }
    this.flushingSince = undefined;
    this.guard(() => this.settleDoubt());
  }

  private rollBack(): void {
    try {
      if (!this.closed && this.database.inTransaction) this.database.exec('ROLLBACK');
    } catch (error) {
      // What went wrong first is what the caller hears.
      this.fault = reasonOf(error);
    }
  }

  /** The file takes over what the log may have lost. */
  private settleDoubt(): void {
    if (!this.isLogDoubtful) return;
    this.isCopyTorn = this.isCopied;
    try {
      this.checkpoint();
    } catch {
      // The system tells each descriptor once of a write that failed: SQLite's own hears of it here.
      this.checkpoint();
    }
    this.isLogDoubtful = false;
  }

  /** Brings all that the log holds into the file, and empties it. */
  private checkpoint(): void {
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  private flushNow(): void {
    try {
      fdatasyncSync(this.openLog());
      this.flushSucceeded();
    } catch (error) {
      this.flushFailed(error);
    }
    this.settleDoubt();
  }

  private flushSucceeded(): void {
    this.flushFault = undefined;
  }

  private flushFailed(error: unknown): void {
    this.flushFault = reasonOf(error);
    this.isLogDoubtful = true;
  }

  private openLog(): number {
    this.log ??= openSync(`${this.path}-wal`, 'r+');
    return this.log;
  }

  /**
   * Why the store could not be written the last time, or the disk not flushed, if it still cannot: asking tries again, with
   * about as much as a large event takes, since a full disk often has room for a little.
   * @returns undefined when all is well
   */
  trouble(): string | undefined {
    const silentMs = this.flushingSince === undefined ? 0 : performance.now() - this.flushingSince;
    if (silentMs > maxSilentMs) return `the disk has not answered for ${Math.round(silentMs / 1000)} seconds`;
    // Within a transaction nothing would be written yet, and everything seems well.
    const fault = this.fault ?? this.flushFault;
    // Trying would wait for the disk, and everybody with it.
    if (fault === undefined || this.database.inTransaction || this.flushingSince !== undefined) return fault;
    try {
      this.transaction(() => {
        this.database.exec('CREATE TABLE IF NOT EXISTS probe (filler BLOB)');
        this.database.exec(`INSERT INTO probe VALUES (zeroblob(${probeBytes}))`);
      });
      this.transaction(() => this.database.exec('DROP TABLE IF EXISTS probe'));
      this.fault = undefined;
    } catch {
      return this.fault;
    }
    return this.flushFault;
  }

  /** Makes the file's log forget what stood in rows before their last change, at the end of a transaction if one runs. */
  forgetFormer(): void {
    this.formerIsDue = true;
    if (!this.database.inTransaction) this.tryToForgetFormer();
  }

  /** What was committed stays so, even if this has to wait for the next commit. */
  private tryToForgetFormer(): void {
    if (this.isCopied) return;
    try {
      this.checkpoint();
      this.formerIsDue = false;
    } catch (error) {
      this.fault = reasonOf(error);
    }
  }

  /**
   * Copies the file as it is now. Until that is done all that is written stays in the log beside it, so that the file
   * does not change and nothing has to wait.
   * @throws BridgeError `store-unavailable`, also where the file had to be written all the same; the system's error when the copy cannot be
   * written; no copy is left behind
   */
  async copyTo(target: string): Promise<void> {
    this.guard(() => {
      this.checkpoint();
      this.database.exec('PRAGMA wal_autocheckpoint = 0');
    });
    this.isCopied = true;
    this.isCopyTorn = false;
    try {
      await copyFile(this.path, target);
      await chmod(target, 0o600);
      this.guard(() => {
        if (this.isCopyTorn)
          throw new Error('the disk failed while the store was copied: make the copy again');
      });
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    } finally {
      this.isCopied = false;
      if (!this.closed) this.database.exec(`PRAGMA wal_autocheckpoint = ${pagesInLog}`);
      if (this.formerIsDue && !this.closed) this.tryToForgetFormer();
    }
  }

  close(): void {
    this.closed = true;
    for (const statement of this.statements) statement.finalize();
    this.database.close();
    if (this.log !== undefined) closeSync(this.log);
    this.release();
  }

  private guard<T>(work: () => T): T {
    if (this.closed) throw new BridgeError('store-unavailable', 'the store is closed', { retryable: true });
    try {
      return work();
    } catch (error) {
      if (error instanceof BridgeError) throw error;
      this.fault = reasonOf(error);
      throw new BridgeError('store-unavailable', `the store cannot be used: ${this.fault}`, {
        retryable: true,
        agentMessage: say('reply.cannotStore'),
        cause: error,
      });
    }
  }
}

function migrate(database: Database): void {
  const version = Number(database.get('PRAGMA user_version')?.['user_version'] ?? 0);
  if (version > migrations.length)
    throw new DataDirectoryError(
      'the store was written by a newer version of openchannel-x; install that version',
    );
  if (version === migrations.length) return;
  const missing = migrations.slice(version).join(';');
  database.exec(`BEGIN; ${missing}; PRAGMA user_version = ${migrations.length}; COMMIT`);
}
