/** The last moment that JavaScript's dates know (ECMA-262, time values). Milliseconds since 1970. */
const last = 8.64e15;

/** A time in ms since 1970 as ISO 8601, whatever number it is: what only shows a time must not fail. */
export function isoTime(at: number): string {
  return new Date(Math.min(Math.max(at || 0, 0), last)).toISOString();
}

/** A minute of a day, as agents in any country understand it. @param at ms since 1970 */
export function minuteOf(at: number): string {
  return `${isoTime(at).slice(0, 16).replace('T', ' ')} UTC`;
}
