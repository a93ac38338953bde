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
  /** Resolves when all that is known of an account is on the disk. @throws BridgeError `store-unavailable` */
  written(account: string): Promise<void>;
}

/** The accounts' facts in memory, where all of them are read, and in the store. */
export class RememberedFacts implements AccountFacts {
  private readonly accounts = new Map<string, FactsOfAccount>();

  /** @param write writes changes of one account, all or none */
  constructor(
    private readonly write: (changes: Fact[]) => Promise<void>,
    saved: Fact[],
  ) {
    this.refresh(saved, () => true);
  }

  read(account: string, fact: string): string | undefined {
    return this.accounts.get(account)?.read(fact);
  }

  save(account: string, fact: string, value: string): void {
    this.of(account).save({ account, fact, value });
  }

  forget(account: string, fact: string): void {
    if (this.read(account, fact) !== undefined) this.of(account).save({ account, fact });
  }

  keep(account: string, fact: string, value: string): Promise<void> {
    return this.of(account).keep({ account, fact, value });
  }

  async written(account: string): Promise<void> {
    await this.accounts.get(account)?.written();
  }

  /** Takes what the store has in the place of what was known; what could not be written yet stays. */
  refresh(saved: Fact[], isMeant: (account: string) => boolean): void {
    const names = new Set([...this.accounts.keys(), ...saved.map(({ account }) => account)]);
    for (const name of names)
      if (isMeant(name)) this.of(name).refresh(saved.filter(({ account }) => account === name));
  }

  /** Writes what is left, as far as that is possible. Never throws. */
  async close(): Promise<void> {
    await Promise.all([...this.accounts.values()].map((facts) => facts.written().catch(() => undefined)));
  }

  private of(account: string): FactsOfAccount {
    const facts = this.accounts.get(account) ?? new FactsOfAccount(this.write);
    this.accounts.set(account, facts);
    return facts;
  }
}

/** One account's facts. */
class FactsOfAccount {
  private known = new Map<string, string | undefined>();
  /** What is not on the disk yet. */
  private readonly changes = new Map<string, Fact>();
  private writing: Promise<void> | undefined;

  constructor(private readonly write: (changes: Fact[]) => Promise<void>) {}

  read(fact: string): string | undefined {
    return this.known.get(fact);
  }

  save(change: Fact): void {
    this.change(change);
    this.writeAll().catch(() => undefined);
  }

  async keep(change: Fact): Promise<void> {
    this.change(change);
    // It may fail for what was saved before.
    await this.writing?.catch(() => undefined);
    while (this.changes.get(change.fact) === change) await this.writeAll();
  }

  async written(): Promise<void> {
    await this.writing?.catch(() => undefined);
    while (this.changes.size > 0) await this.writeAll();
  }

  refresh(saved: Fact[]): void {
    this.known = new Map([...saved, ...this.changes.values()].map(({ fact, value }) => [fact, value]));
  }

  private change(change: Fact): void {
    this.known.set(change.fact, change.value);
    this.changes.set(change.fact, change);
  }

  /** One write at a time, so that an older value never comes after a newer one. */
  private writeAll(): Promise<void> {
    if (this.changes.size > 0) this.writing ??= this.writeChanges();
    return this.writing ?? Promise.resolve();
  }

  private async writeChanges(): Promise<void> {
    try {
      while (this.changes.size > 0) {
        const changes = [...this.changes.values()];
        await this.write(changes);
        for (const change of changes)
          if (this.changes.get(change.fact) === change) this.changes.delete(change.fact);
      }
    } finally {
      // At once: what is saved a moment later begins another write.
      this.writing = undefined;
    }
  }
}
