import { createHash } from 'node:crypto';
import { backoff } from '../../core/backoff';
import type { Clock } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import type { AccountFacts } from '../../core/accountFacts';
import type { Log } from '../../core/ports';
import type { XClient } from './client';
import type { SignIns } from './signIns';
import { ownUser } from './users';

export interface OwnUserOptions {
  account: string;
  /** What tells the account's sign-ins from others, which may be another user's. */
  signedInBy: string;
  client: XClient;
  facts: AccountFacts;
  clock: Clock;
  random: () => number;
  log: Log;
}

type Standing = Pick<SignIns, 'areRefused' | 'closed'>;

/** The X user an account's sign-ins belong to: asked for once, kept as long as the sign-ins stay the same. */
export class OwnUser {
  private readonly fact: string;
  private lastTrouble: string | undefined;
  private stopped = false;
  private cancel = () => {};

  constructor(private readonly options: OwnUserOptions) {
    const { signedInBy } = options;
    this.fact = `user of ${createHash('sha256').update(signedInBy).digest('hex').slice(0, 16)}`;
  }

  id(): string | undefined {
    const { account, facts } = this.options;
    return facts.read(account, this.fact);
  }

  /** The handle X told last; handles change, so this is only for show. */
  handle(): string | undefined {
    const { account, facts } = this.options;
    return facts.read(account, `${this.fact}, handle`);
  }

  /** Why X has not said yet who the keys belong to, as far as is known. */
  trouble(): string | undefined {
    return this.id() === undefined ? this.lastTrouble : undefined;
  }

  /** Asks X until it answers; knowing the own user shows that the keys work. */
  async learn(attempts = 1): Promise<void> {
    if (this.id() !== undefined || this.isStopped()) return;
    const { account, clock, random, log } = this.options;
    try {
      await this.ask();
    } catch (error) {
      if (this.isStopped()) return;
      this.lastTrouble = reasonOf(error);
      log.warn("could not look up the account's X user", { account, reason: reasonOf(error) });
      const later = error instanceof BridgeError ? (error.retryAt ?? 0) - clock.now() : 0;
      const pause = Math.max(backoff(attempts, random()), later);
      this.cancel = clock.after(pause, () => void this.learn(attempts + 1));
    }
  }

  /** The id, asked for where it is not known. @throws BridgeError when X does not tell */
  async find(): Promise<string> {
    if (this.id() === undefined) await this.ask();
    const id = this.id();
    if (id !== undefined) return id;
    throw new BridgeError('x-unavailable', 'X does not say who the keys belong to', { retryable: true });
  }

  /**
   * Whether X accepts one of the sign-ins, as far as is known. After a refusal X is asked a single time, once it makes
   * sense again. Never throws.
   */
  async signedIn(signIns: Standing): Promise<boolean> {
    if (!signIns.areRefused()) return true;
    if (signIns.closed() !== undefined) return false;
    return (await this.standing(signIns)) !== 'refused';
  }

  /** Asks X whether it takes the sign-ins. Never throws. */
  async standing(signIns: Standing): Promise<'accepted' | 'refused' | 'unknown'> {
    try {
      await ownUser(this.options.client);
      return 'accepted';
    } catch {
      return signIns.areRefused() ? 'refused' : 'unknown';
    }
  }

  /** Somebody has signed in, and X has said who. */
  adopt(userId: string, handle: string | undefined): void {
    const { account, facts } = this.options;
    facts.save(account, this.fact, userId);
    if (handle !== undefined) facts.save(account, `${this.fact}, handle`, handle);
  }

  /** Nobody is signed in any longer: the next one may be another user. */
  forget(): void {
    const { account, facts } = this.options;
    facts.forget(account, this.fact);
    facts.forget(account, `${this.fact}, handle`);
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private async ask(): Promise<void> {
    const { account, client, log } = this.options;
    const user = await ownUser(client);
    if (!user || this.isStopped()) return;
    this.adopt(user.id, user.username);
    log.info('signed in to X', { account, userId: user.id, handle: user.username });
  }
}
