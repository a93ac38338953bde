import { randomInt } from 'node:crypto';
import type { Clock } from '../core/clock';
import { BridgeError } from '../core/errors';
import { say } from '../texts/text';

/** So many wrong passwords are answered at once; after that each makes the next one wait longer. */
const freeFailures = 5;
/** Milliseconds. */
const firstDelay = 1_000;
const maxDelay = 60_000;
/** Strangers share their delay, so that it must not keep anybody out. Milliseconds. */
const maxOfStrangers = 5_000;
/** So many strangers wait for their turn. */
const maxLineLength = 10;
/** How many who are known are told apart. */
const maxKnown = 100;

interface Record {
  failures: number;
  openAt: number;
  busy: boolean;
}

interface Waiting {
  go: () => void;
  refuse: (error: BridgeError) => void;
}

/**
 * Slows guessing down. All strangers share one count, since the caller's address says nothing behind a proxy; they wait
 * for their turn in a line, out of which chance throws when it is too long, so that whoever tries all the time cannot keep the
 * others out. Who is known, such as a browser that has signed in before, has a count of their own.
 */
export class LoginThrottle {
  private readonly strangers: Record = fresh();
  private readonly line: Waiting[] = [];
  private cancelTimer = () => {};
  private readonly known = new Map<string, Record>();

  constructor(private readonly clock: Clock) {}

  /**
   * Lets one attempt through.
   * @param who somebody known; undefined for a stranger, who may have to wait
   * @param work resolves to whether the attempt was good
   * @throws BridgeError `too-many-attempts` without working, while it is too early
   */
  async run(who: string | undefined, work: () => Promise<boolean>): Promise<boolean> {
    const record = who === undefined ? this.strangers : this.recordOf(who);
    if (who === undefined) await this.turn();
    else this.refuseEarly(record);
    record.busy = true;
    let good = false;
    try {
      good = await work();
      return good;
    } finally {
      // What could not be looked into counts as well: else it would be a way to guess for nothing.
      if (good) Object.assign(record, fresh());
      else this.failed(record, who === undefined ? maxOfStrangers : maxDelay);
      record.busy = false;
      if (who === undefined) this.callNext();
    }
  }

  private refuseEarly({ busy, openAt }: Record): void {
    const now = this.clock.now();
    if (busy || openAt > now) throw tooMany(busy ? now + firstDelay : openAt, now);
  }

  private turn(): Promise<void> {
    return new Promise((go, refuse) => {
      if (this.line.length >= maxLineLength) {
        const [thrown] = this.line.splice(randomInt(this.line.length), 1);
        const now = this.clock.now();
        thrown?.refuse(tooMany(now + maxOfStrangers, now));
      }
      this.line.push({ go, refuse });
      this.callNext();
    });
  }

  private callNext(): void {
    const { strangers, clock } = this;
    this.cancelTimer();
    this.cancelTimer = () => {};
    if (strangers.busy || this.line.length === 0) return;
    const wait = strangers.openAt - clock.now();
    if (wait > 0) {
      this.cancelTimer = clock.after(wait, () => this.callNext());
      return;
    }
    strangers.busy = true;
    this.line.shift()?.go();
  }

  private failed(record: Record, longest: number): void {
    record.failures += 1;
    const over = record.failures - freeFailures;
    if (over < 0) return;
    record.openAt = this.clock.now() + Math.min(longest, firstDelay * 2 ** over);
  }

  private recordOf(who: string): Record {
    const record = this.known.get(who) ?? fresh();
    this.known.delete(who);
    this.known.set(who, record);
    const [oldest] = this.known.keys();
    if (this.known.size > maxKnown && oldest !== undefined) this.known.delete(oldest);
    return record;
  }
}

function fresh(): Record {
  return { failures: 0, openAt: 0, busy: false };
}

function tooMany(at: number, now: number): BridgeError {
  const seconds = Math.max(1, Math.ceil((at - now) / 1000));
  return new BridgeError('too-many-attempts', say('admin.tooManyAttempts', { count: seconds }), {
    retryable: true,
    retryAt: at,
  });
}
