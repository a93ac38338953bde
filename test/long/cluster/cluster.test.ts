import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminClient } from '../../support/adminClient';
import { PostgresServer, postgresPrograms } from '../../support/postgres';
import { freePort } from '../../support/process';
import { until } from '../../support/until';
import { adminPassword, ClusterCenter, type ClusterOptions } from './clusterCenter';

const programs = postgresPrograms();

/** A process that was killed counts as ended after eight seconds. */
const takeOverMs = 15_000;

(programs === undefined ? describe.skip : describe)('several processes with one PostgreSQL', () => {
  let server: PostgresServer;
  let center: ClusterCenter;
  beforeAll(() => (server = new PostgresServer(programs!)));
  afterAll(() => server.stop());
  afterEach(() => center.end());

  async function open(options: ClusterOptions): Promise<void> {
    center = await ClusterCenter.open(server.newDatabase(), options);
    await center.startAll();
  }

  const spreadOver = async (nodes: number[]) => {
    const worked = await Promise.all(nodes.map((node) => center.worked(node)));
    return worked.map(({ length }) => length).sort();
  };

  const isSpread = (nodes: number[], counts: number[], ms = takeOverMs) =>
    until(
      async () => String(await spreadOver(nodes)) === String(counts),
      `accounts to be spread over ${String(nodes)}`,
      ms,
    );

  /** Which of two processes works the one account: the one that is not the leader, once the account has moved there. */
  const settledOwner = async () => {
    let owner = -1;
    await until(
      async () => {
        const nodes = (await center.health(0))?.nodes ?? [];
        const worker = nodes.find(({ accounts, isLeader }) => accounts.length === 1 && !isLeader);
        owner = worker?.isSelf === true ? 0 : 1;
        return worker !== undefined;
      },
      'the account to be handled by the process that does not lead',
      takeOverMs,
    );
    return owner;
  };

  test('accounts are spread evenly; a killed process is replaced, and one that is stopped at once', async () => {
    await open({ nodes: 3 });
    await isSpread([0, 1, 2], [1, 1, 1]);
    await center.process(2).stop('SIGKILL');
    await isSpread([0, 1], [1, 2]);
    await center.process(1).stop('SIGTERM');
    await isSpread([0], [3], 2_000);
    center.start(1);
    await center.process(1).ready();
    await isSpread([0, 1], [1, 2]);
  }, 90_000);

  test('whichever process a message or a reply reaches, it arrives once, and the host hears what became of it', async () => {
    await open({ nodes: 2, accounts: 2 });
    await isSpread([0, 1], [1, 1]);
    await center.introduce();
    const outcomes = [];
    for (const interaction of center.host.state.interactions)
      for (const words of ['one', 'two'])
        outcomes.push(await center.agentWrites(interaction, `${words} for ${interaction.id}`));
    expect(outcomes.map((outcome) => [outcome?.status, outcome?.body['status']])).toEqual(
      outcomes.map(() => [200, 'sent']),
    );
    for (const customer of center.customers)
      for (const number of [1, 2, 3]) await center.customerWrites(customer, `${customer.mark} ${number}`);
    await center.settle();
  }, 90_000);

  test('the panel is the same on every process: sessions, settings, keys, and what an account says', async () => {
    await open({ nodes: 2, accounts: 2 });
    await isSpread([0, 1], [1, 1]);
    const [one, other] = [0, 1].map((node) => new AdminClient(() => center.process(node).url));
    await one!.signIn(adminPassword);
    Object.assign(other!, { token: one!.token, password: one!.password });
    const { machines = [] } = await other!.call('overview', {});
    expect(machines.map(({ accounts }) => accounts.length)).toEqual([1, 1]);
    const metrics = await (await fetch(`${center.process(1).url}/metrics`)).text();
    expect(metrics.match(/openchannelx_node_works\{node="[^"]+",account="account[01]"\} 1/g)).toHaveLength(2);
    const { settings } = await other!.call('settings', {});
    await other!.call('save', { settings: { ...settings, reply: { ...settings.reply, maxRetryHours: 7 } } });
    for (const admin of [one!, other!])
      await until(
        async () => (await admin.call('settings', {})).settings.reply.maxRetryHours === 7,
        'the settings to be live',
        2_000,
      );
    const files = [0, 1].map((node) => join(center.folder, `node${node}`, 'plugin.config.json'));
    await until(
      () => files.every((file) => readFileSync(file, 'utf8').includes('"maxRetryHours": 7')),
      'both machines to have the settings',
      2_000,
    );
    for (const account of center.accounts)
      for (const admin of [one!, other!]) {
        const { lines } = await admin.call('check', { account });
        expect(lines.filter(({ state }) => state === 'failed')).toEqual([]);
      }
    for (const account of center.accounts) await one!.call('createChatKeys', { account, replace: false });
    const keys = await Promise.all(center.accounts.map((account) => other!.call('chatKeys', { account })));
    expect(keys.map(({ state }) => state)).toEqual(['ok', 'ok']);
    await center.process(0).stop('SIGKILL');
    await isSpread([1], [2]);
    // Whoever is signed in stays so, and whoever was signed out stays that way when another process leads.
    const colleague = new AdminClient(() => center.process(1).url);
    const isIn = (admin: AdminClient) =>
      admin.call('settings', {}).then(
        () => true,
        () => false,
      );
    // The first whom the next leader hears of is somebody it does not know.
    await until(
      () =>
        colleague.signIn(adminPassword).then(
          () => true,
          () => false,
        ),
      'the next leader to be there',
    );
    expect(await isIn(other!)).toBe(true);
    await colleague.call('signOut', {});
    center.start(0);
    await center.process(0).ready();
    expect(await isIn(other!)).toBe(true);
    await center.process(1).stop('SIGKILL');
    center.start(1);
    await center.process(1).ready();
    await until(() => isIn(other!), 'the next leader to know who is signed in');
    expect(await colleague.refused('settings', {})).toMatchObject({ status: 401 });
    for (const account of center.accounts)
      expect(await other!.call('chatKeys', { account })).toMatchObject({
        state: 'ok',
        keys: { encrypted: true },
      });
  }, 120_000);

  test('a process with another DATA_KEY says so and ends', async () => {
    await open({ nodes: 1, accounts: 1 });
    center.ports.push(await freePort());
    const other = center.start(1, undefined, { DATA_KEY: 'another-key' });
    expect(await other.ended()).toBe(78);
    expect(other.errors).toContain('DATA_KEY is not the one the database was begun with');
  }, 60_000);

  test('frozen in the middle of a call: nothing is doubled by whoever takes over, and the process ends when it wakes up', async () => {
    await open({ nodes: 2, accounts: 1 });
    await center.introduce();
    const owner = await settledOwner();
    const other = 1 - owner;
    const called = center.host.calls.filter((call) => /^POST .*openchannel/.test(call)).length;
    center.host.faults.add({ when: /^POST .*openchannel/, delay: 3_000 });
    const writing = center.customerWrites(center.customers[0]!, `${center.customers[0]!.mark} 1`);
    await writing;
    const isCalled = () =>
      center.host.calls.filter((call) => /^POST .*openchannel/.test(call)).length > called;
    await until(isCalled, 'the call to be under way');
    center.process(owner).child.kill('SIGSTOP');
    await until(
      async () => (await center.worked(other)).length === 1,
      'the other process to take the account over',
      takeOverMs,
    );
    await until(async () => (await center.waiting(other)) === 0, 'it to find out what became of it', 60_000);
    center.process(owner).child.kill('SIGCONT');
    expect(await center.process(owner).ended()).toBe(1);
    center.start(owner);
    await center.process(owner).ready();
    await center.agentWrites(center.host.state.interactions[0]!, 'reply 1');
    await center.settle();
  }, 120_000);

  test('the database goes down: X is told to deliver again, health says it, and all goes on by itself', async () => {
    await open({ nodes: 2, accounts: 1 });
    await center.introduce();
    server.kill();
    try {
      expect(await center.customerWrites(center.customers[0]!, `${center.customers[0]!.mark} 1`)).toBe(false);
      await until(
        async () => (await center.health(0))?.store.state === 'broken',
        'health to say that the store cannot be used',
      );
      // Longer than a process may be silent: none may be taken for ended by whoever is back first.
      await new Promise((resolve) => setTimeout(resolve, 12_000));
    } finally {
      server.start();
    }
    await until(() => center.isWell(), 'all to be well', 30_000);
    expect([0, 1].map((node) => center.process(node).exitCode)).toEqual([undefined, undefined]);
    await center.customerWrites(center.customers[0]!, `${center.customers[0]!.mark} 2`);
    await center.settle();
  }, 120_000);
});
