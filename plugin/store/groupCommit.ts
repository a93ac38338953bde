import { setImmediate as turn } from 'node:timers/promises';
import type { AllTables } from './allTables';

type Work<T> = (tables: AllTables) => Promise<T>;

/** A database the tables are in. @typeParam Scope what a write is done for, where that matters to the engine */
export interface Engine<Scope> {
  /** The tables outside any transaction. */
  readonly tables: AllTables;
  /** There is one connection, so that a read in the middle of a transaction would see what is not committed yet. */
  readonly readsWait: boolean;
  /** What is being done right now; undefined for nothing in particular. */
  scope(): Scope | undefined;
  /** Does it as one commit, or not at all. Called once at a time. @param scopes what is done in it */
  transaction<T>(work: Work<T>, scopes: Scope[]): Promise<T>;
  /** Resolves when all that was committed is durable; undefined where each commit is so by itself. */
  readonly flush?: () => Promise<void>;
  /** Whether a failure is about the database as a whole, so that what was written with it cannot be at fault. */
  isDown(error: unknown): boolean;
}

/** More than this would keep others waiting for too long. */
const maxBatch = 500;

/**
 * Gathers what is to be written in one turn of the event loop, and while the last commit goes to disk, into one durable commit: the
 * flush to disk is what costs. Everybody hears when it is durable. When a commit fails, each is written by itself, so that nobody fails for what
 * somebody else wrote; when the flush fails, everybody is told so. A read may see what is not durable yet: before Motion or X is told of it, something is written, whose flush covers what was
 * read.
 */
export class GroupCommit<Scope> {
  private readonly pending: Pending<Scope>[] = [];
  /** While a commit is under way; never rejects. */
  private committing: Promise<void> | undefined;
  /** While what was committed goes to disk; never rejects. */
  private flushing: Promise<void> | undefined;
  private reading = 0;

  constructor(private readonly engine: Engine<Scope>) {}

  /** Reads what was committed. @throws whatever `work` throws */
  async read<T>(work: Work<T>): Promise<T> {
    const { tables, readsWait } = this.engine;
    if (!readsWait) return work(tables);
    while (this.committing) await this.committing;
    this.reading += 1;
    try {
      return await work(tables);
    } finally {
      this.reading -= 1;
    }
  }

  /** @throws whatever `work` throws, and BridgeError `store-unavailable` when it cannot be written down */
  write<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.pending.push({
        scope: this.engine.scope(),
        run: async (tables) => {
          const result = await work(tables);
          return () => resolve(result);
        },
        reject,
      });
      if (this.pending.length === 1) setImmediate(() => void this.flush());
    });
  }

  /** Begins `work` while nothing is being committed or on its way to the disk. */
  async between<T>(work: () => Promise<T>): Promise<T> {
    while (this.busy) await this.busy;
    return work();
  }

  /** Resolves when nothing is left to be written. */
  async settled(): Promise<void> {
    while (this.pending.length > 0 || this.busy) await (this.busy ?? turn());
  }

  private get busy(): Promise<void> | undefined {
    return this.committing ?? this.flushing;
  }

  private async flush(): Promise<void> {
    while (this.busy || this.reading > 0) await (this.busy ?? turn());
    const batch = this.pending.splice(0, maxBatch);
    if (this.pending.length > 0) setImmediate(() => void this.flush());
    if (batch.length === 0) return;
    const committing = this.commit(batch);
    this.committing = committing.then(() => undefined);
    const committed = await committing;
    this.committing = undefined;
    this.flushing = this.makeDurable(committed);
    await this.flushing;
    this.flushing = undefined;
  }

  /** @returns what was committed */
  private async commit(batch: Pending<Scope>[]): Promise<Committed[]> {
    const scopes = batch.map(({ scope }) => scope).filter((scope) => scope !== undefined);
    try {
      return await this.engine.transaction(async (tables) => {
        const done: Committed[] = [];
        for (const { run, reject } of batch) done.push({ tell: await run(tables), reject });
        return done;
      }, scopes);
    } catch (error) {
      if (batch.length === 1 || this.engine.isDown(error)) {
        for (const { reject } of batch) reject(error);
        return [];
      }
    }
    const done: Committed[] = [];
    for (const each of batch) done.push(...(await this.commit([each])));
    return done;
  }

  private async makeDurable(committed: Committed[]): Promise<void> {
    if (committed.length === 0) return;
    try {
      await this.engine.flush?.();
      for (const { tell } of committed) tell();
    } catch (error) {
      for (const { reject } of committed) reject(error);
    }
  }
}

interface Committed {
  tell: () => void;
  reject: (error: unknown) => void;
}

interface Pending<Scope> {
  scope: Scope | undefined;
  /** Writes; what it returns tells that it is durable. */
  run: (tables: AllTables) => Promise<() => void>;
  reject: (error: unknown) => void;
}
