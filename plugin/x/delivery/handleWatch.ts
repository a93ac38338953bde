import type { WantedSubscription } from './activitySubscriptions';
import type { ReceiverPorts } from './receiver';

/** A customer is watched for this long after they last wrote. Milliseconds. */
const watchedForMs = 30 * 24 * 60 * 60_000;

/** Self-serve apps may have 1,500 subscriptions in all (X docs: X Activity API); this leaves room for other accounts. */
const maxCustomers = 100;

/**
 * X tells of another handle only to who is subscribed to that user (X docs: `profile.update.handle`, a public event). So those
 * who wrote lately are subscribed to: an agent who writes to them later reaches them without a paid look-up.
 */
export async function handleSubscriptions({ account, clock }: ReceiverPorts): Promise<WantedSubscription[]> {
  if (!account.wants.directMessages) return [];
  const writers = await account.recentWriters(clock.now() - watchedForMs, maxCustomers);
  return writers.map((userId) => ({ eventType: 'profile.update.handle', userId }));
}
