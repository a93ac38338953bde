/** Clocks may be wrong by years, not by more. Milliseconds. */
const farthest = 10 * 365 * 24 * 60 * 60_000;

/**
 * A time as X tells it: ISO 8601, the form of v1.1, or milliseconds since 1970.
 * @param now milliseconds since 1970, which stand in for a time that is missing or cannot be
 * @returns milliseconds since 1970
 */
export function toldTime(told: string | number | null | undefined, now: number): number {
  const at = /^\d+$/.test(String(told)) ? Number(told) : Date.parse(String(told));
  return at >= 0 && at <= now + farthest ? at : now;
}
