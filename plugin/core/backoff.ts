const firstDelay = 1_000;
const maxDelay = 5 * 60_000;

/**
 * How long to wait before the next try: doubling from 1 second to 5 minutes, with a random half of it taken
 * away so that many messages which failed together do not come back together.
 * @param attempts tries made so far, from 1
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function backoff(attempts: number, random: number): number {
  const ceiling = Math.min(maxDelay, firstDelay * 2 ** Math.min(attempts - 1, 20));
  return Math.max(firstDelay, Math.round(ceiling * (0.5 + random / 2)));
}
