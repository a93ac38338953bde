import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { BenchPlugin, replyToken, type Running } from '../../../scripts/bench/stage';
import { SoakSides } from '../../../scripts/soak/sides';
import { inputs as adminInputs } from '../../../plugin/panel/inputs';
import { ConfigError, validateConfig } from '../../../plugin/settings/load';
import { envelopes, replyCalls } from './seeds';
import { Mutator } from './mutate';

/** Each run has a seed of its own; those that ever failed are tried again and again. */
const run = {
  seed: Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 1_000_000)),
  inputs: Number(process.env['FUZZ_INPUTS'] ?? 30_000),
};
const failedBefore = [{ seed: 99, inputs: 60_000 }];
const sideBySide = 16;
const password = 'the-password-of-the-fuzz';
/** Beyond this, memory has grown. Megabytes. */
const maxMemory = 300;

let sides: SoakSides;
let plugin: BenchPlugin;
let running: Running;
let agent: Agent;

beforeAll(async () => {
  sides = await SoakSides.start();
  plugin = await BenchPlugin.prepare({ url: '' }, { ...sides.settings, admin: { password } });
  running = await plugin.start();
});

// A test that keeps this process busy for long would leave connections that the plugin has closed meanwhile.
beforeEach(() => {
  agent = new Agent({ keepAlive: true, maxSockets: sideBySide });
});
afterEach(() => agent.destroy());

afterAll(async () => {
  await running.stop();
  plugin.remove();
  await sides.close();
});

interface Call {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: Buffer;
}

/** @returns the status, 0 when the connection was closed without one */
function call({ method = 'POST', path, headers = {}, body }: Call): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(running.url, { method, path, headers, agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.once('error', () => resolve(0));
    outgoing.end(body);
  });
}

/** Makes calls, many at a time. @returns how often each status came, but for what was expected */
async function unexpected(
  mutator: Mutator,
  count: number,
  make: (mutator: Mutator) => Call,
  expected: number[],
): Promise<string[]> {
  const wrong: string[] = [];
  let left = count;
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      while (left > 0) {
        left -= 1;
        const made = make(mutator);
        const status = await call(made);
        // What is too long is refused before it has all come, which a sender may hear as a broken connection.
        const brokenOff = status === 0 && (made.body?.length ?? 0) > 1_000_000;
        if (!expected.includes(status) && !brokenOff)
          wrong.push(`${status} for ${made.path} ${(made.body ?? '').toString('utf8').slice(0, 300)}`);
      }
    }),
  );
  return wrong;
}

async function isWell(): Promise<void> {
  expect(running.child.exitCode).toBeNull();
  const health = await fetch(`${running.url}/health`);
  expect((await health.json()) as object).toMatchObject({ store: { state: 'ok' } });
  expect(running.memory()).toBeLessThan(maxMemory);
}

const limit = 300_000;

/** Sends bytes, and waits for the connection to end. */
function noHttp(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
    socket.once('error', () => resolve()).once('close', () => resolve());
    socket.resume();
    socket.end(Buffer.concat([bytes, Buffer.from('\r\n\r\n')]));
  });
}

describe.each([...failedBefore, run])('seed $seed, $inputs inputs', ({ seed, inputs }) => {
  const inputsEach = inputs / 5;

  test(
    'events that are signed, and nearly right',
    async () => {
      const make = (mutator: Mutator) => {
        const body = mutator.bytes(envelopes);
        const signature = `sha256=${createHmac('sha256', sides.consumerSecret).update(body).digest('base64')}`;
        return { path: '/api/messages', headers: { 'x-twitter-webhooks-signature': signature }, body };
      };
      expect(await unexpected(new Mutator(seed), inputsEach, make, [200, 400, 413])).toEqual([]);
      await isWell();
    },
    limit,
  );

  test(
    'calls of the Reply URL',
    async () => {
      const make = (mutator: Mutator) => ({
        path: `/api/reply?token=${replyToken}`,
        body: mutator.bytes(replyCalls),
      });
      const allowed = [200, 202, 400, 404, 409, 413, 415, 422, 502];
      expect(await unexpected(new Mutator(seed), inputsEach, make, allowed)).toEqual([]);
      await isWell();
    },
    limit,
  );

  test(
    'calls of the panel by whoever is signed in',
    async () => {
      const body = JSON.stringify({ input: { password, carrier: 'body' } });
      const signedIn = await fetch(`${running.url}/api/admin/signIn`, { method: 'POST', body });
      const { token } = (await signedIn.json()) as { token: string };
      // They end the session or what the others are tried on, or ask a host that this one is not.
      const kept = [
        'signOut',
        'changePassword',
        'save',
        'importSettings',
        'signIn',
        'claim',
        'createChatKeys',
        'hostAccounts',
      ];
      const methods = Object.keys(adminInputs).filter((method) => !kept.includes(method));
      const make = (mutator: Mutator) => {
        const input = {
          account: 'bench',
          direction: 'in',
          seq: 1,
          from: '2026-01-01',
          to: '2026-02-01',
          person: 'x',
        };
        const path = `/api/admin/${mutator.oneOf(methods)}`;
        return {
          path,
          body: mutator.bytes([
            { token, input },
            { token, input: {} },
          ]),
        };
      };
      expect(
        await unexpected(new Mutator(seed), inputsEach, make, [200, 400, 401, 403, 404, 409, 413, 429, 502]),
      ).toEqual([]);
      await isWell();
    },
    limit,
  );

  test(
    'any path, any header, by anybody; and bytes that are no HTTP',
    async () => {
      const paths = [
        '/api/messages',
        '/api/messages/bench',
        '/api/reply',
        '/health',
        '/metrics',
        '/panel/',
        '/api/admin/x',
      ];
      const make = (mutator: Mutator): Call => {
        const tail = encodeURIComponent(Buffer.from(mutator.text()).toString()).slice(0, 60);
        const path = `${mutator.oneOf(paths)}${mutator.oneOf(['', '?', '/', '/../', '%', '//'])}${tail}`;
        const value = mutator.text().replaceAll(/[^\t\x20-\x7e]/g, '');
        const headers = {
          [mutator.oneOf(['cookie', 'authorization', 'content-encoding', 'accept', 'origin'])]: value,
        };
        const method = mutator.oneOf(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']);
        return {
          method,
          path: path.replaceAll(/[^\x21-\x7e]/g, ''),
          headers,
          ...(method === 'POST' ? { body: Buffer.from(mutator.text()) } : {}),
        };
      };
      const allowed = [200, 301, 302, 304, 400, 401, 403, 404, 405, 413, 415];
      expect(await unexpected(new Mutator(seed), inputsEach, make, allowed)).toEqual([]);
      const mutator = new Mutator(seed);
      for (let times = 0; times < Math.min(200, inputsEach / 10); times += 1)
        await noHttp(Buffer.from(mutator.text()));
      await isWell();
    },
    limit,
  );

  test(
    'configurations: either taken, or refused with the place of each fault',
    () => {
      const mutator = new Mutator(seed);
      const example = JSON.parse(readFileSync('plugin.config.example.json', 'utf8')) as unknown;
      let refused = 0;
      for (let times = 0; times < inputsEach; times += 1) {
        try {
          validateConfig(mutator.value([example]));
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.message).not.toBe('');
          refused += 1;
        }
      }
      expect(refused).toBeGreaterThan(0);
    },
    limit,
  );
});
