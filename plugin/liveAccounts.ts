import type { AccountParts } from './accountParts';
import type { BridgeAccount } from './bridge/sides';
import { pause, systemClock } from './bridge/clock';
import type { AccountConfig } from './config/schema';

export interface LiveAccountsOptions {
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
export class LiveAccounts {
  /** Both sides of each account, for the workers; they read it anew for each message. */
  readonly bridges = new Map<string, BridgeAccount>();
  private entries: Entry[] = [];

  constructor(private readonly options: LiveAccountsOptions) {}

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
  async set(accounts: AccountConfig[]): Promise<string[]> {
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
    for (const parts of fresh) start(parts);
    const using = new Set(accounts.filter(({ active }) => active).map(({ name }) => name));
    for (const { parts } of ended) if (!using.has(parts.settings.name)) await parts.chat.unload();
    const names = new Set(accounts.map(({ name }) => name));
    const gone = ended.map(({ parts }) => parts.settings).filter(({ name }) => !names.has(name));
    for (const settings of gone) start(this.options.build({ ...settings, active: false }));
    return [...new Set([...fresh, ...ended.map(({ parts }) => parts)].map(({ settings }) => settings.name))];
  }

  stop(): Promise<void> {
    return stopAll(this.all());
  }

  private keyOf(settings: AccountConfig): string {
    return this.options.keyOf(settings);
  }
}

function start({ settings, ownUser, supply, chat, chatSetUp }: AccountParts): void {
  if (!settings.active) {
    supply.standDown();
    return;
  }
  void ownUser.learn();
  void chat.load().then(() => chatSetUp.settle());
  supply.start();
}

/** A call of X that hangs must not take the time that messages in flight need. */
async function stopAll(accounts: AccountParts[]): Promise<void> {
  if (accounts.length === 0) return;
  for (const { ownUser, chatSetUp } of accounts) {
    ownUser.stop();
    chatSetUp.stop();
  }
  const stopped = new AbortController();
  void Promise.allSettled(accounts.map(({ supply }) => supply.stop())).then(() => stopped.abort());
  await pause(systemClock, longestSupplyStop, stopped.signal);
}
