import { createHash } from 'node:crypto';
import { backoff } from '../bridge/backoff';
import type { Clock } from '../bridge/clock';
import { reasonOf } from '../bridge/errors';
import type { AccountFacts, Log } from '../bridge/ports';
import type { XClient } from './client';
import type { XKeys } from './keys';
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

  /** Asks X until it answers; knowing the own user shows that the keys work. */
  async learn(attempts = 1): Promise<void> {
    if (this.known !== undefined || this.isStopped()) return;
    const { account, clock, random, log } = this.options;
    try {
      await this.ask();
    } catch (error) {
      if (this.isStopped()) return;
      log.warn('X does not say yet who the keys belong to', { account, reason: reasonOf(error) });
      this.cancel = clock.after(backoff(attempts, random()), () => void this.learn(attempts + 1));
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
    log.info('signed in to X', { account, userId: user.id, handle: user.username });
  }
}
