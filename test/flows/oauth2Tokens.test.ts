import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { client, OAuth2Rig } from '../support/oauth2';
import { brandId, customer, type Rig, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** What becomes of an account's OAuth 2.0 tokens. */

let oauth2: OAuth2Rig;
let rig: Rig;
afterEach(() => rig.stop());

const hour = 60 * 60_000;

async function start(options: RigOptions = {}): Promise<void> {
  oauth2 = await OAuth2Rig.start(options);
  ({ rig } = oauth2);
}

const allFiles = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

test('are renewed ahead of time, once, under any number of calls', async () => {
  await start();
  await rig.supplied();
  const interaction = await rig.interaction();
  rig.clock.jump(1.9 * hour);
  const before = rig.x.oauth2.renewals;
  rig.x.faults.add({ when: /oauth2\/token$/, delay: 200 });
  await Promise.all(
    Array.from({ length: 10 }, (_, number) => rig.host.agentWrites(interaction, `reply ${number}`)),
  );
  await until(() => rig.x.oauth2.renewals > before, 'the renewal');
  expect(rig.x.oauth2.renewals).toBe(before + 1);
  expect(rig.x.traffic.filter((call) => call.startsWith('POST /2/dm_conv'))).toHaveLength(10);
});

test('are renewed while nobody calls, and a sign-in that has ended is told before anybody needs it', async () => {
  await start();
  await rig.supplied();
  await rig.stands({ inbound: { waiting: 0 } });
  const before = rig.x.oauth2.renewals;
  rig.clock.jump(1.95 * hour);
  rig.scheduler.run('minute');
  await until(() => rig.x.oauth2.renewals === before + 1, 'the renewal');
  rig.x.oauth2.revoke(brandId);
  rig.clock.jump(1.95 * hour);
  await until(async () => {
    rig.scheduler.run('minute');
    return (await oauth2.signIn()).x.state === 'refused';
  }, 'the admin to be told');
});

test('an account that is begun anew during a renewal does not use the same refresh token', async () => {
  await start();
  await rig.supplied();
  rig.clock.jump(1.95 * hour);
  const before = rig.x.oauth2.renewals;
  const calls = oauth2.tokenCalls();
  rig.x.faults.add({ when: /oauth2\/token$/, delay: 300 });
  rig.scheduler.run('minute');
  await until(() => oauth2.tokenCalls() > calls, 'the renewal to begin');
  const { settings } = await oauth2.admin.call('settings', {});
  const accounts = settings.accounts.map((each) => ({ ...each, mapValue: 'id' }));
  await oauth2.admin.call('save', { settings: { ...settings, accounts } });
  rig.scheduler.run('minute');
  await rig.supplied();
  const interaction = await rig.interaction();
  expect((await rig.host.agentWrites(interaction, 'still in')).status).toBe(200);
  await until(() => rig.x.oauth2.renewals > before, 'the renewal');
  rig.scheduler.run('minute');
  rig.clock.jump(3 * hour);
  expect((await rig.host.agentWrites(interaction, 'and later')).status).toBe(200);
  expect(rig.x.oauth2.renewals).toBe(before + 2);
});

test('once they have ended they are renewed once, for all calls that wait', async () => {
  await start();
  await rig.supplied();
  const interaction = await rig.interaction();
  rig.clock.jump(3 * hour);
  const before = rig.x.oauth2.renewals;
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, number) => rig.host.agentWrites(interaction, `reply ${number}`)),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 200));
  expect(rig.x.oauth2.renewals).toBe(before + 1);
});

test('one that X refuses before its time is replaced, and the call is made again', async () => {
  await start();
  await rig.supplied();
  const interaction = await rig.interaction();
  rig.x.oauth2.dropAccessTokens();
  expect((await rig.host.agentWrites(interaction, 'once')).status).toBe(200);
  expect(rig.sent).toHaveLength(1);
  expect((await oauth2.signIn()).x.state).toBe('ok');
});

test.each([-2 * hour, -24 * hour, 2 * hour, 24 * hour])(
  'a machine whose clock is %i ms off goes on',
  async (skewMs) => {
    await start({ skewMs });
    await rig.supplied();
    const interaction = await rig.interaction();
    rig.clock.jump(1.5 * hour);
    expect((await rig.host.agentWrites(interaction, 'one')).status).toBe(200);
    rig.clock.jump(1.5 * hour);
    expect((await rig.host.agentWrites(interaction, 'two')).status).toBe(200);
    expect(rig.x.oauth2.renewals).toBeLessThan(5);
  },
);

test('X that is down for a day is waited for', async () => {
  await start();
  await rig.supplied();
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: /./, status: 503, times: Infinity });
  rig.clock.jump(12 * hour);
  expect((await rig.host.agentWrites(interaction, 'meanwhile')).status).toBe(202);
  expect((await oauth2.signIn()).x.state).not.toBe('refused');
  rig.x.faults.clear();
  await until(() => {
    rig.clock.jump(60_000);
    return rig.sent.length === 1;
  }, 'the reply');
});

test('a renewal that X refuses is told to the admin and the agent, and what waits goes out after connecting', async () => {
  await start();
  await rig.supplied();
  const interaction = await rig.interaction();
  rig.x.oauth2.revoke(brandId);
  rig.clock.jump(3 * hour);
  const outcome = await rig.host.agentWrites(interaction, 'waits');
  expect(outcome).toMatchObject({
    status: 202,
    body: { reason: expect.stringMatching(/signed out/) as string },
  });
  expect((await oauth2.signIn()).x).toMatchObject({
    state: 'refused',
    reason: expect.stringMatching(/Connect again in the panel: Accounts/) as string,
  });
  await rig.logged(
    /\[ERROR\].*X \(OAuth 2.0\) refuses the sign-in: see the reason; mostly the account has to be connected again/,
  );
  const calls = oauth2.tokenCalls();
  for (let minutes = 0; minutes < 25; minutes += 1) {
    rig.scheduler.run('minute');
    rig.clock.jump(60_000);
  }
  expect(oauth2.tokenCalls() - calls).toBeLessThan(3);
  await oauth2.follow((await oauth2.allow()).landed);
  await until(() => rig.sent.length === 1, 'the reply');
  expect((await oauth2.signIn()).x.state).toBe('ok');
});

test('a seed is used once; after a restart what X gave for it counts', async () => {
  await start();
  await rig.supplied();
  await rig.stopPlugin();
  const calls = oauth2.tokenCalls();
  await rig.startPlugin();
  await rig.supplied();
  const interaction = await rig.interaction();
  expect((await rig.host.agentWrites(interaction, 'still in')).status).toBe(200);
  expect(oauth2.tokenCalls()).toBe(calls);
  await rig.stopPlugin();
  rig.clock.jump(3 * hour);
  await rig.startPlugin();
  await rig.supplied();
  expect((await rig.host.agentWrites(interaction, 'and again')).status).toBe(200);
});

test("a seed of another user than the account's own is not used", async () => {
  await start({
    signIns: 'both',
    account: { oauth2: client },
  });
  await rig.stopPlugin();
  const refreshToken = rig.x.oauth2.seed(customer.id);
  rig.change({ oauth2: { ...client, refreshToken } });
  rig.file.save(rig.configuration());
  await rig.startPlugin();
  await until(
    async () => /who is not this account's user/.test((await oauth2.signIn()).oauth2?.reason ?? ''),
    'health to tell it',
  );
  const interaction = await rig.interaction();
  expect((await rig.host.agentWrites(interaction, 'with OAuth 1.0a')).status).toBe(200);
  const done = rig.x.calls.filter(({ userId, path }) => userId === customer.id && path !== '/2/users/me');
  expect(done).toEqual([]);
});

test('the other sign-in goes on where one has ended', async () => {
  await start({ signIns: 'both', delivery: 'account-activity' });
  await rig.supplied();
  const interaction = await rig.interaction();
  for (const each of rig.x.world.credentials.values()) each.dead = true;
  expect((await rig.host.agentWrites(interaction, 'by OAuth 2.0')).status).toBe(200);
  const standing = (await oauth2.signIn()) as Record<string, { state: string }>;
  expect([standing['x']?.state, standing['oauth1']?.state, standing['oauth2']?.state]).toEqual([
    'refused',
    'refused',
    'ok',
  ]);
  expect((await rig.health()).body.status).toBe('degraded');
});

test('lie sealed on the disk with a DATA_KEY, and nowhere in the log; another key is told', async () => {
  await start({ plugin: { dataKey: 'the key of the data' }, config: { log: undefined } });
  await rig.supplied();
  const tokens = /oauth2-[0-9a-f]{16}/;
  expect(allFiles(rig.dataDir)).not.toMatch(tokens);
  await rig.stopPlugin();
  rig.changePlugin({ dataKey: 'another key' });
  await rig.startPlugin();
  await until(async () => /DATA_KEY/.test((await oauth2.signIn()).x.reason ?? ''), 'health to tell it');
  await rig.stopPlugin();
  rig.changePlugin({ dataKey: 'the key of the data' });
  await rig.startPlugin();
  await rig.supplied();
  expect((await oauth2.signIn()).x.state).toBe('ok');
}, 30_000);

test('a store that cannot be written keeps the only copy of a token in memory, and asks for no other', async () => {
  await start();
  await rig.supplied();
  const interaction = await rig.interaction();
  const { facts } = rig.store;
  const keep = facts.keep.bind(facts);
  facts.keep = (account, fact, value) =>
    fact === 'OAuth 2.0 sign-in' ? Promise.reject(new Error('the disk is full')) : keep(account, fact, value);
  const { renewals } = rig.x.oauth2;
  rig.clock.jump(3 * hour);
  const first = rig.host.agentWrites(interaction, 'one');
  await until(() => rig.x.oauth2.renewals > renewals, 'the token to be renewed');
  rig.clock.jump(3 * hour);
  const second = rig.host.agentWrites(interaction, 'two');
  await rig.stands({ outbound: { waiting: 2 } });
  await rig.atRest();
  expect(rig.x.oauth2.renewals).toBe(renewals + 1);
  facts.keep = keep;
  await until(() => {
    rig.clock.jump(60_000);
    return rig.sent.length === 2;
  }, 'both replies');
  await Promise.all([first, second]);
});
