import { client, OAuth2Rig } from '../support/oauth2';
import { png } from '../support/files';
import { brandId, customer, type Rig, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** What goes wrong around an OAuth 2.0 sign-in must not end it. */

let oauth2: OAuth2Rig;
let rig: Rig;
afterEach(() => rig.stop());

const hour = 60 * 60_000;

async function start(options: RigOptions = {}): Promise<void> {
  oauth2 = await OAuth2Rig.start(options);
  ({ rig } = oauth2);
}

test('a stop in the middle of a renewal waits until its outcome is on the disk', async () => {
  await start();
  await rig.supplied();
  rig.clock.jump(1.95 * hour);
  const [calls, renewals] = [oauth2.tokenCalls(), rig.x.oauth2.renewals];
  rig.x.faults.add({ when: /oauth2\/token$/, delay: 500 });
  rig.scheduler.run('minute');
  await until(() => oauth2.tokenCalls() > calls, 'the renewal to begin');
  await rig.stopPlugin();
  expect(rig.x.oauth2.renewals).toBe(renewals + 1);
  rig.clock.jump(3 * hour);
  await rig.startPlugin();
  await rig.supplied();
  expect((await oauth2.signIn()).x.state).toBe('ok');
});

test('a page of a firewall in place of X’s answer does not burn a refresh token', async () => {
  oauth2 = await OAuth2Rig.unconnected();
  ({ rig } = oauth2);
  await rig.stopPlugin();
  rig.change({ oauth2: { ...client, refreshToken: rig.x.oauth2.seed(brandId) } });
  rig.file.save({ ...rig.configuration(), port: (rig.file.read() as { port: number }).port });
  rig.x.faults.add({ when: /oauth2\/token$/, status: 403, body: '<h1>Blocked</h1>', times: 2 });
  await rig.startPlugin();
  await until(async () => {
    rig.clock.jump(60_000);
    rig.scheduler.run('minute');
    return (await oauth2.signIn()).x.state === 'ok';
  }, 'the sign-in');
});

test('settings that could not be saved end no sign-in', async () => {
  await start();
  await rig.supplied();
  const { settings } = await oauth2.admin.call('settings', {});
  rig.file.save = () => {
    throw new Error('the disk is full');
  };
  const refused = await oauth2.admin.refused('save', { settings: { ...settings, accounts: [] } });
  expect(refused.faults.join()).toContain('nothing was changed');
  await rig.supplied();
  expect(rig.x.oauth2.isConnected(brandId)).toBe(true);
  const interaction = await rig.interaction();
  expect((await rig.host.agentWrites(interaction, 'still in')).status).toBe(200);
});

test('a kind of call for which X refuses every token does not take the sign-in down', async () => {
  await start();
  await rig.supplied();
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: /\/media\//, status: 401, times: Infinity });
  const file = rig.host.state.addAttachment('a.png', 'image/png', png);
  const renewals = rig.x.oauth2.renewals;
  for (let times = 0; times < 3; times += 1)
    expect((await rig.host.agentWrites(interaction, 'with a file', file)).status).toBe(422);
  expect((await rig.host.agentWrites(interaction, 'without')).status).toBe(200);
  expect((await oauth2.signIn()).x.state).toBe('ok');
  expect(rig.x.oauth2.renewals - renewals).toBeLessThan(2);
});

test('what the supply can do without does not hold it up', async () => {
  await start({ delivery: 'activity', signIns: 'both' });
  await rig.supplied();
  await rig.customerSays('hello');
  await rig.receives(1);
  await rig.stopPlugin();
  rig.x.faults.add({ when: /^POST \/2\/activity\/subscriptions$/, status: 503, times: Infinity });
  await rig.startPlugin();
  await rig.supplied();
  await rig.customerSays('and on', customer);
  await rig.receives(2);
});
