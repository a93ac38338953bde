import type { Clock } from './clock';

/** What one step of work on a lane came to. */
export type QueueOutcome = { again: 'now' } | { again: 'at'; dueAt: number };

interface Lane {
  running: boolean;
  /** Woken while running: look once more before resting. */
  woken: boolean;
  queued: boolean;
  cancelTimer: (() => void) | undefined;
}

export interface LaneQueueOptions {
  clock: Clock;
  /** How many lanes may be worked on at the same time. */
  concurrency: number;
  /** Does the oldest due piece of work of a lane; undefined when the lane has none left. */
  work: (lane: string) => Promise<QueueOutcome | undefined>;
  /** A defect in `work`: the lane rests and is tried again after `restAfterDefect` ms. */
  onDefect: (lane: string, error: unknown) => void;
}

const restAfterDefect = 5_000;

/**
 * Works on many lanes side by side and on each in order: one conversation never overtakes itself, and one
 * that waits holds up nobody else. Keeps no messages, only which lanes have something to do; those are in
 * the store.
 */
export class KeyedQueue {
  private readonly lanes = new Map<string, Lane>();
  private readonly ready: string[] = [];
  private running = 0;
  /** Lanes whose work waits aside. */
  private asideNow = 0;
  private stopped = false;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: LaneQueueOptions) {}

  /** Says that a lane may have work due now. */
  wake(name: string): void {
    if (this.stopped) return;
    const lane = this.lanes.get(name) ?? this.open(name);
    lane.cancelTimer?.();
    lane.cancelTimer = undefined;
    if (lane.running) lane.woken = true;
    else if (!lane.queued) {
      lane.queued = true;
      this.ready.push(name);
      this.fill();
    }
  }

  /** Wakes every lane that is waiting for its time: what held it up may be over. */
  wakeAll(): void {
    for (const [name, lane] of [...this.lanes]) if (lane.cancelTimer) this.wake(name);
  }

  /** Has a lane's work wait for something long; other lanes are worked on meanwhile. */
  async aside<T>(wait: () => Promise<T>): Promise<T> {
    this.running -= 1;
    this.asideNow += 1;
    this.fill();
    try {
      return await wait();
    } finally {
      this.asideNow -= 1;
      this.running += 1;
    }
  }

  /** Starts nothing more and resolves when what runs has come to its end. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const lane of this.lanes.values()) lane.cancelTimer?.();
    if (this.running + this.asideNow > 0)
      await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private open(name: string): Lane {
    const lane: Lane = { running: false, woken: false, queued: false, cancelTimer: undefined };
    this.lanes.set(name, lane);
    return lane;
  }

  private fill(): void {
    while (!this.stopped && this.running < this.options.concurrency) {
      const name = this.ready.shift();
      if (name === undefined) return;
      const lane = this.lanes.get(name);
      if (lane) void this.run(name, lane);
    }
  }

  private async run(name: string, lane: Lane): Promise<void> {
    lane.queued = false;
    lane.running = true;
    lane.woken = false;
    this.running += 1;
    let outcome: QueueOutcome | undefined;
    try {
      outcome = await this.options.work(name);
    } catch (error) {
      this.options.onDefect(name, error);
      outcome = { again: 'at', dueAt: this.options.clock.now() + restAfterDefect };
    }
    lane.running = false;
    this.running -= 1;
    this.settle(name, lane, outcome);
    if (this.running + this.asideNow === 0) for (const waiter of this.idleWaiters.splice(0)) waiter();
    this.fill();
  }

  private settle(name: string, lane: Lane, outcome: QueueOutcome | undefined): void {
    if (this.stopped) return;
    if (lane.woken || outcome?.again === 'now') this.wake(name);
    else if (outcome) {
      lane.cancelTimer = this.options.clock.after(outcome.dueAt - this.options.clock.now(), () =>
        this.wake(name),
      );
    } else this.lanes.delete(name);
  }
}
