import { createHash } from 'node:crypto';
import { backoff } from '../bridge/backoff';
import type { Clock } from '../bridge/clock';
import { BridgeError, reasonOf } from '../bridge/errors';
import type { AccountFacts, Log } from '../bridge/ports';
import type { XClient } from './client';
import type { XKeys } from './keys';
import type { SignInGate } from '../bridge/signInGate';
import { ownUser } from './users';

export interface OwnUserOptions {
  account: string;
  keys: XKeys;
  client: XClient;
  facts: AccountFacts;
  clock: Clock;
  random: () => number;
  log: Log;
}

/** The X user an account's keys belong to: asked for once, kept as long as the keys stay the same. */
export class OwnUser {
  private readonly fact: string;
  private known: string | undefined;
  private lastTrouble: string | undefined;
  private stopped = false;
  private cancel = () => {};

  constructor(private readonly options: OwnUserOptions) {
    const { account, facts, keys } = options;
    const { consumerKey, accessToken } = keys;
    this.fact = `user of ${createHash('sha256').update(`${consumerKey} ${accessToken}`).digest('hex').slice(0, 16)}`;
    this.known = facts.read(account, this.fact);
  }

  id(): string | undefined {
    return this.known;
  }

  /** The handle X told last; handles change, so this is only for show. */
  handle(): string | undefined {
    const { account, facts } = this.options;
    return facts.read(account, `${this.fact}, handle`);
  }

  /** Why X has not said yet who the keys belong to, as far as is known. */
  trouble(): string | undefined {
    return this.known === undefined ? this.lastTrouble : undefined;
  }

  /** Asks X until it answers; knowing the own user shows that the keys work. */
  async learn(attempts = 1): Promise<void> {
    if (this.known !== undefined || this.isStopped()) return;
    const { account, clock, random, log } = this.options;
    try {
      await this.ask();
    } catch (error) {
      if (this.isStopped()) return;
      this.lastTrouble = reasonOf(error);
      log.warn('X does not say yet who the keys belong to', { account, reason: reasonOf(error) });
      const later = error instanceof BridgeError ? (error.retryAt ?? 0) - clock.now() : 0;
      const pause = Math.max(backoff(attempts, random()), later);
      this.cancel = clock.after(pause, () => void this.learn(attempts + 1));
    }
  }

  /**
   * The id, asked for where it is not known.
   * @throws BridgeError when X does not tell
   */
  async find(): Promise<string> {
    if (this.known === undefined) await this.ask();
    if (this.known !== undefined) return this.known;
    throw new BridgeError('x-unavailable', 'X does not say who the keys belong to', { retryable: true });
  }

  /**
   * Whether X accepts the keys, as far as is known. After a refusal X is asked a single time, once the gate opens.
   * Never throws.
   */
  async signedIn(gate: SignInGate): Promise<boolean> {
    if (!gate.refused()) return true;
    if (gate.closed() !== undefined) return false;
    return (await this.standing(gate)) !== 'refused';
  }

  /** Asks X whether it takes the keys. Never throws. */
  async standing(gate: SignInGate): Promise<'accepted' | 'refused' | 'unknown'> {
    try {
      await ownUser(this.options.client);
      return 'accepted';
    } catch {
      return gate.refused() ? 'refused' : 'unknown';
    }
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private async ask(): Promise<void> {
    const { account, client, facts, log } = this.options;
    const user = await ownUser(client);
    if (!user || this.isStopped()) return;
    this.known = user.id;
    facts.save(account, this.fact, user.id);
    if (user.username !== undefined) facts.save(account, `${this.fact}, handle`, user.username);
    log.info('signed in to X', { account, userId: user.id, handle: user.username });
  }
}
