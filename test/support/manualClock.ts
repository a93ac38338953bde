import type { Clock } from '../../plugin/core/clock';

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  private time: number;
  private timers: { at: number; task: () => void }[] = [];

  constructor(start = 1_700_000_000_000) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  /** Times of the timers that are set, soonest first. */
  get due(): number[] {
    return this.timers.map(({ at }) => at).sort((one, other) => one - other);
  }

  /** Moves on, running what comes due on the way, in its order. */
  advance(ms: number): void {
    const target = this.time + ms;
    for (;;) {
      const [next] = this.timers.filter(({ at }) => at <= target).sort((one, other) => one.at - other.at);
      if (!next) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.time = Math.max(this.time, next.at);
      next.task();
    }
    this.time = target;
  }
}
