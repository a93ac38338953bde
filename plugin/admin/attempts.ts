import type { Clock } from '../bridge/clock';
import { BridgeError } from '../bridge/errors';

/** So many wrong passwords are answered at once; after that each makes the next one wait longer. */
const freeFailures = 5;
/** Milliseconds. */
const firstDelay = 1_000;
const longestDelay = 60_000;
/** How many browsers are told apart. */
const mostDevices = 100;

interface Record {
  failures: number;
  openAt: number;
  busy: boolean;
}

/**
 * Slows guessing down. All strangers share one count, since the caller's address says nothing behind a proxy; a
 * browser that has signed in before has a count of its own, so that strangers cannot lock the admin out.
 */
export class Attempts {
  private readonly strangers: Record = fresh();
  private readonly devices = new Map<string, Record>();

  constructor(private readonly clock: Clock) {}

  /**
   * Lets one attempt through.
   * @param device the id of a known browser
   * @param work resolves to whether the attempt was good
   * @throws BridgeError `too-many-attempts` without working, while it is too early
   */
  async run(device: string | undefined, work: () => Promise<boolean>): Promise<boolean> {
    const record = device === undefined ? this.strangers : this.recordOf(device);
    const now = this.clock.now();
    if (record.busy || record.openAt > now)
      throw tooMany(record.busy ? now + firstDelay : record.openAt, now);
    record.busy = true;
    try {
      const good = await work();
      if (good) Object.assign(record, fresh());
      else this.failed(record);
      return good;
    } finally {
      record.busy = false;
    }
  }

  private failed(record: Record): void {
    record.failures += 1;
    const over = record.failures - freeFailures;
    if (over < 0) return;
    record.openAt = this.clock.now() + Math.min(longestDelay, firstDelay * 2 ** over);
  }

  private recordOf(device: string): Record {
    const record = this.devices.get(device) ?? fresh();
    this.devices.delete(device);
    this.devices.set(device, record);
    const [oldest] = this.devices.keys();
    if (this.devices.size > mostDevices && oldest !== undefined) this.devices.delete(oldest);
    return record;
  }
}

function fresh(): Record {
  return { failures: 0, openAt: 0, busy: false };
}

function tooMany(at: number, now: number): BridgeError {
  const seconds = Math.max(1, Math.ceil((at - now) / 1000));
  return new BridgeError(
    'too-many-attempts',
    `Too many wrong passwords: try again in ${seconds} second${seconds === 1 ? '' : 's'}.`,
    { retryable: true, retryAt: at },
  );
}
