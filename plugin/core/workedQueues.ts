import type { Cluster } from './cluster';
import { splitQueueName } from './conversation';
import type { QueueOutcome } from './keyedQueue';

/** Works on a queue where its account is this process's to work. */
export function workIfOurs(
  queueName: string,
  cluster: Cluster,
  work: () => Promise<QueueOutcome | undefined>,
): Promise<QueueOutcome | undefined> {
  const { account } = splitQueueName(queueName);
  return cluster.works(account) ? cluster.within(account, work) : Promise.resolve(undefined);
}

export function isQueueOf(queueName: string, account: string): boolean {
  return splitQueueName(queueName).account === account;
}

/**
 * When a call that may be under way has surely ended, in ms since 1970: one of a process that this one has taken over from. Only
 * then can it be seen on the other side whether it arrived.
 * @param begun when the row says that a call went out
 */
export function leftCallEndsAt(begun: number | undefined, queueName: string, cluster: Cluster): number {
  return begun === undefined ? 0 : cluster.leftCallsEndAt(splitQueueName(queueName).account);
}
