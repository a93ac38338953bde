/** Clocks may be wrong by years, not by more. Milliseconds. */
const farthest = 10 * 365 * 24 * 60 * 60_000;

/** A time as X tells it (ISO 8601, v1.1's form, or ms); `now` where it is missing or cannot be. In ms since 1970. */
export function toldTime(told: string | number | null | undefined, now: number): number {
  const at = /^\d+$/.test(String(told)) ? Number(told) : Date.parse(String(told));
  return at >= 0 && at <= now + farthest ? at : now;
}
