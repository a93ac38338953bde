import type { Clock } from './clock';

/** What one step of work on a queue came to. */
export type QueueOutcome = { again: 'now' } | { again: 'at'; dueAt: number };

interface Entry {
  running: boolean;
  /** Woken while running: look once more before resting. */
  woken: boolean;
  queued: boolean;
  cancelTimer: (() => void) | undefined;
}

export interface KeyedQueueOptions {
  clock: Clock;
  /** How many queues may be worked on at the same time. */
  concurrency: number;
  /** Does the oldest due piece of work of a queue; undefined when the queue has none left. */
  work: (queueName: string) => Promise<QueueOutcome | undefined>;
  /** A defect in `work`: the queue rests and is tried again after `restAfterDefect` ms. */
  onDefect: (queueName: string, error: unknown) => void;
}

const restAfterDefect = 5_000;

/**
 * Works on many queues side by side and on each in order: one conversation never overtakes itself, and one
 * that waits holds up nobody else. Keeps no messages, only which queues have something to do; those are in
 * the store.
 */
export class KeyedQueue {
  private readonly entries = new Map<string, Entry>();
  private readonly ready: string[] = [];
  private running = 0;
  /** Queues whose work waits aside. */
  private asideNow = 0;
  private stopped = false;
  private idleWaiters: (() => void)[] = [];
  /** Called whenever a queue's work has ended. */
  private readonly endings = new Set<() => void>();

  constructor(private readonly options: KeyedQueueOptions) {}

  /** Says that a queue may have work due now. */
  wake(name: string): void {
    if (this.stopped) return;
    const entry = this.entries.get(name) ?? this.open(name);
    entry.cancelTimer?.();
    entry.cancelTimer = undefined;
    if (entry.running) entry.woken = true;
    else if (!entry.queued) {
      entry.queued = true;
      this.ready.push(name);
      this.fill();
    }
  }

  /** Wakes every queue that is waiting for its time: what held it up may be over. */
  wakeAll(): void {
    for (const [name, entry] of [...this.entries]) if (entry.cancelTimer) this.wake(name);
  }

  /** Has a queue's work wait for something long; other queues are worked on meanwhile. */
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
    for (const entry of this.entries.values()) entry.cancelTimer?.();
    if (this.running + this.asideNow > 0)
      await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  /** Resolves when no work of such queues is under way. */
  whenIdle(isMeant: (name: string) => boolean): Promise<void> {
    const isIdle = () => ![...this.entries].some(([name, { running }]) => running && isMeant(name));
    if (isIdle()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!isIdle()) return;
        this.endings.delete(look);
        resolve();
      };
      this.endings.add(look);
    });
  }

  private open(name: string): Entry {
    const entry: Entry = { running: false, woken: false, queued: false, cancelTimer: undefined };
    this.entries.set(name, entry);
    return entry;
  }

  private fill(): void {
    while (!this.stopped && this.running < this.options.concurrency) {
      const name = this.ready.shift();
      if (name === undefined) return;
      const entry = this.entries.get(name);
      if (entry) void this.run(name, entry);
    }
  }

  private async run(name: string, entry: Entry): Promise<void> {
    entry.queued = false;
    entry.running = true;
    entry.woken = false;
    this.running += 1;
    let outcome: QueueOutcome | undefined;
    try {
      outcome = await this.options.work(name);
    } catch (error) {
      this.options.onDefect(name, error);
      outcome = { again: 'at', dueAt: this.options.clock.now() + restAfterDefect };
    }
    entry.running = false;
    this.running -= 1;
    this.settle(name, entry, outcome);
    for (const ended of this.endings) ended();
    if (this.running + this.asideNow === 0) for (const waiter of this.idleWaiters.splice(0)) waiter();
    this.fill();
  }

  private settle(name: string, entry: Entry, outcome: QueueOutcome | undefined): void {
    if (this.stopped) return;
    if (entry.woken || outcome?.again === 'now') this.wake(name);
    else if (outcome) {
      entry.cancelTimer = this.options.clock.after(outcome.dueAt - this.options.clock.now(), () =>
        this.wake(name),
      );
    } else this.entries.delete(name);
  }
}
