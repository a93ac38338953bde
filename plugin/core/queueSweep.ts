import type { KeyedQueue } from './keyedQueue';

/** So many lanes are looked at each time, so that a long backlog holds nothing up. */
const lanesAtATime = 1_000;

/**
 * Wakes lanes that have something to do, some at a time and all of them in turn: nobody may wait because the word that
 * there is something to do was lost.
 */
export class QueueSweep {
  private last = '';

  constructor(
    private readonly queue: KeyedQueue,
    private readonly lanes: (after: string, most: number) => string[],
  ) {}

  /** @throws BridgeError `store-unavailable` */
  next(): void {
    const lanes = this.lanes(this.last, lanesAtATime);
    this.last = lanes.length < lanesAtATime ? '' : (lanes.at(-1) ?? '');
    for (const lane of lanes) this.queue.wake(lane);
  }
}
