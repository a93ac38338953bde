import { setImmediate as turn } from 'node:timers/promises';
import type { Executor } from './asyncTable';
import type { StoreFile } from './database';

/**
 * Gathers what is to be written in one turn of the event loop into one durable commit, because the flush to disk is
 * what costs: under load, much comes in while the last flush holds everything up. Everybody hears after the commit.
 * When that fails, each is written by itself, so that nobody fails for what somebody else wrote.
 */
export class GroupCommit implements Executor {
  private pending: Pending[] = [];
  /** While a commit is under way; never rejects. */
  private committing: Promise<void> | undefined;

  constructor(private readonly store: StoreFile) {}

  /** Reads what was committed. @throws whatever `work` throws */
  async read<T>(work: () => T): Promise<T> {
    while (this.committing) await this.committing;
    return work();
  }

  /** @throws whatever `work` throws, and BridgeError `store-unavailable` when it cannot be written down */
  write<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.pending.push({
        run: async () => {
          const result = await work();
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
    while (this.committing) await this.committing;
    const batch = this.pending;
    this.pending = [];
    this.committing = this.commit(batch);
    await this.committing;
    this.committing = undefined;
  }

  private async commit(batch: Pending[]): Promise<void> {
    try {
      const tells = await this.store.longTransaction(async () => {
        const done: (() => void)[] = [];
        for (const { run } of batch) done.push(await run());
        return done;
      });
      for (const tell of tells) tell();
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length === 0) only?.reject(error);
      else for (const each of batch) await this.commit([each]);
    }
  }
}

interface Pending {
  /** Writes; what it returns tells that it is durable. */
  run: () => Promise<() => void>;
  reject: (error: unknown) => void;
}
