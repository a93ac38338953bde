import { type AdminClient, signedIn } from '../support/adminClient';
import { Rig } from '../support/rig';
import { until } from '../support/until';

/** The panel says only what is known. */

let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

async function start(): Promise<void> {
  rig = await Rig.start({ panel: true });
  admin = await signedIn(rig);
}

test('an account whose keys X has never confirmed does not "work", and nothing is said of what was not checked', async () => {
  const fault = { when: /^GET \/2\//, cut: 'before', times: Infinity } as const;
  rig = await Rig.prepare({ panel: true, account: { oauth2: {} } });
  rig.x.faults.add(fault);
  await rig.startPlugin();
  admin = await signedIn(rig);
  const state = async () => (await admin.call('overview', {})).accounts[0]!;
  await until(async () => (await state()).reasons.join().includes('The last try failed'), 'the first try');
  expect(await state()).toMatchObject({
    state: 'starting',
    reasons: [
      expect.stringMatching(/X has not confirmed the sign-in yet. The last try failed: X cannot be reached/),
    ],
  });
  const { lines } = await admin.call('check', { account: 'support' });
  expect(lines.find(({ what }) => what === 'Events from X')).toMatchObject({ state: 'unknown' });
  rig.x.faults.clear();
  await until(async () => {
    rig.clock.jump(60_000);
    return (await state()).state === 'ok';
  }, 'the keys to be confirmed');
});

test('a Reply URL of another account, and an Open Channel account of two', async () => {
  await start();
  const { settings } = await admin.call('settings', {});
  const second = {
    ...settings.accounts[0]!,
    name: 'second',
    oauth2: { clientId: '' },
    consumerKey: 'k',
    consumerSecret: 's',
    accessToken: '900000000000000002-t',
    accessTokenSecret: 's',
    delivery: 'poll',
  };
  await admin.call('save', { settings: { ...settings, accounts: [...settings.accounts, second] } });
  rig.host.state.accounts[0]!.replyUrl = (await admin.call('addresses', { account: 'second' })).replyUrl;
  const { lines } = await admin.call('check', { account: 'support' });
  expect(lines.find(({ what }) => what === 'Reply URL')).toMatchObject({
    state: 'failed',
    words: expect.stringContaining('replies as "second", not as "support"') as string,
  });
  expect(lines.find(({ what }) => what === 'Open Channel account')).toMatchObject({
    state: 'warning',
    words: expect.stringContaining('is used by second too') as string,
  });
});

test('settings that were saved are tried with the host at once', async () => {
  await start();
  expect((await admin.call('checkHost', {})).line.state).toBe('ok');
  rig.host.faults.add({ when: /./, status: 401, times: Infinity });
  expect((await admin.call('checkHost', {})).line).toMatchObject({
    state: 'failed',
    words: expect.stringContaining('refuses this user and password') as string,
  });
});
