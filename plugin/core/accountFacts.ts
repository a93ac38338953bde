/** Something that was learnt about an account; without a value it is known no longer. */
export interface Fact {
  account: string;
  fact: string;
  value?: string;
}

/** Where facts are kept. */
export interface FactsTable {
  all(): Fact[];
  write(changes: Fact[]): void;
}

/** What was learnt about the accounts, kept across restarts. */
export interface AccountFacts {
  read(account: string, fact: string): string | undefined;
  /** Known at once, and on the disk soon: what cannot be written is tried again with the next one. */
  save(account: string, fact: string, value: string): void;
  /** Known no longer; the same holds. */
  forget(account: string, fact: string): void;
  /** As `save`. @returns when it is on the disk @throws BridgeError `store-unavailable`; it is tried again all the same */
  keep(account: string, fact: string, value: string): Promise<void>;
}

const keyOf = ({ account, fact }: Fact) => JSON.stringify([account, fact]);

/** The accounts' facts in memory, where all of them are read, and in the store. */
export class RememberedFacts implements AccountFacts {
  private readonly known = new Map<string, Fact>();
  /** What is not on the disk yet. */
  private readonly changes = new Map<string, Fact>();
  private writing: Promise<void> | undefined;

  constructor(
    private readonly write: (changes: Fact[]) => Promise<void>,
    saved: Fact[],
  ) {
    for (const fact of saved) this.known.set(keyOf(fact), fact);
  }

  read(account: string, fact: string): string | undefined {
    return this.known.get(keyOf({ account, fact }))?.value;
  }

  save(account: string, fact: string, value: string): void {
    this.change({ account, fact, value });
    this.writeSoon();
  }

  forget(account: string, fact: string): void {
    if (this.read(account, fact) === undefined) return;
    this.change({ account, fact });
    this.writeSoon();
  }

  async keep(account: string, fact: string, value: string): Promise<void> {
    const change = this.change({ account, fact, value });
    // It may fail for what others wrote before.
    await this.writing?.catch(() => undefined);
    while (this.changes.get(keyOf(change)) === change) await this.writeAll();
  }

  /** Writes what is left, as far as that is possible. Never throws. */
  async close(): Promise<void> {
    await this.writing?.catch(() => undefined);
    await this.writeAll().catch(() => undefined);
  }

  private change(change: Fact): Fact {
    this.known.set(keyOf(change), change);
    this.changes.set(keyOf(change), change);
    return change;
  }

  private writeSoon(): void {
    this.writeAll().catch(() => undefined);
  }

  /** One write at a time, so that an older value never comes after a newer one. */
  private writeAll(): Promise<void> {
    if (this.changes.size > 0) this.writing ??= this.writeChanges();
    return this.writing ?? Promise.resolve();
  }

  private async writeChanges(): Promise<void> {
    try {
      while (this.changes.size > 0) {
        const changes = [...this.changes];
        await this.write(changes.map(([, change]) => change));
        for (const [key, change] of changes) if (this.changes.get(key) === change) this.changes.delete(key);
      }
    } finally {
      // At once: what is saved a moment later begins another write.
      this.writing = undefined;
    }
  }
}
