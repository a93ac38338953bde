import type { Input, Method, Settings } from '../../plugin/panel/api';
import { AdminClient, signedIn } from '../support/adminClient';
import { Rig, type RigOptions } from '../support/rig';

/** An open browser is not enough: what takes secrets out, or sends them elsewhere, needs the password once more. */

let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ panel: true, chatKeys: true, ...options });
  admin = await signedIn(rig);
  admin.password = undefined;
}

const settings = async () => (await admin.call('settings', {})).settings;

const onAccount =
  (changes: Partial<Settings['accounts'][number]>) =>
  (from: Settings): Settings => ({
    ...from,
    accounts: from.accounts.map((account) => ({ ...account, ...changes })),
  });

const sensitive: [string, (from: Settings) => Settings][] = [
  ['the address of the host', (from) => ({ ...from, host: { ...from.host, baseUrl: 'http://127.0.0.1:1' } })],
  ['the host user', (from) => ({ ...from, host: { ...from.host, username: 'somebody' } })],
  ['the host password', (from) => ({ ...from, host: { ...from.host, password: 'another' } })],
  ['the address of X', (from) => ({ ...from, x: { ...from.x, apiBaseUrl: 'http://127.0.0.1:1' } })],
  ['hosts of media', (from) => ({ ...from, x: { ...from.x, mediaHosts: ['127.0.0.1:1'] } })],
  ['who may sign in', (from) => ({ ...from, admin: { hostUsers: true } })],
  [
    'the password of the panel',
    (from) => ({ ...from, admin: { ...from.admin, password: 'a password of a thief' } }),
  ],
  ['the reply token', (from) => ({ ...from, reply: { ...from.reply, token: 'a token of a thief, long' } })],
  ['a key of X', onAccount({ accessToken: '1-other' })],
  ['where X delivers', onAccount({ webhookUrl: 'https://thief.example.com/api/messages' })],
  ['how it is checked that X calls', onAccount({ webhookCheck: 'secret-path' })],
  ['where the plugin listens', (from) => ({ ...from, bindAddress: '127.0.0.2' })],
  ["whether customers' words are shown", (from) => ({ ...from, log: { ...from.log, messageText: 'full' } })],
  ['a password taken away', (from) => ({ ...from, admin: { ...from.admin, password: '' } })],
  ['an account taken away', (from) => ({ ...from, accounts: [] })],
  ['another account', (from) => ({ ...from, accounts: [...from.accounts, secondOf(from)] })],
];

const secondOf = ({ accounts }: Settings) => ({
  ...accounts[0]!,
  name: 'second',
  oauth2: { clientId: '' },
  consumerKey: 'k',
  consumerSecret: 's',
  accessToken: '2-t',
  accessTokenSecret: 't',
});

test.each(sensitive)('settings: %s', async (_what, change) => {
  await start();
  const before = rig.file.read();
  const changed = change(await settings());
  const refused = await admin.refused('save', { settings: changed });
  expect([refused.status, refused.code]).toEqual([403, 'password-needed']);
  admin.password = 'a guess';
  expect((await admin.refused('save', { settings: changed })).message).toBe('Your password is wrong.');
  expect(rig.file.read()).toEqual(before);
  admin.password = rig.secrets.adminPassword;
  await admin.call('save', { settings: changed });
  expect(rig.file.read()).not.toEqual(before);
});

test('settings that are no secret need none; the data folder is none of the panel’s', async () => {
  await start();
  const from = await settings();
  const moved = { dataDir: '/tmp/elsewhere' };
  await admin.call('save', { settings: { ...from, ...moved, reply: { maxRetryHours: 3 } } });
  expect(rig.file.read()).toMatchObject({ dataDir: rig.dataDir, reply: { maxRetryHours: 3 } });
});

test('whether a guessed secret changes anything is not told', async () => {
  await start({ config: { admin: { password: 'of the configuration' } } }).catch(() => undefined);
  await admin.signIn('of the configuration');
  admin.password = undefined;
  const from = await settings();
  for (const password of ['a guess that is wrong', 'of the configuration'])
    expect(
      await admin.refused('save', {
        settings: { ...from, admin: { ...from.admin, password } },
      }),
    ).toMatchObject({ code: 'password-needed' });
});

const calls: [Method, Input<Method>][] = [
  ['exportSettings', { password: 'for the file, long' }],
  ['importSettings', { content: '{}' }],
  ['previewImport', { content: '{}' }],
  ['addresses', { account: 'support' }],
  ['createChatKeys', { account: 'support', replace: true }],
  ['recoverChatKeys', { account: 'support', pin: '1234' }],
  ['importChatKeys', { account: 'support', content: '{}', password: 'x' }],
  ['exportChatKeys', { account: 'support', password: 'for the file, long' }],
  ['startOAuth2', { account: 'support', redirectUri: 'http://127.0.0.1/' }],
  ['disconnectOAuth2', { account: 'support' }],
];

test.each(calls)('%s', async (method, input) => {
  await start();
  expect(await admin.refused(method, input)).toMatchObject({ status: 403, code: 'password-needed' });
});

test('the password of the configuration, changed by an import, ends the other sessions', async () => {
  await start({ config: { admin: { password: 'of the configuration' } } }).catch(() => undefined);
  const signedIn = async () => {
    const client = new AdminClient(() => rig.url);
    await client.signIn('of the configuration');
    return client;
  };
  const [one, other] = [await signedIn(), await signedIn()];
  const { content } = await one.call('exportSettings', { password: 'for the file, long' });
  await one.call('importSettings', { content, password: 'for the file, long' });
  await other.call('settings', {});
  const from = (await one.call('settings', {})).settings;
  const next = { ...from, admin: { ...from.admin, password: 'another of the configuration' } };
  await one.call('save', { settings: next });
  one.password = 'another of the configuration';
  expect((await one.call('settings', {})).settings.port).toBe(from.port);
  expect((await other.refused('settings', {})).message).toBe('Please sign in.');
});

test('another password ends the other sessions, and not the own one', async () => {
  await start();
  const other = await signedIn(rig);
  await admin.call('changePassword', { current: rig.secrets.adminPassword, next: 'another long password' });
  await admin.call('settings', {});
  expect((await other.refused('settings', {})).message).toBe('Please sign in.');
});

describe('a user of the host', () => {
  const user = { name: 'ada', password: 'of ada', role: 'admin' };
  async function asHostUser(): Promise<AdminClient> {
    await start({ config: { admin: { hostUsers: true } } });
    rig.host.state.users.push({ ...user });
    const ada = new AdminClient(() => rig.url);
    const { token } = await ada.call('signIn', {
      username: user.name,
      password: user.password,
      carrier: 'body',
    });
    ada.token = token;
    return ada;
  }
  const ends = async (ada: AdminClient) =>
    expect((await ada.refused('settings', {})).message).toBe('Please sign in.');

  test.each<[string, () => void]>([
    ['is no admin any more', () => (rig.host.state.users.at(-1)!.role = 'agent')],
    ['is gone', () => void rig.host.state.users.pop()],
    ['has another password', () => (rig.host.state.users.at(-1)!.password = 'new')],
  ])('who %s loses the session within a minute', async (_what, change) => {
    const ada = await asHostUser();
    change();
    await ada.call('settings', {});
    rig.clock.jump(61_000);
    await ends(ada);
  });

  test('loses the session when host users may not sign in any more', async () => {
    const ada = await asHostUser();
    admin.password = rig.secrets.adminPassword;
    await admin.call('save', { settings: { ...(await settings()), admin: { hostUsers: false } } });
    await ends(ada);
  });

  test('keeps it while the host cannot be asked, and confirms with the panel’s own password then', async () => {
    const ada = await asHostUser();
    rig.host.faults.add({ when: /whoami/, status: 503, times: Infinity });
    rig.clock.jump(61_000);
    await ada.call('settings', {});
    ada.password = user.password;
    const { message } = await ada.refused('exportSettings', { password: 'for the file, long' });
    expect(message).toContain('enter the panel’s own');
    ada.password = rig.secrets.adminPassword;
    await ada.call('exportSettings', { password: 'for the file, long' });
  });

  test('confirms with their own password', async () => {
    const ada = await asHostUser();
    ada.password = 'not this one';
    expect((await ada.refused('exportSettings', { password: 'long enough' })).code).toBe('password-needed');
    ada.password = user.password;
    await ada.call('exportSettings', { password: 'long enough' });
  });
});

test('what somebody else saved meanwhile is not undone', async () => {
  await start();
  const stale = await settings();
  const { revision } = await admin.call('save', { settings: { ...stale, reply: { maxRetryHours: 3 } } });
  const refused = await admin.refused('save', { settings: onAccount({ mapValue: 'id' })(stale) });
  expect([refused.status, refused.code]).toEqual([409, 'settings-changed']);
  expect(refused.message).toMatch(/^The settings were changed in the meantime/);
  await admin.call('save', { settings: { ...onAccount({ mapValue: 'id' })(stale), revision } });
  expect((await settings()).accounts[0]?.mapValue).toBe('id');
});

test('of two saves at the same time one is refused', async () => {
  await start();
  const from = await settings();
  const saves = [3, 4].map((maxRetryHours) =>
    admin.raw('save', { settings: { ...from, reply: { maxRetryHours } } }),
  );
  expect((await Promise.all(saves)).map(({ status }) => status).sort()).toEqual([200, 409]);
});
