import type { Readable } from 'node:stream';
import type { Clock } from '../bridge/clock';

/** A sender that says nothing for so long has gone away; in milliseconds. */
const longestSilence = 60_000;

/**
 * Cuts a stream into segments of exactly `length` bytes, the last one shorter. All share one buffer, so that
 * the memory taken does not depend on the size of the file: each must be used up before the next is asked for.
 * @throws Error when the stream breaks or falls silent
 */
export async function* segmentsOf(stream: Readable, length: number, clock: Clock): AsyncGenerator<Buffer> {
  const watch = () =>
    clock.after(longestSilence, () => stream.destroy(new Error(`no bytes for ${longestSilence / 1000} s`)));
  const segment = Buffer.allocUnsafe(length);
  let filled = 0;
  let unwatch = watch();
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      unwatch();
      let taken = 0;
      while (taken < chunk.length) {
        const copied = chunk.copy(segment, filled, taken);
        taken += copied;
        filled += copied;
        if (filled < length) continue;
        yield segment;
        filled = 0;
      }
      unwatch = watch();
    }
  } finally {
    unwatch();
  }
  if (filled > 0) yield segment.subarray(0, filled);
}
