import type { EventBatch } from './events';
import type { Counters, Log } from '../ports';

/** Of so many pairs of account and user it is remembered that they were warned of. */
const maxRemembered = 1_000;

/** Keeps what X addressed to another user from being handed over in an account's name. */
export class OtherUsers {
  private readonly warned = new Set<string>();

  constructor(private readonly ports: { counters: Counters; log: Log }) {}

  /**
   * What of a delivery concerns the account. What carries no message, such as a deleted post, concerns whoever knows
   * what it speaks of.
   */
  ownShare(batch: EventBatch, account: { name: string; userId: () => string | undefined }): EventBatch {
    const { forUserId, messages, own, encrypted, marks } = batch;
    const ownUserId = account.userId();
    if (forUserId === undefined || ownUserId === undefined || forUserId === ownUserId) return batch;
    const number = messages.length + own.length + encrypted.length;
    if (number > 0) this.note(account.name, forUserId, ownUserId, number);
    if (number + marks.length === 0) return batch;
    return { ...batch, messages: [], own: [], encrypted: [], marks: [] };
  }

  private note(account: string, forUserId: string, ownUserId: string, number: number): void {
    const { counters, log } = this.ports;
    counters.count('events', { account, kind: 'message', result: 'another_user' }, number);
    const pair = `${account} ${forUserId}`;
    if (this.warned.has(pair) || this.warned.size >= maxRemembered) return;
    this.warned.add(pair);
    log.warn(
      "X delivered messages for another user than the account's own; they are left out. If no other account or product uses the app, check which user is subscribed",
      { account, forUserId, ownUserId },
    );
  }
}
