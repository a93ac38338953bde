import type { AccountParts } from './accountParts';
import type { BridgeAccount } from '../core/gateways';
import { pause, systemClock } from '../core/clock';
import { reasonOf } from '../core/errors';
import type { Log } from '../core/ports';
import type { Scheduler } from '../core/scheduler';
import type { AccountConfig } from '../settings/schema';

export interface AccountRegistryOptions {
  log: Log;
  scheduler: Scheduler;
  build: (settings: AccountConfig) => AccountParts;
  /** All that an account is built from: where it stays the same, the account goes on undisturbed. */
  keyOf: (settings: AccountConfig) => string;
}

interface Entry {
  key: string;
  parts: AccountParts;
}

/** What still talks to X at the stop gets this long, in milliseconds. */
const longestSupplyStop = 3_000;

/** The configured accounts, which may change while messages move. */
export class AccountRegistry {
  /** Both sides of each account, for the workers; they read it anew for each message. */
  readonly bridges = new Map<string, BridgeAccount>();
  private entries: Entry[] = [];
  /** What removed accounts had with X is being taken down. */
  private takingDown: Promise<unknown> = Promise.resolve();
  private turn: Promise<unknown> = Promise.resolve();
  /** Accounts whose OAuth 2.0 sign-in is not used by any account any more. */
  private unused: AccountParts[] = [];

  constructor(private readonly options: AccountRegistryOptions) {}

  all(): AccountParts[] {
    return this.entries.map(({ parts }) => parts);
  }

  active(): AccountParts[] {
    return this.all().filter(({ settings }) => settings.active);
  }

  /**
   * Builds what is configured, starts what is new or changed, and stops what is gone. What an account that was
   * removed had set up with X is taken down, since X would go on delivering, and charging.
   * @returns the names of the accounts that are new, changed or gone
   */
  set(accounts: AccountConfig[]): Promise<string[]> {
    return this.inTurn(() => this.setNow(accounts));
  }

  private async setNow(accounts: AccountConfig[]): Promise<string[]> {
    const before = this.entries;
    const kept = (settings: AccountConfig) =>
      before.find(({ key, parts }) => parts.settings.name === settings.name && key === this.keyOf(settings));
    const keep = new Set(accounts.map(kept));
    const ended = before.filter((entry) => !keep.has(entry));
    await stopAll(ended.map(({ parts }) => parts));
    const fresh: AccountParts[] = [];
    this.entries = accounts.map((settings) => {
      const same = kept(settings);
      if (same) return same;
      const parts = this.options.build(settings);
      fresh.push(parts);
      return { key: this.keyOf(settings), parts };
    });
    this.bridges.clear();
    for (const { bridge } of this.all()) this.bridges.set(bridge.name, bridge);
    for (const parts of fresh) start(parts, this.options.scheduler);
    const using = new Set(accounts.filter(({ active }) => active).map(({ name }) => name));
    for (const { parts } of ended) if (!using.has(parts.settings.name)) await parts.chat.unload();
    const isUsed = (parts: AccountParts) =>
      accounts.some(
        ({ name, oauth2 }) =>
          name === parts.settings.name && oauth2.clientId === parts.settings.oauth2.clientId,
      );
    this.unused = [...this.unused, ...ended.map(({ parts }) => parts)].filter((parts) => !isUsed(parts));
    const names = new Set(accounts.map(({ name }) => name));
    const gone = ended.map(({ parts }) => parts.settings).filter(({ name }) => !names.has(name));
    for (const settings of gone)
      this.takingDown = Promise.allSettled([this.takingDown, this.takeDown(settings)]);
    return [...new Set([...fresh, ...ended.map(({ parts }) => parts)].map(({ settings }) => settings.name))];
  }

  /** The account of an X user, besides one. */
  nameOf(userId: string, besides: string): string | undefined {
    const others = this.all().filter(({ settings }) => settings.name !== besides);
    return others.find(({ webhook }) => webhook.userId() === userId)?.settings.name;
  }

  /** Begins an account anew, as it is configured; one at a time. */
  restart(name: string): Promise<void> {
    return this.inTurn(() => this.restartNow(name));
  }

  /** One change of the accounts at a time: two would start what the other has just stopped. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async restartNow(name: string): Promise<void> {
    const entry = this.entries.find(({ parts }) => parts.settings.name === name);
    if (!entry) return;
    const { settings } = entry.parts;
    await stopAll([entry.parts]);
    // Somebody may have saved other settings meanwhile.
    if (!this.entries.includes(entry)) return;
    entry.parts = this.options.build(settings);
    this.bridges.set(name, entry.parts.bridge);
    start(entry.parts, this.options.scheduler);
  }

  async stop(): Promise<void> {
    await stopAll(this.all(), this.takingDown);
  }

  /**
   * Ends with X the OAuth 2.0 sign-ins that no account uses any more; called once the settings are saved, since they cannot be
   * brought back. Never throws.
   */
  revokeUnused(): void {
    const unused = this.unused.splice(0);
    this.takingDown = this.takingDown.then(() =>
      Promise.allSettled(unused.map((parts) => this.endSignIn(parts))),
    );
  }

  private async endSignIn({ settings, oauth2 }: AccountParts): Promise<void> {
    if (!oauth2) return;
    const { name: account } = settings;
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

  /** What an account that was removed has set up with X goes. */
  private async takeDown(settings: AccountConfig): Promise<void> {
    const { supply, ownUser } = this.options.build({ ...settings, active: false });
    supply.standDown();
    await supply.settled();
    ownUser.stop();
  }

  private keyOf(settings: AccountConfig): string {
    return this.options.keyOf(settings);
  }
}

function start(
  { settings, ownUser, oauth2, supply, chat, chatSetUp }: AccountParts,
  scheduler: Scheduler,
): void {
  if (!settings.active) {
    supply.standDown();
    return;
  }
  oauth2?.start(scheduler);
  void ownUser.learn();
  void chat.load().then(() => chatSetUp.settle());
  supply.start();
}

/** A call of X that hangs must not take the time that messages in flight need. */
async function stopAll(accounts: AccountParts[], also: Promise<unknown> = Promise.resolve()): Promise<void> {
  for (const { ownUser, oauth2, chatSetUp } of accounts) {
    ownUser.stop();
    oauth2?.stop();
    chatSetUp.stop();
  }
  const stopped = new AbortController();
  void Promise.allSettled([also, ...accounts.map(({ supply }) => supply.stop())]).then(() => stopped.abort());
  await pause(systemClock, longestSupplyStop, stopped.signal);
}
