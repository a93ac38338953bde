/** The last moment that JavaScript's dates know (ECMA-262, time values). Milliseconds since 1970. */
const last = 8.64e15;

/** A time in ms since 1970 as ISO 8601, whatever number it is: what only shows a time must not fail. */
export function isoTime(at: number): string {
  return new Date(Math.min(Math.max(at || 0, 0), last)).toISOString();
}
