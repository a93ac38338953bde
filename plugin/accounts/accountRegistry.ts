import { atMost, systemClock } from '../core/clock';
import { reasonOf } from '../core/errors';
import type { Log } from '../core/ports';
import type { AccountConfig } from '../settings/account';
import type { Account } from './account';

export interface AccountRegistryOptions {
  log: Log;
  create: (settings: AccountConfig) => Account;
  /** Whether this process handles an account. */
  handles: (name: string) => boolean;
  /** Says all that an account is made from: while it stays the same, the account goes on undisturbed. */
  fingerprint: (settings: AccountConfig) => string;
}

/** What removed accounts have with X may hold up a stop for this long, in milliseconds. */
const maxStopMs = 3_000;

/** The configured accounts, which may change while messages move. */
export class AccountRegistry {
  /** By name, in the order of the configuration; always the current ones. */
  readonly byName = new Map<string, Account>();
  private readonly fingerprints = new WeakMap<Account, string>();
  /** What removed accounts had with X is being taken down. */
  private takingDown: Promise<unknown> = Promise.resolve();
  private lastChange: Promise<unknown> = Promise.resolve();
  /** Accounts whose OAuth 2.0 sign-in is not used by any account any longer. */
  private unused: Account[] = [];

  constructor(private readonly options: AccountRegistryOptions) {}

  all(): Account[] {
    return [...this.byName.values()];
  }

  active(): Account[] {
    return this.all().filter(({ active }) => active);
  }

  /** The account of an X user, besides one. */
  nameOfUser(userId: string, besides: string): string | undefined {
    return this.all().find((account) => account.name !== besides && account.userId() === userId)?.name;
  }

  /**
   * Creates what is configured, starts what is new or changed, and stops what is gone. What an account that was
   * removed had set up with X is taken down, since X would go on delivering, and charging.
   * @returns the names of the accounts that are new, changed or gone
   */
  configure(accounts: AccountConfig[]): Promise<string[]> {
    return this.oneChangeAtATime(() => this.configureNow(accounts));
  }

  private async configureNow(accounts: AccountConfig[]): Promise<string[]> {
    const before = this.all();
    const kept = new Map(accounts.map((settings) => [settings.name, this.unchanged(settings)]));
    const ended = before.filter((account) => kept.get(account.name) !== account);
    // What cannot be created must not take the running ones with it.
    const next = accounts.map((settings) => kept.get(settings.name) ?? this.create(settings));
    const fresh = next.filter((account) => kept.get(account.name) !== account);
    await Promise.all(ended.map((account) => account.stop()));
    this.byName.clear();
    for (const account of next) this.byName.set(account.name, account);
    for (const account of fresh) account.start();
    for (const { name, chat } of ended) if (this.byName.get(name)?.active !== true) await chat.unload();
    this.unused = [...this.unused, ...ended].filter((account) => !this.isSignInUsed(account));
    for (const { name, settings } of ended)
      if (!this.byName.has(name) && this.options.handles(name))
        this.takingDown = Promise.allSettled([this.takingDown, this.takeDown(settings)]);
    return [...new Set([...fresh, ...ended].map(({ name }) => name))];
  }

  /** Stops an account and starts it again as it is configured. */
  restart(name: string): Promise<void> {
    return this.oneChangeAtATime(async () => {
      const account = this.byName.get(name);
      if (!account) return;
      const next = this.create(account.settings);
      await account.stop();
      this.byName.set(name, next);
      next.start();
    });
  }

  async stop(): Promise<void> {
    const takenDown = atMost(systemClock, maxStopMs, this.takingDown);
    await Promise.all([takenDown, ...this.all().map((account) => account.stop())]);
  }

  /**
   * Ends with X the OAuth 2.0 sign-ins that no account uses any longer; called once the settings are saved, since they cannot be
   * brought back. Never throws.
   */
  revokeUnused(): void {
    const unused = this.unused.splice(0);
    this.takingDown = this.takingDown.then(() =>
      Promise.allSettled(unused.map((account) => this.endSignIn(account))),
    );
  }

  private unchanged(settings: AccountConfig): Account | undefined {
    const account = this.byName.get(settings.name);
    const isSame = account && this.fingerprints.get(account) === this.options.fingerprint(settings);
    return isSame ? account : undefined;
  }

  private create(settings: AccountConfig): Account {
    const account = this.options.create(settings);
    this.fingerprints.set(account, this.options.fingerprint(settings));
    return account;
  }

  private isSignInUsed({ name, settings }: Account): boolean {
    return this.byName.get(name)?.settings.oauth2.clientId === settings.oauth2.clientId;
  }

  /** Two changes side by side would start what the other has just stopped. */
  private oneChangeAtATime<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.lastChange.then(change);
    this.lastChange = mine.catch(() => undefined);
    return mine;
  }

  private async takeDown(settings: AccountConfig): Promise<void> {
    await this.options.create({ ...settings, active: false }).takeDown();
  }

  private async endSignIn({ name: account, oauth2 }: Account): Promise<void> {
    if (!oauth2) return;
    const { log } = this.options;
    let reason = 'the tokens are encrypted with another DATA_KEY';
    try {
      if (!(await oauth2.isConnected())) return;
      if (await oauth2.disconnect()) {
        log.info('an OAuth 2.0 sign-in that is no longer used was ended with X', { account });
        return;
      }
    } catch (error) {
      reason = reasonOf(error);
    }
    log.warn(
      'X could not be told that an OAuth 2.0 sign-in is no longer used: take the access away on x.com, under Settings, Connected apps',
      { account, reason },
    );
    await oauth2.forget();
  }
}
