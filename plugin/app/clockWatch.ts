import { uptime } from 'node:os';

/** The machine's clocks, in milliseconds. */
export interface Clocks {
  /** The time of day, which can be set. */
  wall: () => number;
  /** Only goes on, also while the machine sleeps. */
  sinceBoot: () => number;
  /** Only goes on, and by it the process's timers end; stands still while the machine sleeps. */
  awake: () => number;
}

export interface ClockListener {
  /** Hears once by how many milliseconds the clock was set, less than nothing for back. */
  onSet: (by: number) => void;
  /** The timers no longer fit the time of day: the clock was set, or the machine has slept. Called again until it succeeds. */
  onJump: () => Promise<void>;
}

/** Clocks that drift apart by less than this between two looks were not set. Milliseconds. */
const noticed = 2_000;
const lookEvery = 1_000;

/** Notices when the machine's clock is set, or the machine has slept: what waits for a time of day would then wait for the wrong one. */
export class ClockWatch {
  private readonly setting: Drift;
  private readonly jumping: Drift;
  private isResumeOwed = false;

  constructor(
    { wall, sinceBoot, awake }: Clocks,
    private readonly listener: ClockListener,
  ) {
    this.setting = new Drift(() => wall() - sinceBoot());
    this.jumping = new Drift(() => wall() - awake());
  }

  /** @throws whatever `onJump` throws, which is called again at the next look */
  async look(): Promise<void> {
    const by = this.setting.since();
    const jump = this.jumping.since();
    // A set clock shows in both: a container may tell of another start of the machine.
    if (by !== 0 && jump !== 0) this.listener.onSet(by);
    if (jump === 0 && !this.isResumeOwed) return;
    this.isResumeOwed = false;
    await this.listener.onJump().catch((error: unknown) => {
      this.isResumeOwed = true;
      throw error;
    });
  }
}

/** How far two clocks have moved apart at once. */
class Drift {
  private offset: number;

  constructor(private readonly read: () => number) {
    this.offset = read();
  }

  /** Since the last call, in milliseconds; 0 where they have only drifted. */
  since(): number {
    const by = this.read() - this.offset;
    this.offset += by;
    return Math.abs(by) < noticed ? 0 : by;
  }
}

/** Watches the machine's own clocks. @param onFault hears why `onJump` failed @returns stops it */
export function watchClock(listener: ClockListener, onFault: (error: unknown) => void): () => void {
  const clocks = {
    wall: () => Date.now(),
    sinceBoot: () => uptime() * 1000,
    awake: () => performance.now(),
  };
  const watch = new ClockWatch(clocks, listener);
  const timer = setInterval(() => void watch.look().catch(onFault), lookEvery);
  timer.unref();
  return () => clearInterval(timer);
}
