import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HostSimulator } from '../simulators/host';
import { XSimulator } from '../simulators/x';
import { freePort, PluginProcess } from '../support/process';
import type { HealthBody } from '../support/rig';
import { mp4 } from '../support/files';
import { until } from '../support/until';

const brandId = '900000000000000001';
const customers = ['1700000000000000021', '1700000000000000022'];

let folder: string;
let x: XSimulator;
let host: HostSimulator;
let config: Record<string, unknown>;
let running: PluginProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openchannel-x-e2e-'));
  x = await XSimulator.start({ media: { keepBytes: false } });
  host = await HostSimulator.start();
  running = [];
  const keys = x.addBrand(brandId, 'brand', 'Brand');
  customers.forEach((id, index) =>
    x.world.addUser({ id, username: `customer_${index}`, name: `Customer ${index}` }),
  );
  const account = host.addAccount();
  config = {
    port: await freePort(),
    dataDir: join(folder, 'data'),
    log: { dir: join(folder, 'log') },
    host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
    reply: { token: 'reply-token-of-the-test' },
    x: { apiBaseUrl: x.url, mediaHosts: [new URL(x.url).host] },
    accounts: [{ name: 'support', ...keys, openChannelAccountId: account.id }],
  };
});

afterEach(async () => {
  for (const process of running) if (process.exitCode === undefined) await process.stop('SIGKILL');
  await x.close();
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(changes: Record<string, unknown> = {}, nodeOptions: string[] = []): PluginProcess {
  const process = PluginProcess.start(folder, { ...config, ...changes }, nodeOptions);
  running.push(process);
  return process;
}

async function customerWrites(plugin: PluginProcess, from: string, text: string): Promise<void> {
  const message = x.world.addMessage(from, brandId, text);
  const status = await x.webhooks.deliver(
    `${plugin.url}/api/messages`,
    x.envelope('activity', brandId, message),
  );
  if (status !== 200) throw new Error(`the webhook answered ${status}`);
}

async function waiting(plugin: PluginProcess): Promise<number> {
  const health = (await (await fetch(`${plugin.url}/health`)).json()) as HealthBody;
  return health.accounts['support']!.inbound.waiting;
}

const bodies = () =>
  host.state.messages.filter(({ direction }) => direction === 'in').map(({ body }) => body);

test('kill -9 while the host is down and 20 messages wait: after a restart all 20 arrive once, in order', async () => {
  const first = await start().ready();
  await host.close();
  for (let index = 0; index < 20; index += 1)
    await customerWrites(first, customers[index % 2]!, `${index % 2}: ${index}`);
  await first.stop('SIGKILL');
  await host.reopen();
  const second = await start().ready();
  await until(() => bodies().length >= 20, '20 messages at the host');
  await second.stop();
  expect(bodies()).toHaveLength(20);
  for (const customer of [0, 1])
    expect(bodies().filter((body) => body.startsWith(`${customer}:`))).toEqual(
      Array.from({ length: 10 }, (_, index) => `${customer}: ${2 * index + customer}`),
    );
});

test('kill -9 while the host takes a message: after a restart it is there once', async () => {
  const first = await start().ready();
  await customerWrites(first, customers[0]!, 'hello');
  await until(() => bodies().length === 1, 'the first message');
  await until(async () => (await waiting(first)) === 0, 'the first message to be done');
  host.onMessage = () => first.child.kill('SIGKILL');
  await customerWrites(first, customers[0]!, 'on its way').catch(() => undefined);
  await first.ended();
  host.onMessage = () => {};
  const second = await start().ready();
  await customerWrites(second, customers[0]!, 'and one more');
  await until(() => bodies().includes('and one more'), 'the last message');
  expect(bodies()).toEqual(['hello', 'on its way', 'and one more']);
});

test('kill -9 while an answer is on its way: after a restart it is there once', async () => {
  const first = await start().ready();
  await customerWrites(first, customers[0]!, 'hello');
  await until(() => bodies().length === 1, 'the message');
  x.onSent = () => first.child.kill('SIGKILL');
  const answering = fetch(`${first.url}/api/reply?token=reply-token-of-the-test`, {
    method: 'POST',
    body: JSON.stringify({ body: 'on its way', Contact: { twitter: 'customer_0' } }),
  });
  await answering.catch(() => undefined);
  await first.ended();
  x.onSent = () => {};
  await start().ready();
  const log = () => readFileSync(join(folder, 'log', 'openchannel-twitter-info.log'), 'utf8');
  await until(() => log().includes('answer was already on X, not sent again'), 'the restart to settle it');
  expect(x.world.messages.filter(({ senderId }) => senderId === brandId)).toHaveLength(1);
});

test('SIGTERM: what is in flight is finished, the exit code is 0, and nothing is left locked', async () => {
  const plugin = await start().ready();
  host.faults.add({ when: /notify$/, delay: 700 });
  await customerWrites(plugin, customers[0]!, 'in flight');
  expect(await plugin.stop('SIGTERM')).toBe(0);
  expect(bodies()).toEqual(['in flight']);
  expect(readdirSync(join(folder, 'data')).sort()).toEqual(['openchannel-x.db', 'secrets.json']);
  expect(await (await start().ready()).stop('SIGINT')).toBe(0);
});

test('a second instance on the same data directory is told so', async () => {
  await start().ready();
  const second = start({ port: await freePort() });
  expect(await second.ended()).toBe(1);
  expect(second.errors).toMatch(
    /^the data directory .* is in use by another running openchannel-x \(process \d+\)/,
  );
});

test('a data directory left by a killed process, its id meanwhile given to another program', async () => {
  await (await start().ready()).stop('SIGKILL');
  expect(existsSync(join(folder, 'data', 'openchannel-x.db.lock'))).toBe(true);
  writeFileSync(join(folder, 'data', 'openchannel-x.pid'), `${process.pid} 12345`);
  await start().ready();
});

test('messages of an account that was taken out of the configuration are told of, and go on when it is back', async () => {
  const first = await start().ready();
  await host.close();
  await customerWrites(first, customers[0]!, 'waiting');
  await first.stop();
  await host.reopen();
  const without = await start({ accounts: [] }).ready();
  await until(
    () => without.output.includes('messages wait for an account that is not configured'),
    'the warning',
  );
  await without.stop();
  await start().ready();
  await until(() => bodies().length === 1, 'the message');
});

test('a port in use: exit code 1, and a line that names it', async () => {
  const other = createServer().listen(config['port'] as number, '127.0.0.1');
  const plugin = start();
  expect(await plugin.ended()).toBe(1);
  expect(plugin.errors).toContain(`port ${config['port'] as number} is in use`);
  await new Promise((done) => other.close(done));
});

test('a bad configuration: exit code 78, one line for each fault, no secret among them', async () => {
  const [account] = config['accounts'] as object[];
  const plugin = start({ port: 'x', accounts: [{ ...account, mapValue: 'phone', consumerSecret: '' }] });
  expect(await plugin.ended()).toBe(78);
  expect(plugin.errors.trim().split('\n')).toEqual([
    expect.stringMatching(/^port: /),
    expect.stringMatching(/^accounts\.0\.mapValue: /),
    expect.stringMatching(/^accounts\.0\.consumerSecret: /),
  ]);
  const missing = PluginProcess.run(
    [resolve('dist/plugin/main.js'), '--config', join(folder, 'none.json')],
    0,
  );
  expect(await missing.ended()).toBe(78);
});

test('generated secrets are shown once on the console and never in a log', async () => {
  const first = await start({ reply: { token: '' } }).ready();
  await until(() => first.output.includes('Reply URL for the host'), 'the Reply URL');
  const token = /reply\?token=([\w-]{43})/.exec(first.output)?.[1] ?? '';
  await first.stop();
  const second = await start({ reply: { token: '' } }).ready();
  await second.stop();
  expect(second.output).not.toContain('Reply URL for the host');
  expect(token).toHaveLength(43);
  for (const name of readdirSync(join(folder, 'log')))
    expect(readFileSync(join(folder, 'log', name), 'utf8')).not.toContain(token);
  expect(statSync(join(folder, 'data', 'secrets.json')).mode & 0o777).toBe(0o600);
});

test('the log has the look of the host, and goes elsewhere when its folder cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '');
  const plugin = await start({ log: { dir: join(folder, 'file', 'sub') } }).ready();
  await plugin.stop();
  const lines = readFileSync(join(folder, 'data', 'logs', 'openchannel-twitter-info.log'), 'utf8')
    .trim()
    .split('\n');
  for (const line of lines)
    expect(line).toMatch(
      /^VERBOSE \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] \[(INFO|WARN)\] \[OPENCHANNEL-TWITTER\] - .+( \{.*\})?$/,
    );
  expect(lines[0]).toContain('the log folder cannot be written');
});

test('a disk that is full: 503, health says so, and all is well again when there is room', async () => {
  // A limit on the size of files stands in for a full disk; it cannot be lifted, so the room comes with a restart.
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(
    join(folder, 'plugin.config.json'),
    JSON.stringify({ ...config, log: { dir: '/dev/null/x', level: 'error' } }),
  );
  const command = `ulimit -f 400; trap '' XFSZ; exec "${process.execPath}" "${resolve('dist/plugin/main.js')}" --config "${join(folder, 'plugin.config.json')}"`;
  const full = PluginProcess.run(['-c', command], config['port'] as number, '/bin/bash');
  running.push(full);
  await full.ready();
  host.faults.add({ when: /notify$/, status: 503, times: Infinity });
  const statuses: number[] = [];
  while (statuses.at(-1) !== 503 && statuses.length < 400) {
    const message = x.world.addMessage(customers[0]!, brandId, `${statuses.length}: ${'x'.repeat(3000)}`);
    statuses.push(
      await x.webhooks.deliver(`${full.url}/api/messages`, x.envelope('activity', brandId, message)),
    );
  }
  expect(statuses.at(-1)).toBe(503);
  const health = await fetch(`${full.url}/health`);
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({ status: 'broken', store: { state: 'broken' } });
  const taken = statuses.filter((status) => status === 200).length;
  await full.stop('SIGKILL');
  host.faults.clear();
  await start().ready();
  await until(() => bodies().length >= taken, 'all that was taken', 20_000);
  expect(new Set(bodies()).size).toBe(bodies().length);
}, 60_000);

test('a 200 MB video raises the memory of the process by less than 64 MB', async () => {
  const plugin = await start().ready();
  await customerWrites(plugin, customers[0]!, 'hello');
  await until(() => bodies().length === 1, 'the message');
  const size = 200 * 1024 * 1024;
  const file = host.state.addAttachment('film.mp4', 'video/mp4', mp4(size));
  const resident = () => {
    const [, kilobytes] =
      /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${plugin.child.pid!}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  };
  const before = resident();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, resident())), 5);
  const interaction = host.state.interactions[0]!;
  host.state.accounts[0]!.replyUrl = `${plugin.url}/api/reply?token=reply-token-of-the-test`;
  await host.agentWrites(interaction, '', file);
  const sent = () => x.world.messages.find(({ senderId }) => senderId === brandId);
  await until(() => sent() !== undefined, 'the video to be sent', 30_000);
  clearInterval(watch);
  expect(sent()?.media?.bytes).toBe(size);
  expect((peak - before) / 1024 / 1024).toBeLessThan(64);
}, 60_000);
