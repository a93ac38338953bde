import { connect } from 'node:net';
import type { ContactCenter } from '../../test/long/chaos/contactCenter';
import { until } from '../../test/support/until';
import { signedEvents } from '../bench/events';

/** How much of it reached somebody. */
export interface Attacked {
  what: string;
  tried: number;
  /** What must be 0. */
  succeeded: number;
  /** Each success shows as a message that came twice, which is known at the end. */
  countedAsDoubled?: true;
}

const brandId = '900000000000000001';
const forgedMark = 'message ';
const webhookPath = '/api/messages';
const sideBySide = 20;
/** What a call without the right to make it is answered; 0 where the connection is cut. */
const refusals = new Set([0, 401, 403, 413, 429]);

/** What anybody on the internet can try, while customers and agents write on. */
export async function attack(center: ContactCenter): Promise<Attacked[]> {
  const { url } = center.process;
  const slow = slowCalls(center.process.port, 64);
  const held = probe(url);
  try {
    return [
      await forgedEvents(center),
      count(
        'bodies of 8 MB',
        await times(20, () => post(`${url}${webhookPath}`, Buffer.alloc(8 * 1024 * 1024))),
      ),
      await stolenReplies(center),
      ...(await guessedPasswords(center)),
      await repeatedEvents(center, 100),
      await held.end(slow.length),
    ];
  } finally {
    slow.forEach((end) => end());
    await held.end(slow.length);
  }
}

function count(what: string, statuses: number[]): Attacked {
  const succeeded = statuses.filter((status) => !refusals.has(status)).length;
  return { what, tried: statuses.length, succeeded };
}

async function forgedEvents(center: ContactCenter): Promise<Attacked> {
  const attacked = count(
    'events with a forged signature',
    await times(600, () => forgedEvent(center.process.url)),
  );
  const atHost = center.host.state.messages.filter(({ body }) => body.startsWith(forgedMark)).length;
  return { ...attacked, succeeded: attacked.succeeded + atHost };
}

/** Complete replies, of which only the token is wrong. @throws Error where the same reply with the right token does not go out */
async function stolenReplies(center: ContactCenter): Promise<Attacked> {
  const { interactions, contacts, accounts } = center.host.state;
  const [interaction] = interactions;
  const contact = contacts.find(({ id }) => id === interaction?.ContactId);
  const replyUrl = new URL(accounts[0]?.replyUrl ?? '');
  const reply = (token: string | undefined, text: string) => {
    const url = new URL(replyUrl);
    if (token !== undefined) url.searchParams.set('token', token);
    const call = {
      body: text,
      Contact: { id: contact?.id, ...contact?.fields },
      Interaction: { id: interaction?.id },
    };
    return post(url.href, Buffer.from(JSON.stringify(call)));
  };
  const atX = (mark: string) => center.x.world.messages.filter(({ text }) => text.startsWith(mark)).length;
  await reply(undefined, 'with the right token');
  await until(() => atX('with the right token') > 0, 'the reply with the right token', 60_000);
  const attacked = count(
    'complete replies with a guessed token',
    await times(300, (number) => reply(`guess-${number}`, `stolen ${number}`)),
  );
  return { ...attacked, succeeded: attacked.succeeded + atX('stolen') };
}

/** @returns nothing where there is no panel to sign in to. @throws Error where the right password is refused, too */
async function guessedPasswords({ process: { url }, adminPassword }: ContactCenter): Promise<Attacked[]> {
  const signIn = (password: string) =>
    post(`${url}/api/admin/signIn`, Buffer.from(JSON.stringify({ input: { password, carrier: 'body' } })));
  const control = await signIn(adminPassword);
  if (control === 404) return [];
  if (control !== 200)
    throw new Error(`the right password was answered with ${control}: guesses prove nothing`);
  return [count("guesses of the panel's password", await times(200, (number) => signIn(`guess ${number}`)))];
}

/** Calls on and on, beside all that. @returns ends it, and says how many calls there were and how many had no answer in time; may be called twice */
function probe(url: string): { end: (beside: number) => Promise<Attacked> } {
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
    end: async (beside) => {
      isOver = true;
      await running;
      const what = `calls beside ${beside} connections that send a byte now and then, not answered within 2 s`;
      return { what, tried, succeeded: late };
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
async function repeatedEvents(center: ContactCenter, most: number): Promise<Attacked> {
  const written = center.x.world.messages.filter(({ senderId }) => senderId !== brandId).slice(-most);
  let tried = 0;
  for (const message of written) {
    const status = await center.x.webhooks
      .deliver(`${center.process.url}${webhookPath}`, center.x.envelope('activity', brandId, message))
      .catch(() => 0);
    if (status === 200) tried += 1;
  }
  return { what: 'true events sent again, taken as new', tried, succeeded: 0, countedAsDoubled: true };
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
