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
  /** Does it as one durable commit, or not at all. Called once at a time. @param scopes what is done in it */
  transaction<T>(work: Work<T>, scopes: Scope[]): Promise<T>;
  /** Whether a failure is about the database as a whole, so that what was written with it cannot be at fault. */
  isDown(error: unknown): boolean;
}

/** More than this would keep others waiting for too long. */
const maxBatch = 500;

/**
 * Gathers what is to be written in one turn of the event loop into one durable commit, because the flush to disk is
 * what costs: under load, much comes in while the last flush holds everything up. Everybody hears after the commit.
 * When that fails, each is written by itself, so that nobody fails for what somebody else wrote.
 */
export class GroupCommit<Scope> {
  private readonly pending: Pending<Scope>[] = [];
  /** While a commit is under way; never rejects. */
  private committing: Promise<void> | undefined;
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

  /** Resolves when nothing is left to be written. */
  async settled(): Promise<void> {
    while (this.pending.length > 0 || this.committing) await (this.committing ?? turn());
  }

  private async flush(): Promise<void> {
    while (this.committing || this.reading > 0) await (this.committing ?? turn());
    const batch = this.pending.splice(0, maxBatch);
    if (this.pending.length > 0) setImmediate(() => void this.flush());
    if (batch.length === 0) return;
    this.committing = this.commit(batch);
    await this.committing;
    this.committing = undefined;
  }

  private async commit(batch: Pending<Scope>[]): Promise<void> {
    const scopes = batch.map(({ scope }) => scope).filter((scope) => scope !== undefined);
    try {
      const tells = await this.engine.transaction(async (tables) => {
        const done: (() => void)[] = [];
        for (const { run } of batch) done.push(await run(tables));
        return done;
      }, scopes);
      for (const tell of tells) tell();
    } catch (error) {
      if (batch.length === 1 || this.engine.isDown(error)) for (const { reject } of batch) reject(error);
      else for (const each of batch) await this.commit([each]);
    }
  }
}

interface Pending<Scope> {
  scope: Scope | undefined;
  /** Writes; what it returns tells that it is durable. */
  run: (tables: AllTables) => Promise<() => void>;
  reject: (error: unknown) => void;
}
