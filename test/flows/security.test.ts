import crypto from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createHttpServer } from '../../plugin/http/server';
import { AdminClient } from '../support/adminClient';
import { Rig, brandId, type RigOptions } from '../support/rig';
import { scratchFolder } from '../support/scratch';

let rig: Rig | undefined;
afterEach(async () => {
  jest.restoreAllMocks();
  await rig?.stop();
  rig = undefined;
});

const password = 'canary-of-the-panel';
const logDir = scratchFolder();
afterAll(() => rmSync(logDir, { recursive: true, force: true }));

async function start(options: RigOptions = {}): Promise<Rig> {
  rig = await Rig.start({ panel: true, ...options, config: { admin: { password }, ...options.config } });
  return rig;
}

/** A call whose path goes out as it is written. */
function rawCall(path: string, method = 'GET'): Promise<{ status: number; body: string }> {
  const { port } = new URL(rig!.url);
  return new Promise((resolve, reject) => {
    request({ port, path, method, host: '127.0.0.1' }, (response) => {
      let body = '';
      response.on('data', (piece: Buffer) => (body += piece.toString()));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .once('error', reject)
      .end();
  });
}

test('no path leads out of the panel’s folder', async () => {
  await start();
  for (const path of [
    '/panel/../package.json',
    '/panel/..%2f..%2fpackage.json',
    '/panel/%2e%2e/%2e%2e/etc/passwd',
    '/panel/....//x',
    '/panel/..\\..\\package.json',
    '/panel/%00',
    '/panel/%c0%ae%c0%ae/x',
    '//panel//../data/secrets.json',
  ]) {
    const { status, body } = await rawCall(path);
    expect(`${path} ${status}`).toMatch(/ (?:301|302|400|403|404)$/);
    expect(body).not.toMatch(/"dependencies"|root:|replyToken/);
  }
});

test('line breaks and escape codes of a stranger make no line of the log', async () => {
  await start({ config: { log: { messageText: 'full', dir: logDir } } });
  const evil = 'hi\n\u001b[31mVERBOSE [2026-01-01 00:00:00] [ERROR] forged\r\u202egnp.exe\u2028';
  await rig!.customerWrites(evil);
  await rawCall(`/api/messages/${encodeURIComponent(evil)}`, 'POST');
  await rig!.receives(1);
  const log = await rig!.logged(/message forwarded/);
  for (const character of ['\u001b', '\r', '\u202e', '\u2028', '\nVERBOSE [2026-01-01'])
    expect(log).not.toContain(character);
  expect(rig!.received[0]?.body).toBe(evil);
});

test('line breaks in names make no header of a call', async () => {
  await start();
  rig!.x.world.addUser({ id: '1700000000000000099', username: 'evil', name: 'E\r\nX-Evil: 1' });
  await rig!.customerWrites('hello', { from: { id: '1700000000000000099' } });
  await rig!.receives(1);
  const file = rig!.host.state.addAttachment('a\r\nX-Evil: 1.png', 'image/png', Buffer.from('no picture'));
  const { status } = await rig!.host.agentWrites(rig!.host.state.interactions[0]!, 'here', file);
  expect(status).toBe(415);
});

test('keys like __proto__ change nothing but their own object', async () => {
  await start();
  const poison = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
  await rig!.reply(`{${poison},"body":"x","Contact":{${poison},"twitter":"jane_doe"}}`);
  const admin = new AdminClient(() => rig!.url);
  await admin.signIn(password);
  const { settings } = await admin.call('settings', {});
  await admin.raw(
    'save',
    JSON.parse(`{"settings":{${poison},"host":{${poison}},"reply":{},"admin":{},"accounts":[]}}`),
  );
  const event = `{${poison},"data":{${poison},"event_type":"dm.received"}}`;
  await rig!.x.webhooks.deliver(`${rig!.url}/api/messages`, JSON.parse(event) as object);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect((await admin.call('settings', {})).settings).toEqual(settings);
});

describe('bodies that are too much', () => {
  const signed = (body: string) => {
    const secret = rig!.x.app.consumerSecret;
    const signature = `sha256=${crypto.createHmac('sha256', secret).update(body).digest('base64')}`;
    return fetch(`${rig!.url}/api/messages`, {
      method: 'POST',
      headers: { 'x-twitter-webhooks-signature': signature },
      body,
    });
  };

  test('nested a hundred thousand deep, signed or not', async () => {
    await start();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    for (const body of [deep, objects]) {
      expect([200, 400]).toContain((await signed(body)).status);
      expect((await rig!.reply(body)).status).toBe(400);
      const answer = await fetch(`${rig!.url}/api/admin/hello`, { method: 'POST', body });
      expect([200, 400]).toContain(answer.status);
    }
    await rig!.customerWrites('still here');
    await rig!.receives(1);
  });

  test('longer than 1 MB, also after unpacking', async () => {
    await start();
    const long = JSON.stringify({ body: 'x'.repeat(1_100_000) });
    expect((await signed(long)).status).toBe(413);
    expect((await rig!.reply(long)).status).toBe(413);
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    for (const path of ['/api/messages', `/api/reply?token=${rig!.secrets.replyToken}`, '/api/admin/hello']) {
      const headers = { 'content-encoding': 'gzip' };
      const answer = await fetch(`${rig!.url}${path}`, { method: 'POST', headers, body: bomb });
      expect(`${path} ${answer.status}`).toMatch(/ 41[35]$/);
    }
  });

  test('an answer of the host, or of X, that unpacks to gigabytes', async () => {
    await start();
    const packed = gzipSync(Buffer.alloc(200_000_000, ' '));
    rig!.host.faults.add({ when: /notify/, bytes: packed, headers: { 'content-encoding': 'gzip' } });
    await rig!.customerWrites('hello');
    await rig!.logged(/XCALLY Motion cannot be reached: ERR_BAD_RESPONSE/);
    await rig!.receivesInHaste(1);
    rig!.x.faults.add({ when: /dm_conversations/, bytes: packed, headers: { 'content-encoding': 'gzip' } });
    const { status } = await rig!.host.agentWrites(rig!.host.state.interactions[0]!, 'answer');
    expect(status).toBe(202);
  });
});

test('who sends a call byte by byte is not waited for', async () => {
  const server = createHttpServer({
    requestTimeout: 300,
    headersTimeout: 200,
    connectionsCheckingInterval: 50,
  });
  server.on('request', (incoming, response) => incoming.resume().once('end', () => response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const heads = [
    'GET / HTTP/1.1\r\nx-slow: ',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n',
  ];
  for (const head of heads) expect(await dribble(connect(port, '127.0.0.1'), head)).toContain('408');
  server.close();
});

/** Sends the beginning, and then a byte every now and then until the other side has enough. */
function dribble(socket: Socket, head: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    socket.write(head);
    const timer = setInterval(() => socket.write('x'), 20);
    socket.on('data', (bytes) => (answer += bytes.toString()));
    socket.on('error', () => {});
    socket.once('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}

test('every secret that comes in is compared in constant time', async () => {
  await start({ account: { webhookCheck: 'signature' } });
  const compare = jest.spyOn(crypto, 'timingSafeEqual');
  const compared = async (what: () => Promise<unknown>) => {
    compare.mockClear();
    await what();
    return compare.mock.calls.length;
  };
  const url = rig!.url;
  const headers = { 'x-twitter-webhooks-signature': `sha256=${Buffer.alloc(32).toString('base64')}` };
  const ways: [string, () => Promise<unknown>][] = [
    ['signature', () => fetch(`${url}/api/messages`, { method: 'POST', headers, body: '{}' })],
    ['reply token', () => rig!.reply('{}', '/api/reply', 'x'.repeat(43))],
    [
      'panel password',
      () => new AdminClient(() => url).raw('signIn', { password: 'wrong', carrier: 'body' }),
    ],
    [
      'report',
      () =>
        fetch(`${url}/api/admin/report?from=2026-01-01&to=2026-01-02`, {
          headers: { authorization: `Basic ${btoa('admin:wrong')}` },
        }),
    ],
  ];
  for (const [name, way] of ways) expect([name, await compared(way)]).not.toEqual([name, 0]);
});

test('no secret is in a log, an error, the health, the metrics, or what the panel answers', async () => {
  const canaries = {
    reply: 'canary-of-the-reply-token',
    botToken: 'canary-of-the-bot-token-of-somebody',
  };
  await start({
    config: {
      reply: { token: canaries.reply },
      log: { level: 'debug', messageText: 'full', dir: logDir },
    },
    account: { bot: { url: 'https://bot.example.com/' }, botToken: canaries.botToken },
  });
  const keys = [...rig!.x.world.credentials.values()].find(({ userId }) => userId === brandId)!.keys;
  const secrets = [
    ...Object.values(canaries),
    rig!.host.options.password,
    password,
    rig!.x.app.consumerSecret,
    keys.accessTokenSecret,
  ];
  const seen: string[] = [];
  const see = async (answer: Promise<Response>) => seen.push(await (await answer).text());
  rig!.x.faults.add({
    when: /dm_conversations/,
    status: 401,
    body: { errors: [{ code: 89, message: 'no' }] },
  });
  rig!.host.faults.add({ when: /notify/, status: 401 });
  await rig!.customerWrites('hello');
  await rig!.waits('inbound');
  await rig!.receivesInHaste(1);
  await rig!.host.agentWrites(rig!.host.state.interactions[0]!, 'answer');
  await see(fetch(`${rig!.url}/api/messages?crc_token=x`));
  await see(fetch(`${rig!.url}/api/reply?token=${canaries.reply}`, { method: 'POST', body: '{' }));
  for (const path of ['/health', '/metrics', '/panel/', '/api/admin/report'])
    await see(fetch(`${rig!.url}${path}`));
  const admin = new AdminClient(() => rig!.url);
  await admin.signIn(password);
  for (const method of [
    'overview',
    'settings',
    'hostAccounts',
    'log',
    'exportSettings',
    'activity',
    'addresses',
  ])
    seen.push(JSON.stringify((await admin.raw(method, { account: 'support', direction: 'in' })).body));
  const logs = readFiles(logDir);
  expect(logs.length).toBeGreaterThan(0);
  // The panel shows the Reply URL with its token to whoever is signed in, who has to copy it to the host.
  const shown = (text: string) => text.replaceAll(`token=${canaries.reply}`, '');
  for (const secret of secrets) {
    for (const [path, content] of logs) expect([path, content.includes(secret)]).toEqual([path, false]);
    for (const text of seen) expect(shown(text)).not.toContain(secret);
  }
});

function readFiles(folder: string): [string, string][] {
  return readdirSync(folder).flatMap((name): [string, string][] => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? readFiles(path) : [[path, readFileSync(path, 'latin1')]];
  });
}
