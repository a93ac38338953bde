import { Readable } from 'node:stream';
import type { CipherStart } from './protocol';
import type { ChatWorkers } from './chatWorkers';

/** So much goes through the cipher at a time: each trip to the thread has its price. Bytes. */
const piece = 256 * 1024;

/**
 * Encrypts or decrypts a stream as it comes, in the thread that holds the keys. Where what was to be decrypted had
 * been cut off or changed, the stream breaks with an error instead of ending.
 */
export function cipherStream(source: Readable, start: CipherStart, workers: ChatWorkers): Readable {
  const stream = Readable.from(pieces(source, start, workers), { objectMode: false });
  stream.once('close', () => source.destroy());
  return stream;
}

async function* pieces(
  source: Readable,
  start: CipherStart,
  workers: ChatWorkers,
): AsyncGenerator<Uint8Array> {
  const about = start.key.sealedKey;
  const { cipher } = await workers.call('startCipher', start, about);
  const push = (bytes: Buffer) =>
    workers.call('pushCipher', { cipher, bytes: Uint8Array.from(bytes) }, about);
  let ended = false;
  try {
    let waiting: Buffer[] = [];
    let length = 0;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      waiting.push(chunk);
      length += chunk.length;
      if (length < piece) continue;
      yield await push(Buffer.concat(waiting));
      waiting = [];
      length = 0;
    }
    if (length > 0) yield await push(Buffer.concat(waiting));
    ended = true;
    yield await workers.call('endCipher', { cipher }, about);
  } finally {
    if (!ended) await workers.call('dropCipher', { cipher }, about).catch(() => undefined);
  }
}
