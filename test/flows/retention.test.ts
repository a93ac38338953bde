import { forgetUser } from '../../plugin/core/eraser';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runForget } from '../../plugin/commands/forget';
import { BotSimulator } from '../simulators/bot';
import { StoreFile } from '../../plugin/store/sqlite/database';
import { AdminClient } from '../support/adminClient';
import { EncryptedRig } from '../support/encrypted';
import { png } from '../support/files';
import { ManualScheduler } from '../support/manualScheduler';
import { Rig, brandId, customer, otherCustomer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let scheduler: ManualScheduler;
let bot: BotSimulator | undefined;
afterEach(async () => {
  await rig.stop();
  await bot?.close();
});

const day = 24 * 60 * 60_000;

async function start(account: object = {}, options: RigOptions = {}): Promise<void> {
  scheduler = new ManualScheduler();
  rig = await Rig.start({ account: { ...account }, plugin: { scheduler }, ...options });
}

/** All that lies in the data folder, as text. */
function stored(folder = rig.dataDir): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => !path.includes('/log'))
    .map((path) => (statSync(path).isDirectory() ? stored(path) : readFileSync(path, 'latin1')))
    .join('\n');
}

/** Told in a word, since the store itself is no good reading where a test fails. */
function holds(what: RegExp | string): boolean {
  const content = stored();
  return typeof what === 'string' ? content.includes(what) : what.test(content);
}

async function erased(): Promise<void> {
  scheduler.run('hour');
  await rig.logged(/words of old messages erased/);
}

test('words and media are erased seven days after delivery, and X’s next delivery is still known', async () => {
  await start();
  const media = rig.x.world.addMedia('image/png', png);
  const message = await rig.customerWrites('ZEBRA in', { media });
  await rig.receives(1);
  await rig.host.agentWrites(rig.host.state.interactions[0]!, 'ZEBRA out');
  rig.clock.jump(4 * day);
  await rig.customerWrites('LION');
  await rig.receives(2);
  expect(holds(/ZEBRA in[^]*ZEBRA out|ZEBRA out[^]*ZEBRA in/)).toBe(true);
  rig.clock.jump(3 * day + 1_000);
  await erased();
  expect(holds('ZEBRA')).toBe(false);
  expect(holds(media.id)).toBe(false);
  expect(holds('LION')).toBe(true);
  expect(await rig.deliver(message)).toBe(200);
  await rig.customerWrites('the last');
  await rig.receives(3);
  expect(rig.received.map(({ body }) => body)).toEqual(['ZEBRA in', 'LION', 'the last']);
});

test('what still waits keeps its words, what was set aside does not; with 0 days all do', async () => {
  await start({ retention: { days: 1 } });
  rig.host.faults.add({ when: /notify/, status: 400 });
  await rig.customerWrites('SETASIDE');
  await rig.stands({ inbound: { setAside: 1 } });
  rig.host.faults.add({ when: /notify/, status: 503, times: Infinity });
  await rig.customerWrites('WAITING');
  await rig.waits('inbound');
  await rig.customerWrites('also waiting', { from: otherCustomer });
  rig.clock.jump(2 * day);
  scheduler.run('hour');
  rig.host.faults.clear();
  await rig.receivesInHaste(2);
  await rig.logged(/words of old messages erased/);
  expect(holds('SETASIDE')).toBe(false);
  expect(rig.received.map(({ body }) => body)).toContain('WAITING');
  await rig.stopPlugin();
  rig.change({ retention: { days: 0 } });
  await rig.startPlugin();
  rig.clock.jump(1000 * day);
  scheduler.run('hour');
  expect(holds('WAITING')).toBe(true);
});

test('a reply that failed is erased, and so are the words of an account that was removed', async () => {
  await start();
  await rig.customerWrites('ZEBRA in');
  await rig.receives(1);
  rig.x.faults.add({ when: /dm_conversations/, status: 403, body: { detail: 'no' } });
  await rig.host.agentWrites(rig.host.state.interactions[0]!, 'ZEBRA out');
  await rig.stopPlugin();
  rig.change({ name: 'another' });
  await rig.startPlugin();
  rig.clock.jump(8 * day);
  await erased();
  await until(() => !holds('ZEBRA'), 'the words of both to be gone');
});

test('rows without words are deleted in the end, and /health counts what is left', async () => {
  await start();
  await rig.customerWrites('one');
  await rig.receives(1);
  await rig.host.agentWrites(rig.host.state.interactions[0]!, 'two');
  rig.host.faults.add({ when: /notify/, status: 503, times: Infinity });
  await rig.customerWrites('still waiting', { from: otherCustomer });
  await rig.waits('inbound');
  rig.clock.jump(399 * day);
  await erased();
  rig.clock.jump(2 * day);
  await until(async () => {
    // Not begun again while the run before goes on.
    scheduler.run('hour');
    return (await rig.logged(/started/)).includes('old rows without words deleted');
  }, 'rows to be deleted');
  const { inbound, outbound } = (await rig.health()).body.accounts['support']!;
  expect([inbound.waiting, inbound.setAside, outbound.waiting]).toEqual([1, 0, 0]);
  await rig.stopPlugin();
  expect(rows()).toEqual({ inbox: 1, outbox: 0, sent_messages: 0, host_messages: 0 });
  await rig.startPlugin();
});

/** How many rows the tables hold that grow with each message; the plugin has to stand still. */
function rows(): Record<string, number> {
  const file = StoreFile.open(rig.dataDir);
  const count = (table: string) => Number(file.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  const tables = ['inbox', 'outbox', 'sent_messages', 'host_messages'];
  const counts = Object.fromEntries(tables.map((table) => [table, count(table)]));
  file.close();
  return counts;
}

test('what was said with a bot, and what was filtered, is erased too', async () => {
  bot = await BotSimulator.start();
  await start({ bot: { active: true, url: bot.url }, filters: { spamWords: ['spam'] } });
  bot.answer = () => ({ messages: [{ text: 'HIPPO' }] });
  await rig.customerWrites('ZEBRA');
  await rig.customerWrites('spam LION');
  const isQuiet = async () => rig.sent.length === 1 && (await rig.store.outbox.queueNames()).length === 0;
  await until(isQuiet, 'the bot');
  rig.clock.jump(8 * day);
  await erased();
  expect(holds(/ZEBRA|HIPPO|LION/)).toBe(false);
});

test('a post that was deleted on X is erased here as well', async () => {
  await start({ mentions: { active: true } }, { delivery: 'account-activity' });
  await rig.supplied();
  const post = rig.x.world.addPost(customer.id, '@brand ZEBRA');
  await rig.x.feed.publish({ kind: 'post', post });
  await rig.receives(1);
  await rig.stands({ inbound: { waiting: 0 } });
  await rig.x.deletePost(post);
  await rig.receives(2);
  expect(holds('ZEBRA')).toBe(false);
});

test('a post that was filtered, and then deleted on X, is erased without a word to the agents', async () => {
  await start(
    { mentions: { active: true }, filters: { spamWords: ['prize'] } },
    { delivery: 'account-activity' },
  );
  await rig.supplied();
  const post = rig.x.world.addPost(customer.id, '@brand ZEBRA prize');
  await rig.x.feed.publish({ kind: 'post', post });
  await rig.stands({ inbound: { filtered: 1 } });
  expect(holds('ZEBRA')).toBe(true);
  await rig.x.deletePost(post);
  await rig.logged(/post deleted on X/);
  expect(holds('ZEBRA')).toBe(false);
  await rig.customerWrites('hello');
  await rig.receives(1);
  expect(rig.received.map(({ body }) => body)).toEqual(['hello']);
});

test('an encrypted message that its sender deleted is erased', async () => {
  const { rig: encrypted, jane } = await EncryptedRig.start();
  rig = encrypted;
  const said = await jane.say(brandId, 'to be deleted');
  await rig.receives(1);
  await rig.stands({ inbound: { waiting: 0 } });
  expect(holds(said.encoded)).toBe(true);
  await jane.deleteForAll(brandId, said);
  await rig.receives(2);
  expect(holds(said.encoded)).toBe(false);
});

describe('on request', () => {
  const password = 'the-password';

  async function beforehand(options: RigOptions = {}): Promise<void> {
    await start({ mentions: { active: true }, greeting: { active: true, text: 'Hi ${nickName}' } }, options);
    await rig.customerWrites('ZEBRA in');
    await rig.customerWrites('ZEBRA other', { from: otherCustomer });
    await rig.receives(2);
    await rig.host.agentWrites(rig.host.state.interactions[0]!, 'ZEBRA out');
  }

  const traces = new RegExp(`${customer.id}|${customer.username}|${customer.name}`, 'i');

  test('a person is forgotten in the panel, by handle; others stay, and nothing comes a second time', async () => {
    await beforehand({ panel: true, config: { admin: { password } } });
    const message = rig.x.world.messages[0]!;
    const admin = new AdminClient(() => rig.url);
    await admin.signIn(password);
    expect(holds(traces)).toBe(true);
    expect(await admin.call('forget', { person: '@Jane_Doe' })).toEqual({ messages: 1, answers: 2 });
    expect(holds(traces)).toBe(false);
    expect(holds('ZEBRA other')).toBe(true);
    expect(await rig.deliver(message)).toBe(200);
    await rig.customerWrites('once more', { from: otherCustomer });
    await rig.receives(3);
    expect(rig.received.map(({ body }) => body)).not.toContain('ZEBRA in\nZEBRA in');
    expect(rig.received).toHaveLength(3);
    const log = await rig.logged(/a person's data was erased on request/);
    expect(log).toContain('"by":"admin in the panel","messages":1,"answers":2');
  });

  test('what waits for a forgotten person goes nowhere', async () => {
    await start();
    rig.host.faults.add({ when: /notify/, status: 503, times: Infinity });
    await rig.customerWrites('ZEBRA');
    await rig.waits('inbound');
    expect(await forgetUser(rig.store.eraser, customer.id)).toEqual({ messages: 1, answers: 0 });
    rig.host.faults.clear();
    rig.clock.jump(60_000);
    await rig.customerWrites('other', { from: otherCustomer });
    await rig.receivesInHaste(1);
    expect(rig.received.map(({ body }) => body)).toEqual(['other']);
    await rig.stands({ inbound: { waiting: 0 } });
    expect((await rig.health()).body.accounts['support']?.inbound).toMatchObject({ waiting: 0, setAside: 0 });
  });

  test('what is erased is not tried again', async () => {
    await start({ filters: { spamWords: ['prize'] } }, { panel: true, config: { admin: { password } } });
    const admin = new AdminClient(() => rig.url);
    await admin.signIn(password);
    await rig.customerWrites('a prize');
    await rig.stands({ inbound: { filtered: 1 } });
    await forgetUser(rig.store.eraser, customer.id);
    const { messages } = await admin.call('activity', { direction: 'in', state: 'filtered' });
    expect(messages).toMatchObject([{ erased: true }]);
    const again = admin.call('retry', { direction: 'in', seq: messages[0]!.seq });
    await expect(again).rejects.toThrow(/changed in the meantime/);
    expect(rig.received).toEqual([]);
  });

  test('answers to somebody who has a forgotten person’s former handle are kept', async () => {
    await beforehand();
    await rig.host.agentWrites(rig.host.state.interactions[1]!, 'ZEBRA kept');
    await until(() => rig.sent.some(({ text }) => text === 'ZEBRA kept'), 'the answer');
    await rig.store.contacts.see(
      'support',
      { id: customer.id, username: otherCustomer.username, name: 'J' },
      1,
    );
    await forgetUser(rig.store.eraser, customer.id);
    expect(holds('ZEBRA kept')).toBe(true);
    expect(holds('ZEBRA out')).toBe(false);
  });

  test('the command forgets through the running plugin, or by itself where none runs', async () => {
    await beforehand();
    const asking = runForget({ dataDir: rig.dataDir, store: { url: '' } }, customer.id);
    await until(() => {
      scheduler.run('seconds');
      return !traces.test(stored());
    }, 'the plugin to forget');
    expect(await asking).toBe('Forgotten: 1 messages, 2 replies, and what was known of the person.');
    const refused = runForget({ dataDir: rig.dataDir, store: { url: '' } }, 'nobody').catch(
      (error: unknown) => String(error),
    );
    await until(async () => {
      scheduler.run('seconds');
      return (await Promise.race([refused, Promise.resolve('')])) !== '';
    }, 'the refusal');
    expect(await refused).toContain('Nobody called "nobody" is known here.');
    await rig.stopPlugin();
    expect(await runForget({ dataDir: rig.dataDir, store: { url: '' } }, otherCustomer.username)).toContain(
      'Forgotten: 1 messages, 1 replies',
    );
    expect(holds('ZEBRA')).toBe(false);
    await rig.startPlugin();
  });

  test('encrypted conversations are forgotten with their keys', async () => {
    const { rig: encrypted, jane } = await EncryptedRig.start();
    rig = encrypted;
    const said = await jane.say(brandId, 'in secret');
    await rig.receives(1);
    await rig.host.agentWrites(rig.host.state.interactions[0]!, 'also');
    await forgetUser(rig.store.eraser, customer.id);
    expect(holds(said.encoded)).toBe(false);
    expect(holds(customer.id)).toBe(false);
  });
});
