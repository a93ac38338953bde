import { languageOfAccount } from './languageOfAccount';
import type { Cluster } from './cluster';
import { splitQueueName } from './conversation';
import type { Ports } from './corePorts';
import type { QueueOutcome } from './keyedQueue';
import { speakIn } from '../texts/text';

/** Works on a queue, in the language of its account, where that is this process's to work. */
export function workIfOurs(
  queueName: string,
  { cluster, accounts }: Ports<'cluster' | 'accounts'>,
  work: () => Promise<QueueOutcome | undefined>,
): Promise<QueueOutcome | undefined> {
  const { account } = splitQueueName(queueName);
  if (!cluster.handles(account)) return Promise.resolve(undefined);
  const language = languageOfAccount(accounts.get(account));
  return cluster.within(account, () => speakIn(language, work));
}

export function isQueueOf(queueName: string, account: string): boolean {
  return splitQueueName(queueName).account === account;
}

/**
 * When a call that may be under way has certainly ended, in ms since 1970: one of a process that this one has taken over from. Only
 * then can it be seen on the other side whether it arrived.
 * @param begun when the row says that a call went out
 */
export function leftCallEndsAt(begun: number | undefined, queueName: string, cluster: Cluster): number {
  return begun === undefined ? 0 : cluster.leftCallsEndAt(splitQueueName(queueName).account);
}
