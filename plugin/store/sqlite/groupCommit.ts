import type { StoreFile } from './database';

/**
 * Gathers what is to be written in one turn of the event loop into one durable commit, because the flush to disk is
 * what costs: under load, much comes in while the last flush holds everything up. Everybody hears after the commit.
 * When that fails, each is written by itself, so that nobody fails for what somebody else wrote.
 */
export class GroupCommit {
  private pending: Pending[] = [];

  constructor(private readonly store: StoreFile) {}

  /** @throws whatever `work` throws, and BridgeError `store-unavailable` when it cannot be written down */
  batchTransaction<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.pending.push({
        run: () => {
          const result = work();
          return () => resolve(result);
        },
        reject,
      });
      if (this.pending.length === 1) setImmediate(() => this.flush());
    });
  }

  private flush(): void {
    const batch = this.pending;
    this.pending = [];
    try {
      for (const tell of this.store.transaction(() => batch.map(({ run }) => run()))) tell();
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length === 0) only?.reject(error);
      else for (const each of batch) this.alone(each);
    }
  }

  private alone({ run, reject }: Pending): void {
    try {
      this.store.transaction(run)();
    } catch (error) {
      reject(error);
    }
  }
}

interface Pending {
  /** Writes; what it returns tells that it is durable. */
  run: () => () => void;
  reject: (error: unknown) => void;
}
