import { connect, type Socket } from 'node:net';
import type { SignedEvent } from './events';
import { quantile } from './figure';

export interface LoadResult {
  perSecond: number;
  /** Milliseconds from sending to the answer. */
  p50: number;
  p99: number;
  /** What sending and reading an event costs this side, in CPU milliseconds. */
  ownCost: number;
}

/**
 * Pushes events over so many connections, each sending the next one as soon as it has its answer. It speaks just
 * enough HTTP for that, so that the server is what is measured, and not this side.
 */
export async function push(url: string, events: SignedEvent[], connections: number): Promise<LoadResult> {
  const { hostname, port, pathname } = new URL(url);
  const waiting = events.map((event) => requestOf(pathname, event)).reverse();
  const times: number[] = [];
  const began = performance.now();
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: connections }, () => work(connect(Number(port), hostname), waiting, times)),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: events.length / seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    ownCost: (user + system) / 1000 / events.length,
  };
}

function requestOf(path: string, { body, signature }: SignedEvent): Buffer {
  const head =
    `POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n` +
    `content-length: ${body.length}\r\nx-twitter-webhooks-signature: ${signature}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** One connection, until nothing is left to send. @throws Error when an answer is not 200 */
function work(socket: Socket, waiting: Buffer[], times: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0;
    let answer = '';
    const next = () => {
      const request = waiting.pop();
      if (!request) {
        socket.end(resolve);
        return;
      }
      sentAt = performance.now();
      socket.write(request);
    };
    socket.setNoDelay(true);
    socket.once('connect', next);
    socket.once('error', reject);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (!isWhole(answer)) return;
      if (!answer.startsWith('HTTP/1.1 200')) {
        socket.destroy();
        reject(new Error(answer.slice(0, 200)));
        return;
      }
      times.push(performance.now() - sentAt);
      answer = '';
      next();
    });
  });
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, end))?.[1];
  if (length === undefined) return answer.includes('transfer-encoding') ? answer.endsWith('0\r\n\r\n') : true;
  return answer.length >= end + 4 + Number(length);
}
