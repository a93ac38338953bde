/** What X says of the windows a call counts against. */
export interface RateLimit {
  /** Calls left in the tightest window; undefined where X does not say. */
  left: number | undefined;
  /** Calls in that window altogether, where X says so. */
  limit?: number;
  /** When that window opens again, in ms since 1970. */
  resetAt: number;
}

/** The window of 15 minutes, and those of a day for the user and for the app (X docs: rate limits). */
const families = ['x-rate-limit', 'x-user-limit-24hour', 'x-app-limit-24hour'];

/** Reads X's rate limit headers. Of several used-up windows the one that opens last counts. */
export function readRateLimit(headers: Record<string, unknown>): RateLimit {
  const told = families.flatMap((family) => {
    const [left, reset] = [numberOf(headers[`${family}-remaining`]), numberOf(headers[`${family}-reset`])];
    const limit = numberOf(headers[`${family}-limit`]);
    return left === undefined || reset === undefined
      ? []
      : [{ left: Math.max(0, left), resetAt: reset * 1000, ...(limit === undefined ? {} : { limit }) }];
  });
  const [tightest] = told.sort((one, other) => one.left - other.left || other.resetAt - one.resetAt);
  return tightest ?? { left: undefined, resetAt: Infinity };
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}
