import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BotSimulator, type BotAnswer } from '../simulators/bot';
import { EncryptedRig } from '../support/encrypted';
import { png } from '../support/files';
import { Rig, brandId, customer, otherCustomer } from '../support/rig';
import { until } from '../support/until';

let bot: BotSimulator;
let rig: Rig;
beforeEach(async () => (bot = await BotSimulator.start()));
afterEach(async () => {
  await rig.stop();
  await bot.close();
});

const minute = 60_000;
const says = (...lines: string[]): BotAnswer => ({ messages: lines.map((text) => ({ text })) });
const settings = (changes: object = {}) => ({
  bot: { active: true, url: bot.url, keywords: ['agent', '人工'], idleMinutes: 60, ...changes },
  botToken: 'token-of-the-bot',
});
const start = async (changes: object = {}, account: object = {}) =>
  (rig = await Rig.start({ account: { ...settings(changes), ...account } }));

const said = () => rig.sent.map(({ text }) => text);
const bodies = () => rig.received.map(({ body }) => body);
const interaction = () => rig.host.state.interactions.at(-1)!;

async function answered(count: number): Promise<string[]> {
  await until(() => said().length >= count, `${count} messages to customers`);
  return said();
}

test('the bot answers first, and the agents hear of nothing', async () => {
  await start();
  bot.answer = ({ text }) => says(`You said: ${text}`, 'Anything else?');
  const message = await rig.customerWrites('Hello');
  expect(await answered(2)).toEqual(['You said: Hello', 'Anything else?']);
  expect(bot.asked).toEqual([
    {
      account: 'support',
      conversation: `dm:${customer.id}`,
      user: { id: customer.id, username: 'jane_doe', name: 'Jane Doe' },
      text: 'Hello',
      key: message.id,
      authorization: 'Bearer token-of-the-bot',
    },
  ]);
  expect(bodies()).toEqual([]);
  expect((await rig.health()).body.accounts['support']!.inbound.waiting).toBe(0);
});

test('a keyword hands the conversation over, with what was said', async () => {
  await start();
  bot.answer = ({ text }) => says(`Bot to "${text}"`);
  await rig.customerWrites('Where is my parcel?');
  await rig.customerWrites('No, the other one');
  await answered(2);
  await rig.customerWrites('An AGENT, please!');
  await rig.receives(2);
  expect(bodies()).toEqual([
    '[X channel] Bot conversation:\n' +
      'Customer: Where is my parcel?\nBot: Bot to "Where is my parcel?"\n' +
      'Customer: No, the other one\nBot: Bot to "No, the other one"\n' +
      'Handed over: the customer wrote "agent".',
    'An AGENT, please!',
  ]);
  expect(rig.host.state.contacts).toHaveLength(1);
  await rig.customerWrites('are you there?');
  await rig.receives(3);
  expect(bodies()[2]).toBe('are you there?');
  expect(bot.asked).toHaveLength(2);
});

test.each([
  [
    'says so',
    () => ({ ...says('A colleague takes over.'), handOver: true }),
    'the bot asked for an agent',
    1,
  ],
  ['says only that', () => ({ handOver: true }), 'the bot asked for an agent', 0],
  ['answers nothing', () => ({ messages: [] }), 'the bot gave no reply', 0],
  ['answers nonsense', () => ({ messages: 'hello' }), 'the bot gave no reply', 0],
  ['answers too much', () => says(...Array.from({ length: 11 }, () => 'x')), 'the bot gave no reply', 0],
])('a bot that %s hands over', async (_, answer, reason, messages) => {
  await start();
  bot.answer = answer;
  await rig.customerWrites('help');
  await rig.receives(messages === 0 ? 1 : 2);
  await answered(messages);
  expect(bodies().at(-1)).toBe('help');
  expect(await rig.logged(/message handed over/)).toContain(reason);
  expect(bodies().join('\n').includes(`Handed over: ${reason}.`)).toBe(messages > 0);
});

test.each([
  ['is down', { status: 500 }],
  ['cuts the connection', { cut: 'before' as const }],
  ['redirects', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
])('a bot that %s hands over', async (_, fault) => {
  await start();
  bot.faults.add({ when: /answer/, ...fault });
  await rig.customerWrites('help');
  await rig.receives(1);
  expect(bodies()).toEqual(['help']);
  expect(await rig.logged(/the bot gave no reply; the conversation goes to the agents/)).toContain(
    'the bot cannot be used',
  );
});

test('a bot that takes longer than five seconds hands over, and holds up nobody else', async () => {
  await start();
  let asked = 0;
  bot.faults.add({ when: /answer/, delay: 4_000, cut: 'after', times: 1 });
  bot.answer = () => {
    asked += 1;
    return says('quick');
  };
  await rig.customerWrites('help');
  await rig.stands({ inbound: { waiting: 1 } });
  await rig.customerWrites('quick', { from: otherCustomer });
  await answered(1);
  rig.clock.jump(3_000);
  await rig.customerWrites('still quick', { from: otherCustomer });
  await answered(2);
  expect(bodies()).toEqual([]);
  rig.clock.jump(2_000);
  await rig.receives(1);
  expect(bodies()).toEqual(['help']);
  expect(await rig.logged(/the bot gave no reply/)).toContain('no answer in 5000 ms');
  expect(asked).toBe(2);
});

test('after so many turns an agent takes over; so where the customer sends a file', async () => {
  await start({ maxTurns: 2 });
  bot.answer = () => says('Hm?');
  for (const text of ['one', 'two', 'three']) await rig.customerWrites(text);
  await rig.receives(2);
  expect(bodies()[0]).toContain('Handed over: the bot has replied 2 times.');
  expect(bodies()[1]).toBe('three');
  const media = rig.x.world.addMedia('image/png', png);
  await rig.customerWrites('look', { from: otherCustomer, media });
  await rig.receives(3);
  expect(rig.received[2]).toMatchObject({ body: 'look', AttachmentId: expect.any(Number) as number });
});

test('from an agent’s first message the bot is silent, until all have been for a while', async () => {
  await start();
  bot.answer = () => says('Bot here');
  await rig.customerWrites('agent');
  await rig.receives(1);
  await rig.host.agentWrites(interaction(), 'Agent here');
  rig.clock.jump(50 * minute);
  await rig.customerWrites('thanks');
  await rig.receives(2);
  rig.clock.jump(50 * minute);
  await rig.host.agentWrites(interaction(), 'You are welcome');
  rig.clock.jump(50 * minute);
  await rig.customerWrites('bye');
  await rig.receives(3);
  expect(bot.asked).toHaveLength(0);
  rig.clock.jump(60 * minute);
  await rig.customerWrites('hello again');
  expect(await answered(3)).toEqual(['Agent here', 'You are welcome', 'Bot here']);
  await rig.customerWrites('agent');
  await rig.receives(5);
  expect(bodies()[3]).toBe(
    '[X channel] Bot conversation:\nCustomer: hello again\nBot: Bot here\n' +
      'Handed over: the customer wrote "agent".',
  );
});

test('after a time of silence the bot begins anew, and so does what was said', async () => {
  await start({ maxTurns: 2 });
  bot.answer = ({ text }) => says(`Bot to "${text}"`);
  await rig.customerWrites('one');
  await rig.customerWrites('two');
  await answered(2);
  rig.clock.jump(60 * minute);
  await rig.customerWrites('three');
  await answered(3);
  await rig.customerWrites('agent');
  await rig.receives(2);
  expect(bodies()[0]).toContain('Bot conversation:\nCustomer: three\nBot: Bot to "three"\nHanded over');
});

test('an agent who writes first has the conversation, with what the bot said before', async () => {
  await start();
  bot.answer = () => says('Bot here');
  await rig.customerWrites('hello');
  await answered(1);
  const first = await rig.replyOutcome({ body: 'Ada here', Contact: { twitter: customer.username } });
  expect(first.status).toBe(200);
  await rig.customerWrites('oh, a person');
  await rig.receives(2);
  expect(bodies()[0]).toContain('Customer: hello\nBot: Bot here\nHanded over: an agent wrote.');
  expect(bodies()[1]).toBe('oh, a person');
});

test('killed between the bot’s answer and its sending, the answer goes out once', async () => {
  await start();
  bot.answer = () => says('Once');
  rig.x.faults.add({ when: /dm_conversations/, status: 503, times: Infinity });
  await rig.customerWrites('hello');
  await rig.waits('outbound');
  await rig.stopPlugin();
  rig.x.faults.clear();
  await rig.startPlugin();
  await answered(1);
  await rig.customerWrites('agent');
  await rig.receives(2);
  expect(said()).toEqual(['Once']);
  expect(bot.asked).toHaveLength(1);
});

test('the transcript is handed over once and whole, also when the host fails in between', async () => {
  await start();
  bot.answer = () => says('Bot here');
  await rig.customerWrites('hello');
  await answered(1);
  // The first call goes through, so that the transcript is there and the message is not.
  rig.host.faults.add({ when: /notify/, delay: 0 });
  rig.host.faults.add({ when: /notify/, status: 503, times: 3 });
  await rig.customerWrites('agent');
  await rig.receivesInHaste(2);
  expect(bodies()).toEqual([expect.stringContaining('Customer: hello\nBot: Bot here'), 'agent']);
});

test('encrypted conversations go the same way, and their words stay closed', async () => {
  const encrypted = await EncryptedRig.start({ account: settings() });
  ({ rig } = encrypted);
  bot.answer = ({ text }) => says(`secretly: ${text}`);
  await encrypted.jane.say(brandId, 'whisper');
  const read = () => encrypted.jane.read(brandId).map(({ text }) => text);
  await until(() => read().length === 2, 'the answer of the bot');
  expect(read()).toEqual(['whisper', 'secretly: whisper']);
  const stored = readdirSync(rig.dataDir)
    .filter((name) => /^openchannel-x\.db(?:-wal)?$/.test(name))
    .map((name) => readFileSync(join(rig.dataDir, name), 'latin1'))
    .join('');
  expect(stored.replaceAll('secretly: whisper', '')).not.toContain('whisper');
  await encrypted.jane.say(brandId, '人工');
  await rig.receives(2);
  expect(bodies()[0]).toContain('Customer: whisper\nBot: secretly: whisper');
  expect(rig.sent).toEqual([]);
});

test('the greeting goes before the bot’s answer, the closed notice to whom an agent should answer', async () => {
  const closed = { active: true, timeZone: 'Europe/Rome', notice: 'Closed.' };
  await start({}, { greeting: { active: true, text: 'Welcome!' }, workingHours: closed });
  bot.answer = () => says('Bot here');
  await rig.customerWrites('hello');
  expect(await answered(2)).toEqual(['Welcome!', 'Bot here']);
  await rig.customerWrites('agent');
  expect(await answered(3)).toEqual(['Welcome!', 'Bot here', 'Closed.']);
});

test('a notice to the agents in between takes nothing out of what is handed over later', async () => {
  await start();
  bot.answer = ({ text }) => says(`Bot to "${text}"`);
  await rig.customerWrites('one');
  await answered(1);
  rig.x.faults.add({
    when: /dm_conversations/,
    status: 403,
    body: { errors: [{ code: 349, message: 'You cannot send messages to this user.' }] },
  });
  await rig.customerWrites('two');
  await rig.receives(1);
  await rig.customerWrites('agent');
  await rig.receives(3);
  expect(bodies()[1]).toContain('Customer: one\nBot: Bot to "one"\nCustomer: two\nBot: Bot to "two"\nHanded');
});

test('what the bot said and X refuses is told to the agents', async () => {
  await start();
  bot.answer = () => says('Bot here');
  rig.x.faults.add({
    when: /dm_conversations/,
    status: 403,
    body: { errors: [{ code: 349, message: 'You cannot send messages to this user.' }] },
  });
  await rig.customerWrites('hello');
  await rig.receives(1);
  expect(bodies()[0]).toContain('What the bot said to the customer was not delivered.');
});
