import type { Ports } from '../corePorts';
import { BridgeError, reasonOf } from '../errors';

/** Something has to fail so often before it may be left out. */
const minFailures = 5;

/** And for so long: a nearly full disk has room at one moment and none at the next. Milliseconds. */
const minHoldMs = 2 * 60_000;

/** Where nothing else was stored meanwhile, which would show that the store works, it has to fail for so long. */
const maxHoldMs = 60 * 60_000;

/** So many failures are remembered; the oldest are forgotten first. */
const maxRemembered = 1_000;

interface Failure {
  times: number;
  since: number;
  /** How much had been stored when it first failed. */
  storedBefore: number;
  /** It was left out and told of; whatever brings it again is not refused for it. */
  isLeftOut: boolean;
}

/** Keeps one part of an event that can never be stored from being delivered, and refused, for ever. */
export class Unstorable {
  private readonly failures = new Map<string, Failure>();
  private stored = 0;

  constructor(private readonly ports: Ports<'trouble' | 'clock' | 'log' | 'counters'>) {}

  /** Something was stored in another way. */
  noteStored(): void {
    this.stored += 1;
  }

  /**
   * Writes a part of an event. One that has failed again and again although the store works is left out and told of.
   * @throws BridgeError `store-unavailable` when it has to be tried again
   */
  async attempt(what: string, account: string, write: () => void | Promise<void>): Promise<void> {
    const key = `${account} ${what}`;
    try {
      await write();
      this.stored += 1;
      this.failures.delete(key);
    } catch (error) {
      const reason = reasonOf(error);
      const failure = this.noteFailure(key);
      if (!this.isHopeless(failure))
        throw new BridgeError('store-unavailable', reason, { retryable: true, cause: error });
      if (failure.isLeftOut) return;
      failure.isLeftOut = true;
      this.ports.counters.count('events', { account, kind: 'any', result: 'unstorable' });
      this.ports.log.error('part of an event cannot be stored and is left out', { account, what, reason });
    }
  }

  private isHopeless({ times, since, storedBefore }: Failure): boolean {
    const { trouble, clock } = this.ports;
    if (times < minFailures || trouble() !== undefined) return false;
    const heldMs = clock.now() - since;
    return (this.stored > storedBefore && heldMs >= minHoldMs) || heldMs > maxHoldMs;
  }

  private noteFailure(key: string): Failure {
    const before = this.failures.get(key);
    const failure = {
      times: (before?.times ?? 0) + 1,
      since: before?.since ?? this.ports.clock.now(),
      storedBefore: before?.storedBefore ?? this.stored,
      isLeftOut: before?.isLeftOut ?? false,
    };
    this.failures.delete(key);
    this.failures.set(key, failure);
    const [oldest] = this.failures.keys();
    if (this.failures.size > maxRemembered && oldest !== undefined) this.failures.delete(oldest);
    return failure;
  }
}
