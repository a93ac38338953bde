import type { Clock } from '../clock';

/** When X last delivered something to an account. */
export class Arrivals {
  private last: number | undefined;

  constructor(private readonly clock: Clock) {}

  note(): void {
    this.last = this.clock.now();
  }

  /** Milliseconds since 1970; undefined when X has delivered nothing since the start. */
  lastAt(): number | undefined {
    return this.last;
  }
}
