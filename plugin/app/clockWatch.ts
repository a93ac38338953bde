/** The machine's two clocks, in milliseconds: one can be set, the other one only goes on. */
export interface Clocks {
  wall: () => number;
  steady: () => number;
}

/** Clocks that drift apart by less than this between two looks were not set. Milliseconds. */
const noticed = 2_000;
const lookEvery = 1_000;

/** Notices when somebody sets the machine's clock: what waits for a time of day would then wait for the wrong one. */
export class ClockWatch {
  private offset: number;

  /** @param onSet hears by how many milliseconds it was set, less than nothing for back */
  constructor(
    private readonly clocks: Clocks,
    private readonly onSet: (by: number) => Promise<void>,
  ) {
    this.offset = this.read();
  }

  /** @throws whatever the listener throws, which hears of it again at the next look */
  async look(): Promise<void> {
    const by = this.read() - this.offset;
    this.offset += by;
    if (Math.abs(by) < noticed) return;
    await this.onSet(by).catch((error: unknown) => {
      this.offset -= by;
      throw error;
    });
  }

  private read(): number {
    return this.clocks.wall() - this.clocks.steady();
  }
}

/** Watches the machine's own clock. @param onFault hears why a listener failed @returns stops it */
export function watchClock(
  onSet: (by: number) => Promise<void>,
  onFault: (error: unknown) => void,
): () => void {
  const watch = new ClockWatch({ wall: () => Date.now(), steady: () => performance.now() }, onSet);
  const timer = setInterval(() => void watch.look().catch(onFault), lookEvery);
  timer.unref();
  return () => clearInterval(timer);
}
