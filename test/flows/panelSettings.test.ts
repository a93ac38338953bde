import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Settings } from '../../plugin/panel/api';
import { type AdminClient, signedIn } from '../support/adminClient';
import { freePort } from '../support/process';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ panel: true, ...options });
  admin = await signedIn(rig);
}

const view = () => admin.call('settings', {});

async function save(change: (settings: Settings) => Settings) {
  return admin.call('save', { settings: change((await view()).settings) });
}

async function refusedSave(change: (settings: Settings) => Settings) {
  return admin.refused('save', { settings: change((await view()).settings) });
}

const onAccount =
  (changes: Partial<Settings['accounts'][number]>) =>
  (settings: Settings): Settings => ({
    ...settings,
    accounts: settings.accounts.map((account) => ({ ...account, ...changes })),
  });

const file = () => JSON.parse(readFileSync(rig.file.path, 'utf8')) as Record<string, unknown>;
const secretsOf = () => {
  const [account] = file()['accounts'] as Record<string, string>[];
  return ['consumerKey', 'consumerSecret', 'accessToken', 'accessTokenSecret']
    .map((key) => account![key]!)
    .concat(rig.host.options.password);
};

describe('settings', () => {
  test('secrets are named, never shown, and kept when the rest is saved', async () => {
    await start();
    const { secretsSet, settings } = await view();
    expect(secretsSet).toEqual([
      'host.password',
      ...[
        'consumerKey',
        'consumerSecret',
        'accessToken',
        'accessTokenSecret',
        'oauth2.clientSecret',
        'oauth2.refreshToken',
      ].map((key) => `accounts.support.${key}`),
    ]);
    for (const secret of secretsOf()) expect(JSON.stringify(settings)).not.toContain(secret);
    const before = secretsOf();
    const { changed } = await save(onAccount({ mapValue: 'id' }));
    expect(changed).toEqual(['support']);
    expect(secretsOf()).toEqual(before);
    expect((file()['accounts'] as Record<string, string>[])[0]).toMatchObject({ mapValue: 'id' });
    expect(statSync(rig.file.path).mode & 0o777).toBe(0o600);
    await rig.logged(/panel: settings saved \{"user":"admin","changed":\["accounts\.support\.mapValue"/);
  });

  test('a mistake is refused with one line for each fault, and nothing changes', async () => {
    await start();
    const before = readFileSync(rig.file.path, 'utf8');
    const { status, code, faults } = await refusedSave((settings) => ({
      ...onAccount({ mapKey: 'no blanks', openChannelAccountId: 0 })(settings),
      port: 0,
    }));
    expect([status, code]).toEqual([422, 'bad-settings']);
    expect(faults).toEqual([
      'port: must be a port number from 1 to 65535',
      expect.stringMatching(/^accounts\.0\.mapKey: must be the name of a contact field/),
      'accounts.0.openChannelAccountId: must be the number of the Open Channel account in XCALLY Motion',
    ]);
    expect(readFileSync(rig.file.path, 'utf8')).toBe(before);
  });

  test('the last five versions are kept', async () => {
    await start();
    const first = readFileSync(rig.file.path, 'utf8');
    for (let hours = 1; hours <= 7; hours += 1)
      await save((settings) => ({ ...settings, reply: { maxRetryHours: hours } }));
    const kept = (number: number) => `${rig.file.path}.${number}`;
    expect(JSON.parse(readFileSync(kept(1), 'utf8'))).toMatchObject({ reply: { maxRetryHours: 6 } });
    expect(JSON.parse(readFileSync(kept(5), 'utf8'))).toMatchObject({ reply: { maxRetryHours: 2 } });
    expect(existsSync(kept(6))).toBe(false);
    expect(first).not.toContain('maxRetryHours');
  });

  test('a file that cannot be written: told, and the plugin goes on as before', async () => {
    await start();
    const blocked = `${rig.file.path}.new`;
    mkdirSync(join(blocked, 'in the way'), { recursive: true });
    const { faults } = await refusedSave(onAccount({ mapValue: 'id' }));
    expect(faults[0]).toContain('cannot be written');
    expect((await view()).settings.accounts[0]?.mapValue).toBe('username');
  });

  test('what the environment sets is named, and not written into the file', async () => {
    await start();
    writeFileSync(join(rig.dataDir, '.env'), `HOST_USERNAME=${rig.host.options.username}\n`);
    expect((await view()).overridden).toEqual(['host.username']);
    await save((settings) => ({ ...settings, host: { ...settings.host, username: 'elsewhere' } }));
    expect(file()['host']).toMatchObject({ username: rig.host.options.username });
  });
});

describe('a change is applied without losing anything', () => {
  test('another port: the plugin moves at once, and answers the one who asked', async () => {
    await start();
    const [before, port] = [rig.plugin.port, await freePort()];
    expect(await save((settings) => ({ ...settings, port }))).toMatchObject({ port });
    expect(rig.plugin.port).toBe(port);
    await until(
      () =>
        fetch(`http://127.0.0.1:${before}/health`).then(
          () => false,
          () => true,
        ),
      'the old port to be given up',
    );
    expect((await rig.health()).status).toBe(200);
    await rig.interaction();
  });

  test('a port in use: refused with the reason, the old one goes on', async () => {
    await start();
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((listening) => other.listen(port, '127.0.0.1', listening));
    const { faults } = await refusedSave((settings) => ({ ...settings, port }));
    expect(faults).toEqual([`port: ${port} is in use by another program`]);
    await new Promise((done) => other.close(done));
    expect((await view()).settings.port).toBe(rig.plugin.port);
    await rig.interaction();
  });

  test('a log folder that cannot be written: refused; one that can: used from then on', async () => {
    await start();
    writeFileSync(join(rig.dataDir, 'a file'), '');
    const withFolder = (dir: string) => (settings: Settings) => ({
      ...settings,
      log: { ...settings.log, dir },
    });
    const { faults } = await refusedSave(withFolder(join(rig.dataDir, 'a file', 'x')));
    expect(faults[0]).toMatch(/^log\.dir: the folder .* cannot be written$/);
    await save(withFolder(join(rig.dataDir, 'other logs')));
    await until(
      () => existsSync(join(rig.dataDir, 'other logs', 'openchannel-twitter-info.log')),
      'the log to be elsewhere',
    );
    await save(withFolder(join(rig.dataDir, 'log')));
    const first = () => readFileSync(join(rig.dataDir, 'log', 'openchannel-twitter-info.log'), 'utf8');
    await until(() => first().includes('the configuration was changed'), 'the log to be where it was');
  });

  test('a message on its way to the host arrives once, though its account is changed meanwhile', async () => {
    await start();
    rig.host.faults.add({ when: /notify$/, delay: 400 });
    await rig.customerWrites('on its way');
    await save(
      onAccount({
        mentions: { active: true, quotes: false, deepLink: false, agentInitials: false, maxPostLength: 280 },
      }),
    );
    await rig.customerWrites('after it');
    await rig.receives(2);
    expect(rig.received.map(({ body }) => body)).toEqual(['on its way', 'after it']);
  });

  test('switched off: takes nothing and answers nothing; what was taken before is finished', async () => {
    await start();
    const interaction = await rig.interaction();
    rig.host.faults.add({ when: /notify$/, status: 503, times: 2 });
    await rig.customerWrites('taken before');
    await save(onAccount({ active: false }));
    await rig.receives(2);
    const message = rig.x.world.addMessage(customer.id, brandId, 'after');
    expect(await rig.deliver(message)).toBe(404);
    expect((await rig.host.agentWrites(interaction, 'no')).status).toBe(404);
    await save(onAccount({ active: true }));
    expect(await rig.deliver(message)).toBe(200);
    await rig.receives(3);
  });

  test('right keys instead of wrong ones: what waits goes out', async () => {
    await start({ config: {}, account: { oauth2: {} } });
    const interaction = await rig.interaction();
    const keys = rig.x.renewKeys(brandId);
    for (const each of rig.x.world.credentials.values())
      each.dead = each.keys.accessToken !== keys.accessToken;
    expect((await rig.host.agentWrites(interaction, 'waits for keys')).status).toBe(202);
    const [state] = (await admin.call('overview', {})).accounts;
    expect([state?.state, state?.reasons.join()]).toEqual([
      'trouble',
      expect.stringContaining('connect again'),
    ]);
    await save(onAccount({ accessToken: keys.accessToken, accessTokenSecret: keys.accessTokenSecret }));
    await until(() => rig.sent.length === 1, 'the answer');
  });

  test('an account is added and removed; the other one goes on undisturbed', async () => {
    await start();
    const other = rig.x.addBrand('900000000000000002', 'brand_two', 'Brand Two');
    const account = rig.host.addAccount({ name: 'Two' });
    const [first] = (await view()).settings.accounts;
    const second = {
      ...first!,
      ...other,
      consumerKey: 'another-app',
      oauth2: { ...other.oauth2, clientId: 'another-client' },
      name: 'two',
      openChannelAccountId: account.id,
    };
    expect(
      await save((settings) => ({ ...settings, accounts: [...settings.accounts, second] })),
    ).toMatchObject({
      changed: ['two'],
    });
    expect(Object.keys((await rig.health()).body.accounts)).toEqual(['support', 'two']);
    await save((settings) => ({ ...settings, accounts: settings.accounts.slice(0, 1) }));
    expect(Object.keys((await rig.health()).body.accounts)).toEqual(['support']);
    await rig.interaction();
  });
});

describe('backup', () => {
  const exported = (password?: string) =>
    admin.call('exportSettings', password === undefined ? {} : { password });

  test('without a password it holds no secret; imported, the secrets stay', async () => {
    await start();
    const { content, name } = await exported();
    expect(name).toMatch(/^openchannel-x-settings-without-keys-\d{4}-\d\d-\d\d\.json$/);
    for (const secret of secretsOf()) expect(content).not.toContain(secret);
    await save((settings) => ({ ...settings, reply: { maxRetryHours: 5 } }));
    const before = secretsOf();
    const { changes } = await admin.call('previewImport', { content });
    expect(changes).toEqual(expect.arrayContaining([{ path: 'reply.maxRetryHours', from: '5', to: '24' }]));
    await admin.call('importSettings', { content });
    expect((await view()).settings.reply.maxRetryHours).toBe(24);
    expect(secretsOf()).toEqual(before);
  });

  test('an account that was removed comes back from a file without keys, switched off', async () => {
    await start();
    const { content } = await exported();
    const before = (await view()).settings.accounts[0]!;
    await save((settings) => ({ ...settings, accounts: [] }));
    await admin.call('importSettings', { content });
    expect((await view()).settings.accounts[0]).toEqual({ ...before, active: false });
  });

  test('a password that is too short is refused', async () => {
    await start();
    const { message } = await admin.refused('exportSettings', { password: 'short' });
    expect(message).toContain('at least 10 characters');
  });

  test('with a password everything is in it, encrypted; the wrong one opens nothing', async () => {
    await start();
    const before = secretsOf();
    const { content } = await exported('a good password');
    for (const secret of before) expect(content).not.toContain(secret);
    await save(onAccount({ accessTokenSecret: 'another secret' }));
    const wrong = await admin.refused('previewImport', { content, password: 'not this one' });
    expect(wrong.message).toBe('The password is wrong, or the file was damaged.');
    const none = await admin.refused('previewImport', { content });
    expect(none.message).toContain('enter the password');
    const { changes } = await admin.call('previewImport', { content, password: 'a good password' });
    expect(changes).toContainEqual({ path: 'accounts.support.accessTokenSecret', from: '••••', to: '••••' });
    await admin.call('importSettings', { content, password: 'a good password' });
    expect(secretsOf()).toEqual(before);
  });

  test('a file of something else, and one whose settings cannot be used', async () => {
    await start();
    expect((await admin.refused('previewImport', { content: '{"a":1}' })).message).toContain(
      'not a settings file',
    );
    const { content } = await exported();
    const broken = content.replace('"name": "support"', '"name": "not a name"');
    const { faults } = await admin.refused('importSettings', { content: broken });
    expect(faults.join()).toContain('accounts.0.name: must consist of letters');
  });
});

test('no answer of any call holds a secret, beside the addresses to copy', async () => {
  await start();
  await rig.interaction();
  const { content } = await admin.call('exportSettings', {});
  const answers = [
    await admin.raw('hello', {}),
    await admin.raw('overview', {}),
    await admin.raw('settings', {}),
    await admin.raw('hostAccounts', {}),
    await admin.raw('check', { account: 'support' }),
    await admin.raw('activity', { direction: 'in' }),
    await admin.raw('log', { level: 'debug' }),
    await admin.raw('previewImport', { content }),
    await admin.raw('save', { settings: (await view()).settings }),
  ];
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    const text = JSON.stringify(body);
    for (const secret of [...secretsOf(), rig.secrets.replyToken, rig.secrets.adminPassword])
      expect(text).not.toContain(secret);
  }
  const { replyUrl, webhookUrl } = await admin.call('addresses', { account: 'support' });
  expect(replyUrl).toBe(
    `http://127.0.0.1:${rig.plugin.port}/api/reply/support?token=${rig.secrets.replyToken}`,
  );
  expect(webhookUrl).toContain('/api/plugins/webhook?port=');
});
