import { reasonOf } from '../../core/errors';
import { subscribe, tagOf, type WantedSubscription } from './activitySubscriptions';
import type { ReceiverPorts } from './receiver';

/** Posts are watched for their deletion this long after their author last wrote. Milliseconds. */
const watchedFor = 2 * 24 * 60 * 60_000;

/** At most so many authors, for X allows the smallest apps 50 subscriptions in all. */
const maxAuthors = 40;

/**
 * X Activity tells of a deletion only to who is subscribed to the author (X docs: `post.delete`, filter
 * `user_id`). So the authors of recent mentions are subscribed to, for a while.
 */
export class DeletionWatch {
  private readonly subscribed = new Set<string>();

  constructor(private readonly ports: ReceiverPorts) {}

  /** The subscriptions that are wanted now. */
  async wanted(): Promise<WantedSubscription[]> {
    const { account, clock } = this.ports;
    if (!account.wants.mentions) return [];
    const authors = await account.recentAuthors(clock.now() - watchedFor, maxAuthors);
    this.subscribed.clear();
    for (const author of authors) this.subscribed.add(author);
    return authors.map((userId) => ({ eventType: 'post.delete', userId }));
  }

  /** Somebody has written; the check every quarter of an hour makes up for a failure here. Never throws. */
  async onPost(userId: string, webhookId: string | undefined): Promise<void> {
    const { account, client, log } = this.ports;
    if (this.subscribed.has(userId) || this.subscribed.size >= maxAuthors) return;
    this.subscribed.add(userId);
    try {
      await subscribe(client, { eventType: 'post.delete', userId }, webhookId, tagOf(account.name));
    } catch (error) {
      log.warn('X will not report the deletion of this post', { reason: reasonOf(error) });
    }
  }
}
