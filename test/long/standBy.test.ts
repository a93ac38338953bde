import { join } from 'node:path';
import { PostgresServer, postgresPrograms } from '../support/postgres';
import { freePort, type PluginProcess } from '../support/process';
import { customers, ProcessRig } from '../support/processRig';
import { until } from '../support/until';

const programs = postgresPrograms();

/** The lease of a process that was killed ends by itself after eight seconds. */
const takeOverMs = 15_000;

(programs === undefined ? describe.skip : describe)('two processes with one PostgreSQL', () => {
  let server: PostgresServer;
  let rig: ProcessRig;
  let store: { url: string };
  beforeAll(() => (server = new PostgresServer(programs!)));
  afterAll(() => server.stop());
  beforeEach(async () => {
    rig = await ProcessRig.start();
    store = { url: server.newDatabase() };
  });
  afterEach(() => rig.stop());

  const first = () => rig.plugin({ store }).ready();

  /** The same on another machine: with a port and a data folder of its own. */
  async function second(): Promise<PluginProcess> {
    const other = rig.plugin({ store, port: await freePort(), dataDir: join(rig.folder, 'other') });
    await until(() => other.output.includes('this one stands by'), 'the second process to stand by');
    return other;
  }

  async function takesOver(process: PluginProcess): Promise<void> {
    const listens = () =>
      fetch(`${process.url}/health`).then(
        () => true,
        () => false,
      );
    await until(listens, 'the other process to take over', takeOverMs);
  }

  async function messagesWait(plugin: PluginProcess): Promise<void> {
    await rig.host.close();
    for (let index = 0; index < 10; index += 1)
      await rig.customerWrites(plugin, customers[index % 2]!, `${index % 2}: ${index}`);
  }

  async function allArriveOnce(): Promise<void> {
    await until(() => rig.bodies().length >= 10, 'the messages', 30_000);
    for (const customer of [0, 1])
      expect(rig.bodies().filter((body) => body.startsWith(`${customer}:`))).toEqual(
        Array.from({ length: 5 }, (_, index) => `${customer}: ${2 * index + customer}`),
      );
  }

  test('one is killed: the other takes over what waits, and nothing is lost or doubled', async () => {
    const one = await first();
    const other = await second();
    await messagesWait(one);
    await one.stop('SIGKILL');
    await rig.host.reopen();
    await takesOver(other);
    await allArriveOnce();
  }, 60_000);

  test('one is frozen: the other takes over, and the first ends when it wakes up', async () => {
    const one = await first();
    const other = await second();
    await messagesWait(one);
    one.child.kill('SIGSTOP');
    await rig.host.reopen();
    await takesOver(other);
    await allArriveOnce();
    one.child.kill('SIGCONT');
    expect(await one.ended()).toBe(1);
    await rig.customerWrites(other, customers[0], 'and on');
    await until(() => rig.bodies().includes('and on'), 'the next message');
    expect(rig.bodies()).toHaveLength(11);
  }, 60_000);

  test('the database goes down: X is told to deliver again, health says it, and all goes on by itself', async () => {
    const one = await first();
    await rig.customerWrites(one, customers[0], 'before');
    await until(() => rig.bodies().length === 1, 'the first message');
    server.kill();
    try {
      await expect(rig.customerWrites(one, customers[0], 'meanwhile')).rejects.toThrow('answered 503');
      const health = await fetch(`${one.url}/health`);
      expect([health.status, await health.text()]).toEqual([
        503,
        expect.stringContaining('"state":"broken"'),
      ]);
    } finally {
      server.start();
    }
    await until(async () => (await fetch(`${one.url}/health`)).status === 200, 'the store to be well');
    await rig.customerWrites(one, customers[0], 'after');
    await until(() => rig.bodies().includes('after'), 'the next message');
    expect(await one.stop('SIGTERM')).toBe(0);
  }, 60_000);
});
