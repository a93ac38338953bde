import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { freePort, PluginProcess } from '../support/process';
import { brandId, customers, ProcessRig, replyToken } from '../support/processRig';
import { mp4 } from '../support/files';
import { until } from '../support/until';

let rig: ProcessRig;

beforeEach(async () => {
  rig = await ProcessRig.start();
});

afterEach(() => rig.stop());

test('kill -9 while the host is down and 20 messages wait: after a restart all 20 arrive once, in order', async () => {
  const first = await rig.plugin().ready();
  await rig.host.close();
  for (let index = 0; index < 20; index += 1)
    await rig.customerWrites(first, customers[index % 2]!, `${index % 2}: ${index}`);
  await first.stop('SIGKILL');
  await rig.host.reopen();
  const second = await rig.plugin().ready();
  await until(() => rig.bodies().length >= 20, '20 messages at the host', 30_000);
  await second.stop();
  expect(rig.bodies()).toHaveLength(20);
  for (const customer of [0, 1])
    expect(rig.bodies().filter((body) => body.startsWith(`${customer}:`))).toEqual(
      Array.from({ length: 10 }, (_, index) => `${customer}: ${2 * index + customer}`),
    );
}, 60_000);

test('kill -9 while the host takes a message: after a restart it is there once', async () => {
  const first = await rig.plugin().ready();
  await rig.customerWrites(first, customers[0], 'hello');
  await until(() => rig.bodies().length === 1, 'the first message');
  await until(async () => (await rig.waiting(first)) === 0, 'the first message to be done');
  rig.host.onMessage = () => first.child.kill('SIGKILL');
  await rig.customerWrites(first, customers[0], 'on its way').catch(() => undefined);
  await first.ended();
  rig.host.onMessage = () => {};
  const second = await rig.plugin().ready();
  await rig.customerWrites(second, customers[0], 'and one more');
  await until(() => rig.bodies().includes('and one more'), 'the last message');
  expect(rig.bodies()).toEqual(['hello', 'on its way', 'and one more']);
});

test('SIGTERM: what is in flight is finished, the exit code is 0, and nothing is left locked', async () => {
  const plugin = await rig.plugin().ready();
  rig.host.faults.add({ when: /notify$/, delay: 700 });
  await rig.customerWrites(plugin, customers[0], 'in flight');
  expect(await plugin.stop('SIGTERM')).toBe(0);
  expect(rig.bodies()).toEqual(['in flight']);
  expect(readdirSync(join(rig.folder, 'data')).sort()).toEqual([
    'openchannel-x.db',
    'panel-setup-code.txt',
    'panel.json',
    'secrets.json',
  ]);
  expect(await (await rig.plugin().ready()).stop('SIGINT')).toBe(0);
});

test('a second instance on the same data directory is told so', async () => {
  await rig.plugin().ready();
  const second = rig.plugin({ port: await freePort() });
  expect(await second.ended()).toBe(1);
  expect(second.errors).toMatch(
    /^the data directory .* is in use by another running openchannel-x \(process \d+\)/,
  );
});

test('a start that begins before the former process has ended waits for it', async () => {
  const first = await rig.plugin().ready();
  rig.host.faults.add({ when: /notify$/, delay: 700 });
  await rig.customerWrites(first, customers[0], 'in flight');
  const ending = first.stop('SIGTERM');
  const second = rig.plugin();
  expect(await ending).toBe(0);
  await second.ready();
  await until(() => rig.bodies().length === 1, 'the message');
});

test('a data directory left by a killed process, its id meanwhile given to another program', async () => {
  await (await rig.plugin().ready()).stop('SIGKILL');
  expect(existsSync(join(rig.folder, 'data', 'openchannel-x.db.lock'))).toBe(true);
  writeFileSync(join(rig.folder, 'data', 'openchannel-x.pid'), `${process.pid} 12345`);
  await rig.plugin().ready();
});

test('messages of an account that was taken out of the configuration are told of, and go on when it is back', async () => {
  const first = await rig.plugin().ready();
  await rig.host.close();
  await rig.customerWrites(first, customers[0], 'waiting');
  await first.stop();
  await rig.host.reopen();
  const without = await rig.plugin({ accounts: [] }).ready();
  await until(
    () => without.output.includes('messages wait for an account that is not configured'),
    'the warning',
  );
  await without.stop();
  await rig.plugin().ready();
  await until(() => rig.bodies().length === 1, 'the message');
});

test('a port in use: exit code 1, and a line that names it', async () => {
  const other = createServer().listen(rig.config.port, '127.0.0.1');
  const plugin = rig.plugin();
  expect(await plugin.ended()).toBe(1);
  expect(plugin.errors).toContain(`port ${rig.config.port} is in use`);
  await new Promise((done) => other.close(done));
});

test('a bad configuration: exit code 78, one line for each fault, no secret among them', async () => {
  const [account] = rig.config['accounts'] as object[];
  const plugin = rig.plugin({ port: 'x', accounts: [{ ...account, mapValue: 'phone', consumerSecret: '' }] });
  expect(await plugin.ended()).toBe(78);
  expect(plugin.errors.trim().split('\n')).toEqual([
    expect.stringMatching(/^port: /),
    expect.stringMatching(/^accounts\.0\.mapValue: /),
    expect.stringMatching(/^accounts\.0\.consumerSecret: /),
  ]);
  const missing = PluginProcess.run(
    [resolve('dist/plugin/main.js'), '--config', join(rig.folder, 'none.json')],
    0,
  );
  expect(await missing.ended()).toBe(78);
});

test('generated secrets are shown once on the console and never in a log', async () => {
  const first = await rig.plugin({ reply: { token: '' } }).ready();
  await until(() => first.output.includes('Reply URL for XCALLY Motion'), 'the Reply URL');
  const token = /reply\?token=([\w-]{43})/.exec(first.output)?.[1] ?? '';
  await first.stop();
  const second = await rig.plugin({ reply: { token: '' } }).ready();
  await second.stop();
  expect(second.output).not.toContain('Reply URL for XCALLY Motion');
  expect(token).toHaveLength(43);
  for (const path of readdirSync(join(rig.folder, 'log')).map((name) => join(rig.folder, 'log', name))) {
    expect(readFileSync(path, 'utf8')).not.toContain(token);
    expect(statSync(path).mode & 0o007).toBe(0);
  }
  expect(statSync(join(rig.folder, 'data', 'secrets.json')).mode & 0o777).toBe(0o600);
});

test('the log has the look of the host, and goes elsewhere when its folder cannot be written', async () => {
  writeFileSync(join(rig.folder, 'file'), '');
  const plugin = await rig.plugin({ log: { dir: join(rig.folder, 'file', 'sub') } }).ready();
  await plugin.stop();
  const lines = readFileSync(join(rig.folder, 'data', 'logs', 'openchannel-twitter-info.log'), 'utf8')
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
  mkdirSync(join(rig.folder, 'data'), { recursive: true });
  writeFileSync(
    join(rig.folder, 'plugin.config.json'),
    JSON.stringify({ ...rig.config, log: { dir: '/dev/null/x', level: 'error' } }),
  );
  const command = `ulimit -f 400; trap '' XFSZ; exec "${process.execPath}" "${resolve('dist/plugin/main.js')}" --config "${join(rig.folder, 'plugin.config.json')}"`;
  const full = PluginProcess.run(['-c', command], rig.config.port, '/bin/bash');
  rig.watch(full);
  await full.ready();
  rig.host.faults.add({ when: /notify$/, status: 503, times: Infinity });
  const statuses: number[] = [];
  while (statuses.at(-1) !== 503 && statuses.length < 400) {
    const message = rig.x.world.addMessage(customers[0], brandId, `${statuses.length}: ${'x'.repeat(3000)}`);
    statuses.push(
      await rig.x.webhooks.deliver(`${full.url}/api/messages`, rig.x.envelope('activity', brandId, message)),
    );
  }
  expect(statuses.at(-1)).toBe(503);
  const health = await fetch(`${full.url}/health`);
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({ status: 'broken', store: { state: 'broken' } });
  const taken = statuses.filter((status) => status === 200).length;
  await full.stop('SIGKILL');
  rig.host.faults.clear();
  await rig.plugin().ready();
  await until(() => rig.bodies().length >= taken, 'all that was taken', 20_000);
  expect(new Set(rig.bodies()).size).toBe(rig.bodies().length);
}, 60_000);

test('a call that is refused twice over ends nothing', async () => {
  const plugin = await rig.plugin().ready();
  for (const headers of [{ 'content-encoding': 'gzip' }, { 'content-type': 'text/plain' }])
    for (const path of [
      '/api/messages/%ff',
      '/api/messages/a/%',
      '/api/reply',
      '/api/admin/%ff',
      '/health/%ff',
    ])
      await fetch(`${plugin.url}${path}`, { method: 'POST', headers, body: 'x'.repeat(2_000_000) }).catch(
        () => undefined,
      );
  await rig.customerWrites(plugin, customers[0], 'hello');
  await until(() => rig.bodies().length === 1, 'the message');
  expect(await plugin.stop()).toBe(0);
});

test('a 200 MB video raises the memory of the process by less than 64 MB', async () => {
  const plugin = await rig.plugin().ready();
  await rig.customerWrites(plugin, customers[0], 'hello');
  await until(() => rig.bodies().length === 1, 'the message');
  const size = 200 * 1024 * 1024;
  const file = rig.host.state.addAttachment('film.mp4', 'video/mp4', mp4(size));
  const resident = () => {
    const [, kilobytes] =
      /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${plugin.child.pid!}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  };
  const before = resident();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, resident())), 5);
  const interaction = rig.host.state.interactions[0]!;
  rig.host.state.accounts[0]!.replyUrl = `${plugin.url}/api/reply?token=${replyToken}`;
  await rig.host.agentWrites(interaction, '', file);
  const sent = () => rig.x.world.messages.find(({ senderId }) => senderId === brandId);
  await until(() => sent() !== undefined, 'the video to be sent', 30_000);
  clearInterval(watch);
  expect(sent()?.media?.bytes).toBe(size);
  expect((peak - before) / 1024 / 1024).toBeLessThan(64);
}, 60_000);
