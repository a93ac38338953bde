import type { Clock } from './clock';
import type { AccountFacts } from './accountFacts';

/** Smaller changes of what is known are not worth a write. Milliseconds. */
const worthSavingMs = 2_000;

/** Where the difference is kept, so that a restart does not begin without it. Milliseconds. */
export interface SavedOffset {
  read(): number | undefined;
  save(offsetMs: number): void;
}

/**
 * Another machine's clock, learnt from the `Date` header of its answers (RFC 9110 §6.6.1), since times it tells can be
 * compared with times of its own only.
 */
export class RemoteClock implements Clock {
  private offsetMs: number;
  private savedMs: number;

  constructor(
    private readonly local: Clock,
    private readonly saved?: SavedOffset,
  ) {
    this.offsetMs = saved?.read() ?? 0;
    this.savedMs = this.offsetMs;
  }

  /** The other machine's time, as far as is known, in ms since 1970. */
  now(): number {
    return this.local.now() + this.offsetMs;
  }

  after(ms: number, task: () => void): () => void {
    return this.local.after(ms, task);
  }

  /** A time of the other machine as this one's clock has it. */
  toLocal(at: number): number {
    return at - this.offsetMs;
  }

  /** A time of this machine's clock as the other one has it. */
  fromLocal(at: number): number {
    return at + this.offsetMs;
  }

  /** Milliseconds from now until a time of this machine's clock. */
  msUntilLocal(at: number): number {
    return at - this.local.now();
  }

  /**
   * An answer has come.
   * @param date its `Date` header, which tells whole seconds
   * @param askedAt when the call went out, by this machine's clock, in ms since 1970
   */
  learn(date: unknown, askedAt: number): void {
    const told = typeof date === 'string' ? Date.parse(date) : NaN;
    if (Number.isNaN(told)) return;
    // The answer was written after the call went out and before it came back.
    const least = told - this.local.now();
    const most = Math.max(least, told + 1_000 - askedAt);
    this.offsetMs = Math.min(most, Math.max(least, this.offsetMs));
    if (Math.abs(this.offsetMs - this.savedMs) < worthSavingMs) return;
    this.saved?.save(this.offsetMs);
    this.savedMs = this.offsetMs;
  }

  /** This machine's clock was set by so many milliseconds, while the other one went on. */
  localWasSet(byMs: number): void {
    this.offsetMs -= byMs;
  }
}

/** The clock of one side as an account knows it; what is known survives a restart. */
export function savedClock(local: Clock, facts: AccountFacts, account: string, side: string): RemoteClock {
  const fact = `clock of ${side}, ms ahead`;
  return new RemoteClock(local, {
    read: () => {
      const saved = Number(facts.read(account, fact) ?? NaN);
      return Number.isFinite(saved) ? saved : undefined;
    },
    save: (offsetMs) => facts.save(account, fact, String(Math.round(offsetMs))),
  });
}
