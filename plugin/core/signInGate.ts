import type { Clock } from './clock';

/** One refusal may be a mistake, so the second call follows soon. Milliseconds. */
const pauseAfterFirst = 1_000;
const pauseAfterMore = 30 * 60_000;

/**
 * Keeps dead keys from hammering the other side: after a refused sign-in no call goes out until the pause is over, and
 * then a single one, which shows whether the keys work again.
 */
export class SignInGate {
  private refusals = 0;
  /** The single call is under way that shows whether the keys work again. */
  private isProbing = false;
  private closedUntil = 0;

  /** @param pause after more refusals than one, in milliseconds */
  constructor(
    private readonly clock: Clock,
    private readonly pause = pauseAfterMore,
  ) {}

  /** Whether calls are held back, in which case trying makes sense at that time. Milliseconds since 1970. */
  closed(): number | undefined {
    return this.refusals > 0 && this.clock.now() < this.closedUntil ? this.closedUntil : undefined;
  }

  /** Whether the last word was a refusal. */
  refused(): boolean {
    return this.refusals > 0;
  }

  /** Asks to make a call. @returns undefined when it may go out, else the time to try again */
  enter(): number | undefined {
    const closed = this.closed();
    // The one call that goes through shuts the gate behind itself.
    if (closed === undefined && this.refusals > 0) {
      this.isProbing = true;
      this.shut();
    }
    return closed;
  }

  accepted(): void {
    this.refusals = 0;
    this.isProbing = false;
  }

  /** The call that was to show whether the keys work again has shown nothing: the next one may. */
  learnedNothing(): void {
    if (!this.isProbing) return;
    this.isProbing = false;
    this.closedUntil = 0;
  }

  /** The time until which it is shut means nothing any longer: the next call may go out. */
  letOneThrough(): void {
    this.closedUntil = 0;
  }

  /**
   * A call was refused. Calls that were under way beside each other count once.
   * @param isFinal X said so by itself, not in answer to a call
   */
  refuse({ isFinal = false } = {}): void {
    // While keys are refused only a probe goes out, so that any other call had begun before.
    if (!isFinal && !this.isProbing && this.refusals > 0) return;
    this.refusals = isFinal ? 2 : this.refusals + 1;
    this.isProbing = false;
    this.shut();
  }

  private shut(): void {
    this.closedUntil = this.clock.now() + (this.refusals > 1 ? this.pause : pauseAfterFirst);
  }
}
