import type { Clock } from '../../plugin/core/clock';

interface Timer {
  at: number;
  task: () => void;
  handle: NodeJS.Timeout;
}

/** A clock that runs as usual, and can be set forward: what comes due by that runs at once, in its order. */
export class JumpingClock implements Clock {
  private offset = 0;
  private readonly timers = new Set<Timer>();

  now(): number {
    return Date.now() + this.offset;
  }

  after(ms: number, task: () => void): () => void {
    const timer: Timer = { at: this.now() + Math.max(0, ms), task, handle: setTimeout(() => {}, 0) };
    this.timers.add(timer);
    this.set(timer);
    return () => this.clear(timer);
  }

  jump(ms: number): void {
    this.offset += ms;
    for (const timer of [...this.timers].sort((one, other) => one.at - other.at)) {
      if (!this.timers.has(timer)) continue;
      if (timer.at <= this.now()) this.run(timer);
      else this.set(timer);
    }
  }

  private set(timer: Timer): void {
    clearTimeout(timer.handle);
    const wait = Math.min(Math.max(0, timer.at - this.now()), 2 ** 31 - 1);
    timer.handle = setTimeout(() => this.run(timer), wait);
    timer.handle.unref();
  }

  private run(timer: Timer): void {
    this.clear(timer);
    timer.task();
  }

  private clear(timer: Timer): void {
    clearTimeout(timer.handle);
    this.timers.delete(timer);
  }
}
