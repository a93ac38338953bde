import { Readable } from 'node:stream';
import type { Clock } from './clock';

/** A sender that says nothing for so long, while more is wanted, has gone away. Milliseconds. */
const maxSilenceMs = 30_000;

/**
 * Passes a stream on, and ends it with an error when its sender falls silent. Only the sender is watched: as long as
 * the reader wants nothing, any time may pass.
 */
export function steadyStream(source: Readable, clock: Clock): Readable {
  const stream = Readable.from(chunksOf(source, clock), { objectMode: false });
  stream.once('close', () => source.destroy());
  return stream;
}

async function* chunksOf(source: Readable, clock: Clock): AsyncGenerator<Buffer> {
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    const unwatch = clock.after(maxSilenceMs, () =>
      source.destroy(new Error(`no bytes for ${maxSilenceMs / 1000} s`)),
    );
    const next = await chunks.next().finally(unwatch);
    if (next.done) return;
    yield next.value;
  }
}
