import type { Clock } from '../core/clock';
import type { Forgotten } from '../core/retention';
import type { History, Log } from '../core/ports';
import type { ConfigFile } from '../settings/configFile';
import type { Config } from '../settings/schema';
import type {
  ChatKeys,
  CheckLine,
  OAuth2View,
  OpenChannelAccount,
  Overview,
  PinStart,
  Report,
  ReportQuery,
} from '../panel/api';
import type { OAuth2Way, PinWay } from './connect';
import type { Passwords } from './passwords';

/** An account's keys for encrypted chat, to be looked at and set up. All methods throw BridgeError in the admin's words. */
export interface ChatKeysPort {
  view(): Promise<ChatKeys>;
  /** @returns why X keeps no backup, where one was asked for and the keys are there */
  create(replace: boolean, pin?: string): Promise<string | undefined>;
  backUp(pin: string): Promise<void>;
  recover(pin: string): Promise<void>;
  import(content: string, password: string): Promise<void>;
  export(password: string): Promise<string>;
}

/** What the panel's server side needs of the running plugin. */
export interface AdminPorts {
  version: string;
  clock: Clock;
  log: Log;
  file: ConfigFile;
  passwords: Passwords;
  history: History;
  config: () => Config;
  port(): number;
  logFile(): string;
  overview(): Overview;
  /**
   * Checks settings, goes on with them, and writes them down.
   * @param revision the version of the file that the settings began as; absent: whatever it holds by then
   * @returns the accounts that were restarted
   * @throws ConfigError with one line per fault, BridgeError `settings-changed`; then nothing has changed
   */
  save(raw: Record<string, unknown>, revision?: string): Promise<string[]>;
  /** The host's user with this name and password; undefined when the host does not know them. @throws BridgeError */
  hostUser(username: string, password: string): Promise<{ name?: string; role?: string } | undefined>;
  /** Tries the sign-in to the host, as it is configured. */
  checkHost(): Promise<CheckLine>;
  openChannelAccounts(): Promise<OpenChannelAccount[]>;
  /** Where the host and X reach an account; the first carries the reply token. */
  addresses(account: string): { replyUrl: string; webhookUrl: string };
  startPin(start: PinStart): Promise<PinWay>;
  /** How an account stands with OAuth 2.0, and its sign-in. All throw BridgeError in the admin's words. */
  oauth2(account: string): Promise<OAuth2View>;
  startOAuth2(account: string, redirectUri: string): OAuth2Way;
  /** @returns whether X was told */
  disconnectOAuth2(account: string): Promise<boolean>;
  check(account: string): Promise<CheckLine[]>;
  /** @throws BridgeError in the admin's words */
  forget(person: string, user: string): Promise<Forgotten>;
  /** @throws BridgeError in the admin's words */
  report(query: ReportQuery): Promise<Report>;
  chatKeys: (account: string) => ChatKeysPort;
  /**
   * Takes a message that waits out of its queue.
   * @returns false when it does not wait (any more)
   * @throws BridgeError `bad-request` while it is being handed over
   */
  setAside(message: { direction: 'in' | 'out'; seq: number }, reason: string): Promise<boolean>;
  /** Takes an encrypted reply back on X. @throws BridgeError in the admin's words */
  recall(seq: number, user: string): Promise<void>;
  /** Says that a lane has something to do. */
  wake(direction: 'in' | 'out', lane: string): void;
}
