import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atLeast, median, plain, runs, type Figure } from './figure';
import { BenchPlugin, replyToken, startBaseline } from './stage';

const size = 200 * 1024 * 1024;
const chunk = Buffer.alloc(64 * 1024, 'video');
/** As an MP4 begins. */
const head = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex');

/** A host that has a video, and an X that takes it, both as fast as they can. */
class MediaSides {
  url = '';
  /** Bytes that came to X. */
  taken = 0;
  private server!: Server;
  private sent: () => void = () => {};

  static async start(): Promise<MediaSides> {
    const sides = new MediaSides();
    sides.server = createServer((request, response) => void sides.answer(request, response));
    sides.server.listen(0, '127.0.0.1');
    await once(sides.server, 'listening');
    sides.url = `http://127.0.0.1:${(sides.server.address() as AddressInfo).port}`;
    return sides;
  }

  /** Waits for the message that carries the video. */
  message(): Promise<void> {
    this.taken = 0;
    return new Promise((resolve) => (this.sent = resolve));
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.includes('/download')) {
      await serve(response);
      return;
    }
    for await (const bytes of request as AsyncIterable<Buffer>)
      if (/append|copy/.test(path)) this.taken += bytes.length;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answerTo(path)));
    if (path.includes('dm_conversations')) this.sent();
  }
}

async function serve(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': size });
  response.write(head);
  for (let left = size - head.length; left > 0; left -= chunk.length)
    if (!response.write(left < chunk.length ? chunk.subarray(0, left) : chunk)) await once(response, 'drain');
  response.end();
}

function answerTo(path: string): object {
  if (path.includes('dm_conversations')) return { data: { dm_event_id: '1', dm_conversation_id: '2' } };
  if (path.includes('/attachments/')) return { id: 7, name: 'film.mp4', type: 'video/mp4' };
  if (path.includes('/media/upload')) return { data: { id: '9' } };
  return { data: { id: '900000000000000001', username: 'bench', name: 'Bench' } };
}

/** A video of 200 MB from the host to X, against a process that only copies the stream. */
export async function media(): Promise<Figure[]> {
  const sides = await MediaSides.start();
  const [ours, bare, memory]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < runs; run += 1) {
    bare.push(await copied(sides));
    const result = await bridged(sides);
    ours.push(result.perSecond);
    memory.push(result.memory);
  }
  sides.close();
  const inMegabytes = (bytes: number[]) => median(bytes) / 1024 / 1024;
  return [
    plain('200 MB from host to X: bytes a second', inMegabytes(ours), 'MB/s'),
    atLeast(
      '200 MB from host to X: to a bare copy of the stream',
      median(ours.map((each, run) => each / (bare[run] ?? NaN))),
      0.33,
    ),
    plain('200 MB from host to X: memory above that at rest', median(memory), 'MB'),
  ];
}

async function copied(sides: MediaSides): Promise<number> {
  const copy = await startBaseline('copy', sides.url);
  const began = performance.now();
  await fetch(`${copy.url}/copy`, { method: 'POST' });
  const seconds = (performance.now() - began) / 1000;
  await copy.stop();
  return size / seconds;
}

async function bridged(sides: MediaSides): Promise<{ perSecond: number; memory: number }> {
  const plugin = await BenchPlugin.prepare(sides);
  const running = await plugin.start();
  // The first call compiles what the others use.
  await answer(running.url, sides, { body: 'hello' });
  const atRest = running.memory();
  let most = atRest;
  const watch = setInterval(() => (most = Math.max(most, running.memory())), 20);
  const began = performance.now();
  await answer(running.url, sides, { body: '', AttachmentId: 7 });
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  if (sides.taken < size) throw new Error(`only ${sides.taken} bytes came to X`);
  await running.stop();
  plugin.remove();
  return { perSecond: size / seconds, memory: most - atRest };
}

async function answer(url: string, sides: MediaSides, call: object): Promise<void> {
  const arrived = sides.message();
  const body = JSON.stringify({ ...call, Contact: { id: 1, twitter: '1700000000000000001' } });
  const response = await fetch(`${url}/api/reply?token=${replyToken}`, { method: 'POST', body });
  if (!response.ok) throw new Error(await response.text());
  await arrived;
}
