import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ChatKeys } from '../../plugin/panel/api';
import { KeyFile } from '../../plugin/x/chat/keyFile';
import { AdminClient } from '../support/adminClient';
import { backUpKeys } from '../support/keyBackup';
import { KeysPanel } from '../support/keysPanel';
import { until } from '../support/until';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';

let panel: KeysPanel;
let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

const account = 'support';
const filePassword = 'a password for the file';

async function start(options: RigOptions = {}): Promise<void> {
  panel = await KeysPanel.start(options);
  ({ rig, admin } = panel);
}

const view = (): Promise<ChatKeys> => admin.call('chatKeys', { account });
const keysPath = () => join(rig.dataDir, 'chat-keys', `${account}.json`);
const exported = async (password = filePassword) =>
  (await admin.call('exportChatKeys', { account, password })).content;

async function exchange(): Promise<void> {
  const jane = await rig.x.chatPerson(customer.id);
  await jane.say(brandId, 'can you read this?');
  await rig.receives(1);
  await rig.host.agentWrites(rig.host.state.interactions.at(-1)!, 'yes');
  expect(rig.received.map(({ body }) => body)).toEqual(['can you read this?']);
  expect(jane.read(brandId).map(({ text }) => text)).toEqual(['can you read this?', 'yes']);
}

describe('created', () => {
  test('they are registered with X, kept for the own user only, and work at once', async () => {
    await start();
    expect(await view()).toMatchObject({ state: 'no-keys', onX: { versions: [], backup: false } });
    await admin.call('createChatKeys', { account, replace: false });
    const after = await view();
    const [registered] = rig.x.chat.registry.get(brandId)!;
    expect(after).toMatchObject({
      state: 'ok',
      keys: { origin: 'created', version: registered!.version, encrypted: false },
      onX: { versions: [registered!.version] },
    });
    expect(after.keys?.fingerprint).toMatch(/^[\w-]{43}$/);
    expect(statSync(keysPath()).mode & 0o777).toBe(0o600);
    expect(statSync(join(rig.dataDir, 'chat-keys')).mode & 0o777).toBe(0o700);
    await exchange();
  });

  test('they go on after a restart', async () => {
    await start();
    await admin.call('createChatKeys', { account, replace: false });
    await panel.restart();
    expect(await view()).toMatchObject({ state: 'ok' });
    await exchange();
  });

  test('over those X has, only with an explicit yes', async () => {
    await start();
    await rig.x.chatPerson(brandId);
    await expect(admin.call('createChatKeys', { account, replace: false })).rejects.toThrow(
      /X has keys for this account already/,
    );
    expect(rig.x.chat.registry.get(brandId)).toHaveLength(1);
    await admin.call('createChatKeys', { account, replace: true });
    expect(rig.x.chat.registry.get(brandId)).toHaveLength(2);
    expect(await view()).toMatchObject({ state: 'ok' });
  });

  test('in the place of others, conversations go on with a new key', async () => {
    await start({ chatKeys: true });
    const jane = await rig.x.chatPerson(customer.id);
    await jane.say(brandId, 'before');
    await rig.receives(1);
    await admin.call('createChatKeys', { account, replace: true });
    const answer = (body: string) => rig.host.agentWrites(rig.host.state.interactions.at(-1)!, body);
    expect(await answer('with new keys')).toMatchObject({ status: 200 });
    await jane.say(brandId, 'after');
    await rig.receives(2);
    expect(rig.received.map(({ body }) => body)).toEqual(['before', 'after']);
    expect(jane.read(brandId).map(({ text }) => text)).toEqual(['before', 'with new keys', 'after']);
  });

  test('where X refuses them, the former ones go on', async () => {
    await start({ chatKeys: true });
    const before = await view();
    rig.x.faults.add({ when: /^POST .*public_keys$/, status: 403, body: { title: 'Forbidden' } });
    await expect(admin.call('createChatKeys', { account, replace: true })).rejects.toThrow();
    expect((await view()).keys).toEqual(before.keys);
    await exchange();
  });

  test('where the answer of X was lost, the same keys are taken up by the next try', async () => {
    await start();
    rig.x.faults.add({ when: /^POST .*public_keys$/, cut: 'after' });
    await expect(admin.call('createChatKeys', { account, replace: false })).rejects.toThrow();
    expect(rig.x.chat.registry.get(brandId)).toHaveLength(1);
    await admin.call('createChatKeys', { account, replace: false });
    expect(rig.x.chat.registry.get(brandId)).toHaveLength(1);
    expect(await view()).toMatchObject({ state: 'ok', keys: { origin: 'created' } });
  });

  test('a call that is lost before X has it, and a restart: the former keys go on', async () => {
    await start({ chatKeys: true });
    const before = await view();
    rig.x.faults.add({ when: /^POST .*public_keys$/, cut: 'before' });
    await expect(admin.call('createChatKeys', { account, replace: true })).rejects.toThrow();
    expect((await view()).keys).toEqual(before.keys);
    await panel.restart();
    expect(await view()).toMatchObject({ state: 'ok', keys: before.keys });
    await exchange();
  });

  test('the process ends before the answer of X is there: the new keys are taken up at the next start', async () => {
    await start({ chatKeys: true });
    const before = await view();
    rig.x.faults.add({ when: /^POST .*public_keys$/, cut: 'after' });
    rig.x.faults.add({ when: /^GET .*public_keys$/, delay: 0 });
    await expect(admin.call('createChatKeys', { account, replace: true })).rejects.toThrow();
    rig.x.faults.clear();
    rig.x.faults.add({ when: /^GET .*public_keys$/, status: 503 });
    await panel.restart();
    const newest = () => rig.x.chat.registry.get(brandId)!.at(-1)!.version;
    expect(newest()).not.toBe(before.keys?.version);
    await until(async () => {
      rig.clock.jump(5_000);
      return (await view()).keys?.version === newest();
    }, 'the new keys');
    await exchange();
  });

  test('where X does not say which version they got, its list says so', async () => {
    await start();
    rig.x.chat.hidesVersions = true;
    await admin.call('createChatKeys', { account, replace: false });
    expect((await view()).keys?.version).toBe(rig.x.chat.registry.get(brandId)![0]!.version);
    await exchange();
  });

  test('where X refuses the first ones, there are none', async () => {
    await start();
    rig.x.faults.add({ when: /^POST .*public_keys$/, status: 403, body: { title: 'Forbidden' } });
    await expect(admin.call('createChatKeys', { account, replace: false })).rejects.toThrow();
    expect(await view()).toMatchObject({ state: 'no-keys' });
    expect((await view()).keys).toBeUndefined();
  });
});

describe('recovered with the PIN', () => {
  const recover = (pin: string) => admin.call('recoverChatKeys', { account, pin });

  test('they work, and the PIN is nowhere', async () => {
    await start();
    const device = await rig.x.chatPerson(brandId);
    await expect(recover('2580')).rejects.toThrow(/no backup of keys/);
    await backUpKeys(rig.x.keyBackup, brandId, '2580', device.exportKeys());
    expect(await view()).toMatchObject({ state: 'no-keys', onX: { backup: true } });
    await recover('2580');
    expect(await view()).toMatchObject({
      state: 'ok',
      keys: { origin: 'recovered', version: device.keyVersion },
    });
    expect(await rig.logged(/keys for encrypted chat were recovered/)).not.toMatch(/\b2580\b/);
    await exchange();
  });

  test('a wrong one costs one guess, which is shown, and never tried again by itself', async () => {
    await start();
    const device = await rig.x.chatPerson(brandId);
    await backUpKeys(rig.x.keyBackup, brandId, '2580', device.exportKeys());
    await expect(recover('1111')).rejects.toThrow(
      'This is not the PIN. 19 guesses are left; after the last one X destroys the backup.',
    );
    await expect(recover('2222')).rejects.toThrow(/18 guesses are left/);
    expect(await view()).toMatchObject({ state: 'no-keys' });
    await expect(Promise.all([recover('2580'), recover('2580')])).rejects.toThrow(/wait for it to finish/);
  });

  test('the PIN goes to nobody but X', async () => {
    await start();
    const device = await rig.x.chatPerson(brandId);
    await backUpKeys(rig.x.keyBackup, brandId, '2580', device.exportKeys());
    const config = rig.x.keyBackup.configFor(brandId) as { key_store_token_map_json: string };
    const elsewhere = config.key_store_token_map_json.replaceAll('127.0.0.1', 'realm.example.com');
    rig.x.keyBackup.configFor = () => ({ ...config, key_store_token_map_json: elsewhere });
    await expect(recover('2580')).rejects.toThrow(/a service that is not X's \(realm\.example\.com\)/);
  });
});

describe('exported and imported', () => {
  test('with the own password once more, and one for the file', async () => {
    await start({ chatKeys: true });
    const own = admin.password;
    admin.password = 'not mine';
    const input = { account, password: filePassword };
    await expect(admin.call('exportChatKeys', input)).rejects.toThrow('Your password is wrong.');
    admin.password = own;
    await expect(exported('short')).rejects.toThrow(/at least 10 characters/);
    const content = await exported();
    const { keys } = JSON.parse(readFileSync(keysPath(), 'utf8')) as { keys: string };
    expect(content).not.toContain(keys);

    // On another machine: no keys, and the file brings them.
    new KeyFile(rig.dataDir, account, '').remove();
    await panel.restart();
    expect(await view()).toMatchObject({ state: 'no-keys' });
    await expect(admin.call('importChatKeys', { account, content, password: 'wrong' })).rejects.toThrow(
      'The password is wrong, or the file was damaged.',
    );
    await expect(
      admin.call('importChatKeys', { account, content: '{}', password: filePassword }),
    ).rejects.toThrow(/not a file of chat keys/);
    await admin.call('importChatKeys', { account, content, password: filePassword });
    expect(await view()).toMatchObject({ state: 'ok', keys: { origin: 'imported' } });
    expect(JSON.parse(readFileSync(keysPath(), 'utf8'))).toMatchObject({ keys });
    await exchange();
  });

  test('keys X no longer knows, or of another account, are refused and change nothing', async () => {
    await start({ chatKeys: true });
    const content = await exported();
    rig.x.chat.registry.delete(brandId);
    await expect(admin.call('importChatKeys', { account, content, password: filePassword })).rejects.toThrow(
      /X does not have these keys/,
    );
    const foreign = JSON.stringify({ ...(JSON.parse(content) as object), userId: '1' });
    await expect(
      admin.call('importChatKeys', { account, content: foreign, password: filePassword }),
    ).rejects.toThrow(/belong to another account/);
    expect(await view()).toMatchObject({ state: 'ok' });
  });

  test('without signing in, nothing of it is to be had', async () => {
    await start({ chatKeys: true });
    const stranger = new AdminClient(() => rig.url);
    stranger.password = rig.secrets.adminPassword;
    const input = { account, password: filePassword };
    await expect(stranger.call('exportChatKeys', input)).rejects.toThrow('Please sign in.');
    await expect(stranger.call('chatKeys', { account })).rejects.toThrow('Please sign in.');
    await expect(stranger.call('createChatKeys', { account, replace: true })).rejects.toThrow(
      'Please sign in.',
    );
  });
});

describe('with a DATA_KEY', () => {
  test('keys that are there are encrypted at the start, and new ones from the beginning', async () => {
    await start({ chatKeys: true });
    const plain = JSON.parse(readFileSync(keysPath(), 'utf8')) as { keys: string };
    await panel.restart('the key of the data');
    expect(await view()).toMatchObject({ state: 'ok', keys: { encrypted: true } });
    expect(readFileSync(keysPath(), 'utf8')).not.toContain(plain.keys);
    await admin.call('createChatKeys', { account, replace: true });
    expect(JSON.parse(readFileSync(keysPath(), 'utf8'))).not.toHaveProperty('keys');
    await exchange();
  });

  test.each([
    ['no DATA_KEY', undefined, /start the plugin with the DATA_KEY/],
    ['another DATA_KEY', 'another', /cannot be opened with this DATA_KEY/],
  ])('%s: told to admin and agent, and nothing is lost', async (_what, dataKey, words) => {
    await start({ chatKeys: true });
    await panel.restart('the key of the data');
    expect(await view()).toMatchObject({ state: 'ok', keys: { encrypted: true } });
    const before = readFileSync(keysPath(), 'utf8');
    await rig.stopPlugin();
    rig.changePlugin({ dataKey: dataKey ?? '' });
    await rig.startPlugin();
    await panel.signIn();
    const jane = await rig.x.chatPerson(customer.id);
    await jane.say(brandId, 'hello');
    await rig.receives(1);
    expect(rig.received[0]!.body).toMatch(/the account cannot use its keys/);
    expect(await view()).toMatchObject({ state: 'locked', reason: expect.stringMatching(words) as string });
    const { accounts } = await admin.call('overview', {});
    expect(accounts[0]?.reasons.join()).toMatch(words);
    expect(readFileSync(keysPath(), 'utf8')).toBe(before);
  });
});

test('keys that somebody replaced on X are told to the admin and to the agent', async () => {
  await start({ chatKeys: true });
  await rig.x.chatPerson(brandId);
  const jane = await rig.x.chatPerson(customer.id);
  await jane.say(brandId, 'for the new keys');
  await rig.receives(1);
  expect(rig.received[0]!.body).toMatch(/X has newer keys for this account than this channel/);
  expect(await view()).toMatchObject({ state: 'stale' });
});

test('an account that is switched off forgets its keys in memory, and has them again', async () => {
  await start({ chatKeys: true });
  const settings = async (active: boolean) => {
    const { settings: now } = await admin.call('settings', {});
    await admin.call('save', {
      settings: { ...now, accounts: now.accounts.map((each) => ({ ...each, active })) },
    });
  };
  await settings(false);
  await settings(true);
  await rig.supplied();
  await exchange();
});
