import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { BotSimulator } from '../simulators/bot';
import { signedIn } from '../support/adminClient';
import { EncryptedRig } from '../support/encrypted';
import { brandId, customer, otherCustomer, type Rig, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** Two things go wrong, or happen, at the same time in encrypted chat. */

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
}

const week = 7 * 24 * 60 * 60_000;
const hour = 60 * 60_000;
const unavailable = { status: 503, body: { title: 'Service Unavailable' } };
const read = () => jane.read(brandId).map(({ text }) => text);
const posts = () => rig.x.traffic.filter((call) => /^POST \/2\/chat.*\/messages$/.test(call)).length;
const waits = () =>
  until(async () => {
    const { body } = await rig.health();
    return body.accounts['support']?.outbound.waitingBecause !== undefined;
  }, 'the reply to wait');
const lastReply = () => encrypted.conversation.events.findLast(({ senderId }) => senderId === brandId)!;

test('the customer has new keys, and X does not tell them at first: the reply waits for them', async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('first');
  await jane.changeDevice();
  rig.clock.jump(hour);
  rig.x.faults.add({ when: /public_keys/, ...unavailable });
  void encrypted.answers('second');
  await until(() => {
    rig.clock.jump(1_000);
    return read().includes('second');
  }, 'the reply under the new key');
  expect(posts()).toBe(2);
});

test('the customer has new keys after a reply was encrypted that a rate limit holds back: it is encrypted anew', async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('first');
  rig.x.faults.add({ when: /^POST .*\/messages$/, status: 429, body: { title: 'Too Many Requests' } });
  void encrypted.answers('second');
  await until(() => posts() === 2, 'the first try');
  await waits();
  await jane.changeDevice();
  rig.clock.jump(hour);
  await until(() => read().includes('second'), 'the reply under the new key');
  expect(posts()).toBe(3);
});

test('X took a reply without an answer, and fails it for its key meanwhile: the customer has it once', async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('first');
  await jane.changeDevice();
  rig.x.faults.add({ when: /^POST .*\/messages$/, cut: 'after' });
  const answered = encrypted.answers('second');
  await until(() => read().includes('second'), 'the reply under the new key');
  rig.x.faults.add({
    when: /^POST .*\/messages$/,
    status: 409,
    body: { title: 'Conflict', detail: 'duplicate' },
  });
  await until(async () => {
    rig.clock.jump(1_000);
    return (await rig.health()).body.accounts['support']?.outbound.waiting === 0;
  }, 'the reply to be done');
  expect((await answered).status).toBeLessThan(300);
  expect(read().filter((text) => text === 'second')).toHaveLength(1);
  expect(encrypted.bodies).toEqual(['hello']);
});

test('a bot had the conversation before its messages began to disappear: the reply disappears as well', async () => {
  const bot = await BotSimulator.start();
  try {
    bot.answer = ({ text }) =>
      text.includes('agent') ? { handOver: true } : { messages: [{ text: 'Anything else?' }] };
    await start({
      account: {
        bot: { active: true, url: bot.url, keywords: [], idleMinutes: 60 },
        botToken: 'token-of-the-bot',
      },
    });
    await jane.say(brandId, 'to stay');
    await until(() => read().includes('Anything else?'), 'the bot');
    const said = await jane.say(brandId, 'an agent, please', { ttlMsec: week });
    await until(() => encrypted.bodies.some((body) => body.endsWith('an agent, please')), 'the hand-over');
    expect(encrypted.bodies.join('\n')).toContain('Customer: to stay');
    await encrypted.answers('here I am');
    expect(jane.inspect(brandId, lastReply())?.ttlMsec).toBe(week);
    await until(async () => !(await encrypted.keeps(said)), 'the message to be erased');
  } finally {
    await bot.close();
  }
});

test('a disappearing message that could be read only later is kept in neither of its rows', async () => {
  await start();
  await jane.say(brandId, 'one');
  await rig.receives(1);
  const change = await encrypted.unheard(() => jane.rotateKey(brandId));
  const { conversation } = encrypted;
  const hidden = conversation.keyChanges.pop()!;
  conversation.events = conversation.events.filter(({ encoded }) => encoded !== hidden);
  const said = await jane.say(brandId, 'two', { ttlMsec: week });
  await rig.receives(2);
  await rig.x.chat.deliver(change, conversation);
  await rig.receives(3);
  expect(encrypted.bodies[2]).toMatch(/two$/);
  await until(async () => !(await encrypted.keeps(said)), 'the message to be erased');
});

test('replies that went out as one and failed are told as one, and none of them stands as delivered', async () => {
  await start({ panel: true });
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  rig.x.faults.add({ when: /^POST .*\/messages$/, status: 429, body: { title: 'Too Many Requests' } });
  void encrypted.answers('one');
  await until(() => posts() === 1, 'the first try');
  void encrypted.answers('two');
  await until(
    async () => (await rig.health()).body.accounts['support']?.outbound.waiting === 2,
    'both to wait',
  );
  rig.x.chat.failures.push('recipientNotTrusted');
  await until(async () => {
    rig.clock.jump(hour);
    await rig.atRest();
    return rig.received.length === 2;
  }, 'the agent to be told');
  expect(encrypted.bodies[1]).toMatch(/your reply of .* UTC, and those that went out with it/);
  const admin = await signedIn(rig);
  const rows = (await admin.call('activity', { direction: 'out' })).messages;
  expect(rows.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^X could not deliver it/),
    expect.stringMatching(/^X could not deliver it/),
  ]);
});

test('a customer who was forgotten writes again under the same key: it is read', async () => {
  await start({ panel: true });
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('hello to you');
  const admin = await signedIn(rig);
  await admin.call('forget', { person: customer.id });
  await jane.say(brandId, 'me again');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toBe('me again');
});

test('X does not tell who is in a group for a while: a reply waits, is sent, and disappears as the group does', async () => {
  await start();
  const max = await rig.x.chatPerson(otherCustomer.id);
  const group = rig.x.chat.begin('g77', [customer.id, otherCustomer.id, brandId]);
  group.ttlMs = week;
  await encrypted.unheard(() => max.rotateKey('g77'));
  jane.read('g77');
  rig.x.chat.leave(group, otherCustomer.id);
  rig.x.faults.add({ when: /GET \/2\/chat\/conversations\/g77$/, times: 3, ...unavailable });
  await jane.say('g77', 'Max has left us');
  await rig.receives(1);
  void encrypted.answers('We see');
  await until(() => {
    rig.clock.jump(60_000);
    return jane.read('g77').some(({ text }) => text === 'We see');
  }, 'the reply in the group');
  const reply = group.events.findLast(({ senderId }) => senderId === brandId)!;
  expect(jane.inspect('g77', reply)?.ttlMsec).toBe(week);
});

test("the message that was to tell of the customer's new keys is set aside: the next one tells of them", async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await jane.changeDevice();
  rig.host.faults.add({ when: /notify/, status: 400, body: { message: 'body is not valid' } });
  await jane.say(brandId, 'never arrives');
  await until(
    async () => (await rig.health()).body.accounts['support']?.inbound.setAside === 1,
    'the message to be set aside',
  );
  await jane.say(brandId, 'arrives');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/security keys of this customer have changed[^]*\narrives$/);
});

test('the host could not take a message that its sender has deleted since: it is not tried again', async () => {
  await start({ panel: true });
  rig.host.faults.add({ when: /notify/, status: 400, body: { message: 'body is not valid' } });
  const said = await jane.say(brandId, 'a slip of the tongue');
  await until(
    async () => (await rig.health()).body.accounts['support']?.inbound.setAside === 1,
    'the message to be set aside',
  );
  await jane.deleteForAll(brandId, said);
  await rig.receives(1);
  await until(async () => !(await encrypted.keeps(said)), 'the message to be erased');
});
