import type { KeyedQueue } from './keyedQueue';

/** So many queues are looked at each time, so that a long backlog holds nothing up. */
const lanesAtATime = 1_000;

/**
 * Wakes queues that have something to do, some at a time and all of them in turn: nobody may wait because the word that
 * there is something to do was lost.
 */
export class QueueSweep {
  private last = '';

  constructor(
    private readonly queue: KeyedQueue,
    private readonly queueNames: (after: string, most: number) => Promise<string[]>,
  ) {}

  /** @throws BridgeError `store-unavailable` */
  async next(): Promise<void> {
    const queueNames = await this.queueNames(this.last, lanesAtATime);
    this.last = queueNames.length < lanesAtATime ? '' : (queueNames.at(-1) ?? '');
    for (const queueName of queueNames) this.queue.wake(queueName);
  }
}
