import type { Clock } from './clock';

/** So many wait at the same time; whoever comes beyond that is answered at once. */
const maxWaiting = 50;

/** Tells whoever waits for it that something has changed. */
export class Changes {
  private count = 0;
  private isOver = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  happened(): void {
    this.count += 1;
    this.answerAll();
  }

  /**
   * Waits until something has changed.
   * @param since what this answered before; undefined, or another number than the latest: there is nothing to wait for
   * @param ms how long to wait at most
   * @returns the number of changes so far
   */
  async after(since: number | undefined, ms: number): Promise<number> {
    if (since === this.count && !this.isOver && this.waiting.size < maxWaiting)
      await new Promise<void>((resolve) => {
        const answer = () => {
          cancel();
          this.waiting.delete(answer);
          resolve();
        };
        const cancel = this.clock.after(ms, answer);
        this.waiting.add(answer);
      });
    return this.count;
  }

  /** Answers all who wait, and lets nobody wait any longer: the process is to stop. */
  end(): void {
    this.isOver = true;
    this.answerAll();
  }

  private answerAll(): void {
    for (const answer of [...this.waiting]) answer();
  }
}
