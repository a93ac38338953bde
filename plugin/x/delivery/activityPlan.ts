import {
  ensureSubscriptions,
  optionalSubscriptions,
  removeSubscriptions,
  tagOf,
  wantedSubscriptions,
} from './activitySubscriptions';
import { DeletionWatch } from './deletionWatch';
import { handleSubscriptions } from './handleWatch';
import type { ReceiverPorts } from './receiver';

/** What an account is subscribed to in X Activity, by webhook or by stream. */
export class ActivityPlan {
  private readonly deletions: DeletionWatch;
  private complaint = '';

  constructor(private readonly ports: ReceiverPorts) {
    this.deletions = new DeletionWatch(ports);
  }

  /**
   * Brings X's subscriptions in line.
   * @param webhookId where X delivers; undefined for the stream
   * @returns whether one that the delivery needs had been missing
   * @throws BridgeError
   */
  async ensure(webhookId: string | undefined): Promise<boolean> {
    const { account, client, log } = this.ports;
    const userId = await account.userId();
    const { repaired, refused } = await ensureSubscriptions(client, {
      tag: tagOf(account.name),
      webhookId,
      wanted: wantedSubscriptions(account.wants, userId),
      extra: [
        ...optionalSubscriptions(account.wants, userId),
        ...(await this.deletions.wanted()),
        ...(await handleSubscriptions(this.ports)),
      ],
    });
    const complaint = refused.join(', ');
    if (complaint !== '' && complaint !== this.complaint)
      log.warn('X refuses some subscriptions that are not essential', { eventTypes: complaint });
    this.complaint = complaint;
    return repaired;
  }

  /** A post of this user was taken in. Never throws. */
  onPost(authorId: string, webhookId: string | undefined): Promise<void> {
    return this.deletions.onPost(authorId, webhookId);
  }

  /** Takes away all that is subscribed for this account. */
  remove(): Promise<void> {
    const { account, client } = this.ports;
    return removeSubscriptions(client, tagOf(account.name));
  }
}
