import type { KnownWindow } from '../../core/health';
import type { Clock } from '../../core/clock';
import type { RateLimit } from './rateLimitHeaders';

interface Window {
  /** Calls left as X last told; undefined while X has told nothing of the current window. */
  left: number | undefined;
  limit: number | undefined;
  /** Milliseconds since 1970. */
  resetAt: number;
  inFlight: number;
  /** Called when a call has come back. */
  waiting: (() => void)[];
}

/**
 * Keeps calls that run side by side from using up a window twice: no more are under way than X has said are
 * left, and of a window nobody knows yet a single call goes first to learn.
 */
export class CallBudget {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly clock: Clock) {}

  /** Waits until a call may go out. @returns undefined, or, where none may, when the window opens (ms since 1970) */
  async enter(name: string): Promise<number | undefined> {
    for (;;) {
      const window = this.current(name);
      const left = window.left ?? 1;
      if (window.inFlight < left) {
        window.inFlight += 1;
        return undefined;
      }
      if (window.inFlight === 0) return window.resetAt;
      await new Promise<void>((resolve) => window.waiting.push(resolve));
    }
  }

  /** A call has come back. @param told what X said of the window; undefined when no answer came */
  leave(name: string, told: RateLimit | undefined): void {
    const window = this.windows.get(name);
    if (!window) return;
    window.inFlight -= 1;
    if (told) {
      const { left = Infinity, limit, resetAt } = told;
      // Answers overtake each other: within one window the smaller number is the newer one.
      const sofar = window.resetAt === resetAt ? (window.left ?? Infinity) : Infinity;
      Object.assign(window, { left: Math.min(sofar, left), limit, resetAt });
    }
    for (const resolve of window.waiting.splice(0)) resolve();
  }

  /** What X has told of the windows that are open now, the tightest first. */
  known(): KnownWindow[] {
    const now = this.clock.now();
    return [...this.windows]
      .flatMap(([call, { left, limit, resetAt }]) =>
        left === undefined || !Number.isFinite(left) || resetAt <= now
          ? []
          : [{ call, left, resetAt, ...(limit === undefined ? {} : { limit }) }],
      )
      .sort((one, other) => one.left - other.left);
  }

  private current(name: string): Window {
    const window = this.windows.get(name) ?? {
      left: undefined,
      limit: undefined,
      resetAt: Infinity,
      inFlight: 0,
      waiting: [],
    };
    this.windows.set(name, window);
    if (window.resetAt <= this.clock.now()) Object.assign(window, { left: undefined, resetAt: Infinity });
    return window;
  }
}
