import type { Response } from 'express';

export interface Limit {
  calls: number;
  seconds: number;
}

/** Windows per user and kind of call, told in X's headers on every answer. */
export class RateLimits {
  private readonly windows = new Map<string, { used: number; resetAt: number }>();

  constructor(
    private readonly now: () => number,
    private readonly limits: Record<string, Limit>,
  ) {}

  /**
   * Counts a call and writes the headers.
   * @returns whether it is still within the window
   */
  take(userId: string, call: string, response: Response): boolean {
    const limit = this.limits[call] ?? { calls: 900, seconds: 900 };
    const key = `${userId} ${call}`;
    let window = this.windows.get(key);
    if (!window || window.resetAt <= this.now())
      window = { used: 0, resetAt: this.now() + limit.seconds * 1000 };
    this.windows.set(key, window);
    window.used += 1;
    response.set({
      'x-rate-limit-limit': String(limit.calls),
      'x-rate-limit-remaining': String(Math.max(0, limit.calls - window.used)),
      'x-rate-limit-reset': String(Math.ceil(window.resetAt / 1000)),
    });
    return window.used <= limit.calls;
  }
}
