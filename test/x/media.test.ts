import { PassThrough, Readable } from 'node:stream';
import { checkMediaUrl, needsSignature } from '../../plugin/x/media/mediaHosts';
import { mediaTypeOf } from '../../plugin/x/media/mediaType';
import { steadyStream } from '../../plugin/core/steadyStream';
import { segmentsOf } from '../../plugin/x/media/segments';
import { ManualClock } from '../support/manualClock';
import { gif, heic, jpeg, mp4, png, quicktime } from '../support/files';

test.each([
  ['png', png, 'image/png', 'image'],
  ['jpeg', jpeg, 'image/jpeg', 'image'],
  ['gif', gif, 'image/gif', 'gif'],
  ['mp4', mp4(100), 'video/mp4', 'video'],
])('%s is told by its bytes', (_name, bytes, mime, category) => {
  expect(mediaTypeOf(bytes)).toMatchObject({ mime, category });
});

test.each([
  ['QuickTime', quicktime],
  ['HEIC', heic],
  ['PDF', Buffer.from('%PDF-1.7 and more')],
  ['text', Buffer.from('just words')],
  ['a web page', Buffer.from('<html><script>')],
  ['one byte', Buffer.from([0])],
])('%s is nothing X takes', (_name, bytes) => expect(mediaTypeOf(bytes)).toBeUndefined());

const hosts = ['pbs.twimg.com', 'ton.twitter.com', '127.0.0.1:8080', 'media.example:8443'];

test.each([
  'https://pbs.twimg.com/a.jpg',
  'https://PBS.twimg.com:443/a.jpg',
  'http://127.0.0.1:8080/a',
  'https://media.example:8443/a',
])('%s may be fetched', (url) => expect(checkMediaUrl(url, hosts).href).toBeTruthy());

test.each([
  'http://pbs.twimg.com/a.jpg',
  'https://pbs.twimg.com:8443/a.jpg',
  'https://pbs.twimg.com.evil.example/a',
  'https://evil.example/pbs.twimg.com',
  'https://pbs.twimg.com@evil.example/',
  'https://user:pass@pbs.twimg.com/',
  'http://127.0.0.1/a',
  'http://127.0.0.1:8081/a',
  'http://localhost:8080/a',
  'https://media.example/a',
  'http://media.example:8443/a',
  'file:///etc/passwd',
  'ftp://pbs.twimg.com/a',
  'not an address',
  '',
])('%s may not be fetched', (url) => expect(() => checkMediaUrl(url, hosts)).toThrow('not fetched'));

test('media of Direct Messages want a signature', () => {
  expect(needsSignature(new URL('https://ton.twitter.com/1.1/ton/data/dm/1'))).toBe(true);
  expect(needsSignature(new URL('https://pbs.twimg.com/media/1.jpg'))).toBe(false);
});

async function cut(chunks: Buffer[], length: number): Promise<Buffer[]> {
  const segments: Buffer[] = [];
  for await (const segment of segmentsOf(Readable.from(chunks), length)) segments.push(Buffer.from(segment));
  return segments;
}

test('a stream is cut into segments of the same length, whatever its chunks', async () => {
  const bytes = Buffer.from('abcdefghij');
  const expected = ['abcd', 'efgh', 'ij'];
  for (const chunks of [
    [bytes],
    [...bytes].map((byte) => Buffer.from([byte])),
    [bytes.subarray(0, 3), bytes.subarray(3)],
  ])
    expect((await cut(chunks, 4)).map(String)).toEqual(expected);
  expect((await cut([bytes], 5)).map(String)).toEqual(['abcde', 'fghij']);
  expect(await cut([], 4)).toEqual([]);
});

test('a stream that falls silent is given up, not one whose reader takes its time', async () => {
  const clock = new ManualClock();
  const source = new PassThrough();
  const reading = steadyStream(source, clock)[Symbol.asyncIterator]();
  source.write('a');
  expect(String((await reading.next()).value)).toBe('a');
  const next = reading.next();
  clock.advance(29_000);
  source.write('b');
  expect(String((await next).value)).toBe('b');
  const last = reading.next();
  clock.advance(30_000);
  await expect(last).rejects.toThrow('no bytes for 30 s');
  expect(source.destroyed).toBe(true);
});
