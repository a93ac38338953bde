import type { Readable } from 'node:stream';

/**
 * Cuts a stream into segments of exactly `length` bytes, the last one shorter. While one is used the next one is
 * read, so that neither side waits for the other. There are two buffers in turn, so that the memory taken does not
 * depend on the size of the file: each segment must be used up before the next is asked for.
 * @throws Error when the stream breaks
 */
export async function* segmentsOf(stream: Readable, length: number): AsyncGenerator<Buffer> {
  const reader = new SegmentReader(stream);
  const buffers = [Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)] as const;
  let [used, free] = buffers;
  let coming = reader.fill(used);
  for (;;) {
    const segment = await coming;
    if (segment.length === 0) return;
    coming = reader.fill(free);
    // Whoever has stopped asking hears of no fault.
    coming.catch(() => undefined);
    yield segment;
    [used, free] = [free, used];
  }
}

class SegmentReader {
  private readonly chunks: AsyncIterator<Buffer>;
  /** What was read beyond the last segment. */
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** @returns the filled part of the buffer, empty at the stream's end */
  async fill(buffer: Buffer): Promise<Buffer> {
    let filled = 0;
    while (filled < buffer.length) {
      if (this.rest.length === 0) {
        const next = await this.nextChunk();
        if (!next) break;
        this.rest = next;
      }
      const copied = this.rest.copy(buffer, filled);
      this.rest = this.rest.subarray(copied);
      filled += copied;
    }
    return buffer.subarray(0, filled);
  }

  private async nextChunk(): Promise<Buffer | undefined> {
    const next = await this.chunks.next();
    return next.done ? undefined : next.value;
  }
}
