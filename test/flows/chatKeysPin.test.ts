import type { ChatKeys } from '../../plugin/panel/api';
import { resolve } from 'node:path';
import { readBackupConfig } from '../../plugin/x/chat/keyBackup';
import { KeyFile } from '../../plugin/x/chat/keyFile';
import { ChatWorkers } from '../../plugin/x/chat/chatWorkers';
import { KeyBackup } from '../simulators/x/chat/keyBackup';
import { AdminClient } from '../support/adminClient';
import { backUpKeys } from '../support/keyBackup';
import { KeysPanel } from '../support/keysPanel';
import { until } from '../support/until';
import { Rig, brandId, customer, otherCustomer, type RigOptions } from '../support/rig';

let panel: KeysPanel;
let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

const account = 'support';

async function start(options: RigOptions = {}): Promise<void> {
  panel = await KeysPanel.start(options);
  ({ rig, admin } = panel);
}

const view = (): Promise<ChatKeys> => admin.call('chatKeys', { account });
const recover = (pin: string) => admin.call('recoverChatKeys', { account, pin });

test("with a PIN, X's app can take them up; a PIN that can be guessed is refused first", async () => {
  await start();
  const create = (pin: string) => admin.call('createChatKeys', { account, replace: false, pin });
  for (const [pin, why] of [
    ['12', /at least 4/],
    ['0000', /repeated/],
    ['4321', /in a row/],
  ] as const)
    await expect(create(pin)).rejects.toThrow(why);
  expect(rig.x.chat.registry.get(brandId)).toBeUndefined();
  expect(await create('2580')).toEqual({});
  expect(rig.x.keyBackup.size(brandId)).toBe(3);
  const { keys } = await view();
  new KeyFile(rig.dataDir, account, '').remove();
  await panel.restart();
  await admin.call('recoverChatKeys', { account, pin: '2580' });
  expect((await view()).keys).toMatchObject({ fingerprint: keys!.fingerprint, origin: 'recovered' });
});

test('where the backup behind the PIN fails, the keys are there, the admin is told, and it can be made up for', async () => {
  await start();
  const { keyBackup } = rig.x;
  const genuine = (id: string) => KeyBackup.prototype.configFor.call(keyBackup, id);
  keyBackup.configFor = (id) => ({ ...genuine(id), key_store_token_map_json: '{}' });
  const { trouble } = await admin.call('createChatKeys', { account, replace: false, pin: '2580' });
  expect(trouble).toMatch(/PIN was not sent anywhere/);
  expect(await view()).toMatchObject({ state: 'ok' });
  keyBackup.configFor = genuine;
  await admin.call('backUpChatKeys', { account, pin: '2580' });
  expect(rig.x.keyBackup.size(brandId)).toBe(3);
});

test('the same ones once more: what they have opened stays known', async () => {
  await start();
  const device = await rig.x.chatPerson(brandId);
  await backUpKeys(rig.x.keyBackup, brandId, '2580', device.exportKeys());
  await recover('2580');
  const jane = await rig.x.chatPerson(customer.id);
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await recover('2580');
  const calls = rig.x.traffic.length;
  await rig.host.agentWrites(rig.host.state.interactions.at(-1)!, 'still the same key');
  expect(rig.x.traffic.slice(calls).filter((call) => call.endsWith('/events'))).toEqual([]);
  expect(rig.x.chat.conversation(brandId, customer.id).keyChanges).toHaveLength(1);
});

test('keys that somebody replaced are noticed within a day, whatever comes', async () => {
  await start({ chatKeys: true });
  await rig.x.chatPerson(brandId);
  rig.clock.jump(25 * 60 * 60_000);
  await panel.signIn();
  await until(async () => {
    rig.scheduler.run('hour');
    return (await view()).state === 'stale';
  }, 'the state');
});

test('keys of another user of X are not used, and the admin is told', async () => {
  await start({ chatKeys: true });
  const file = new KeyFile(rig.dataDir, account, '');
  const { version, fingerprint, origin, savedAt } = file.info()!;
  const info = { version: version!, fingerprint, origin, savedAt, userId: otherCustomer.id };
  await file.save(info, await file.read());
  await panel.restart();
  await until(async () => (await view()).state === 'locked', 'the state');
  expect((await view()).reason).toMatch(/belong to another X user/);
});

test('two accounts recover at once: each PIN is tried on the backup it belongs to', async () => {
  await start();
  const threads = new ChatWorkers(resolve('dist/plugin/chatThread.js'));
  const { keyBackup, url } = rig.x;
  const people = [
    { id: brandId, pin: '2580' },
    { id: customer.id, pin: '9753' },
  ];
  const made: string[] = [];
  for (const { id, pin } of people) {
    const keys = (await rig.x.chatPerson(id)).exportKeys();
    made.push(Buffer.from(keys).toString('hex'));
    await backUpKeys(keyBackup, id, pin, keys);
  }
  try {
    const recovered = await Promise.all(
      people.map(({ id, pin }) => {
        const { config, tokens } = readBackupConfig(keyBackup.configFor(id), url);
        return threads.call('recover', { config, tokens, pin: new TextEncoder().encode(pin) });
      }),
    );
    expect(recovered.map((each) => 'keys' in each && Buffer.from(each.keys).toString('hex'))).toEqual(made);
  } finally {
    await threads.stop();
  }
});
