import { connect } from 'node:net';
import type { ContactCenter } from '../../test/long/chaos/contactCenter';
import { signedEvents } from '../bench/events';

/** How much of it reached somebody. */
export interface Attacked {
  what: string;
  tried: number;
  /** What must be 0. */
  succeeded: number;
  /** It succeeds by what is doubled, which shows at the end. */
  doubles?: true;
}

const brandId = '900000000000000001';
const forgedMark = 'message ';
const webhookPath = '/api/messages';
const sideBySide = 20;

/** What anybody on the internet can try, while customers and agents write on. */
export async function attack(center: ContactCenter): Promise<Attacked[]> {
  const { url } = center.process;
  const slow = slowCalls(center.process.port, 64);
  const held = probe(url);
  const forged = await times(600, () => forgedEvent(url));
  const large = await times(20, () => post(`${url}${webhookPath}`, Buffer.alloc(8 * 1024 * 1024)));
  const replies = await times(300, (number) =>
    post(`${url}/api/reply?token=guess-${number}`, Buffer.from(JSON.stringify({ body: `stolen ${number}` }))),
  );
  const passwords = await times(200, (number) =>
    post(`${url}/api/admin/signIn`, Buffer.from(JSON.stringify({ input: { password: `guess ${number}` } }))),
  );
  const repeated = await repeatEvents(center, 100);
  const delayed = await held.end();
  slow.forEach((end) => end());
  const taken = (statuses: number[]) => statuses.filter((status) => status === 200).length;
  const atHost = center.host.state.messages.filter(({ body }) => body.startsWith(forgedMark)).length;
  const atX = center.x.world.messages.filter(({ text }) => text.startsWith('stolen')).length;
  return [
    { what: 'events with a forged signature', tried: forged.length, succeeded: taken(forged) + atHost },
    { what: 'bodies of 8 MB', tried: large.length, succeeded: taken(large) },
    { what: 'replies with a guessed token', tried: replies.length, succeeded: taken(replies) + atX },
    { what: "guesses of the panel's password", tried: passwords.length, succeeded: taken(passwords) },
    {
      what: 'true events sent again, taken as new',
      tried: taken(repeated),
      succeeded: 0,
      doubles: true,
    },
    {
      what: `calls beside ${slow.length} connections that send a byte now and then, not answered within 2 s`,
      tried: delayed.tried,
      succeeded: delayed.late,
    },
  ];
}

/** Calls on and on, beside all that. @returns ends it, and says how many calls there were and how many had no answer in time */
function probe(url: string): { end: () => Promise<{ tried: number; late: number }> } {
  let isOver = false;
  let [tried, late] = [0, 0];
  const run = async () => {
    while (!isOver) {
      tried += 1;
      const signal = AbortSignal.timeout(2_000);
      await fetch(`${url}/health`, { signal, headers: { connection: 'close' } }).catch(() => (late += 1));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const running = run();
  return {
    end: async () => {
      isOver = true;
      await running;
      return { tried, late };
    },
  };
}

async function times<T>(count: number, work: (number: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const one = async () => {
    while (next < count) {
      next += 1;
      results.push(await work(next));
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, one));
  return results;
}

function forgedEvent(url: string): Promise<number> {
  const [event] = signedEvents(1);
  if (!event) return Promise.resolve(0);
  return post(`${url}${webhookPath}`, event.body, { 'x-twitter-webhooks-signature': event.signature });
}

/** @returns the status; 0 where the connection was cut */
async function post(url: string, body: Buffer, headers: Record<string, string> = {}): Promise<number> {
  try {
    const all = { 'content-type': 'application/json', connection: 'close', ...headers };
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers: all, signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** Rightly signed, as whoever has listened could send them again: what comes of it shows in doubled messages. */
async function repeatEvents(center: ContactCenter, most: number): Promise<number[]> {
  const written = center.x.world.messages.filter(({ senderId }) => senderId !== brandId).slice(-most);
  const statuses: number[] = [];
  for (const message of written)
    statuses.push(
      await center.x.webhooks
        .deliver(`${center.process.url}${webhookPath}`, center.x.envelope('activity', brandId, message))
        .catch(() => 0),
    );
  return statuses;
}

/** @returns what ends each of them */
function slowCalls(port: number, count: number): (() => void)[] {
  return Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`POST ${webhookPath} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`);
    const timer = setInterval(() => socket.write('{'), 500);
    return () => {
      clearInterval(timer);
      socket.destroy();
    };
  });
}
