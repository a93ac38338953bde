import type { AccountRegistry } from '../accounts/accountRegistry';
import type { Changes } from '../core/changes';
import type { Clock } from '../core/clock';
import type { InboundMessage } from '../core/messages';
import type { Counters, Log, MessageStore } from '../core/ports';
import type { ConfigFile } from '../settings/configFile';
import type { Config } from '../settings/schema';
import type { Secrets } from '../settings/secrets';

/** A worker of one direction, as far as the panel steps in. */
interface Worker {
  /** Says that a conversation has something to do. */
  wake(queueName: string): void;
  /**
   * Takes a message that waits out of its queue.
   * @returns false when it no longer waits
   * @throws BridgeError `bad-request` while it is being handed over
   */
  setAside(seq: number, reason: string): boolean | Promise<boolean>;
  /** Tries again what waits of an account. @throws BridgeError `store-unavailable` */
  resume(account: string): Promise<void>;
}

/** What the panel's server side needs of the running plugin. */
export interface RunningPlugin {
  version: string;
  file: ConfigFile;
  store: MessageStore;
  /** `dir` is the folder in use, `file` the newest log file. */
  logs: { log: Log; dir: string; file: string };
  clock: Clock;
  /** Of messages, on this process. */
  changes: Changes;
  counters: Counters;
  accounts: AccountRegistry;
  workers: Record<'in' | 'out', Worker>;
  /** What is in force now; it may change with every save. */
  live: () => { config: Config; secrets: Secrets; port: number };
  /**
   * Goes on with another configuration.
   * @returns the accounts that are new, changed or gone
   * @throws ConfigError; then all stays as it was
   */
  reconfigure: (config: Config, secrets: Secrets) => Promise<string[]>;
  /** Writes settings down, for all processes that share them. @throws BridgeError `store-unavailable`, the system's error */
  saveSettings: (raw: unknown) => Promise<void>;
  /** Puts a notice for the agent on its way to Motion. @throws BridgeError `store-unavailable` */
  tellAgent: (notice: InboundMessage) => Promise<void>;
  /** Tries again what waited for a sign-in. */
  resumeReplies: (account: string) => void;
  /** Tells whoever starts the program what no log may hold. */
  print: (line: string) => void;
}
