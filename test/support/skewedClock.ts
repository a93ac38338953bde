import type { Clock } from '../../plugin/core/clock';

/** A machine's clock that is wrong by some time. */
export class SkewedClock implements Clock {
  /** @param skewMs how far ahead of the right time it is */
  constructor(
    private readonly right: Clock,
    public skewMs: number,
  ) {}

  now(): number {
    return this.right.now() + this.skewMs;
  }

  after(ms: number, task: () => void): () => void {
    return this.right.after(ms, task);
  }
}
