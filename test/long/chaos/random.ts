/** Numbers that look random and come again with the same seed (Park and Miller's generator). */
export class Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = (seed % 2147483646) + 1;
  }

  /** A number from 0 to 1. */
  next(): number {
    this.state = (this.state * 48271) % 2147483647;
    return this.state / 2147483647;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  oneOf<T>(values: readonly T[]): T {
    return values[Math.floor(this.next() * values.length)]!;
  }
}
