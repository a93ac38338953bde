import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ delivery: 'poll', chatKeys: true, ...options });
  await rig.supplied();
  jane = await rig.x.chatPerson(customer.id);
}

const bodies = () => rig.received.map(({ body }) => body);
const listings = () => rig.x.traffic.filter((call) => call === 'GET /2/chat/conversations').length;

/** Lets pass what is between two polls, until the next has begun. */
async function nextReading(rhythm: 'minute' | 'quarter' = 'minute'): Promise<void> {
  const before = listings();
  await until(() => {
    rig.scheduler.run(rhythm);
    return listings() > before;
  }, 'the next reading');
}

test('where X pushes nothing, conversations with news are read by the minute, each message once', async () => {
  await start();
  await jane.say(brandId, 'one');
  await jane.say(brandId, 'two');
  await nextReading();
  await rig.receives(2);
  await jane.rotateKey(brandId);
  await jane.say(brandId, 'three');
  await nextReading();
  await rig.receives(3);
  await nextReading();
  expect(bodies()).toEqual(['one', 'two', 'three']);
  // What was read well after its last news is not read again.
  rig.clock.jump(10 * 60_000);
  await nextReading();
  await nextReading();
  const calls = rig.x.traffic.length;
  await nextReading();
  await nextReading();
  expect(rig.x.traffic.slice(calls).filter((call) => call.endsWith('/events'))).toEqual([]);
});

test('a conversation that begins as a plain request and goes on encrypted is one for the agent', async () => {
  await start();
  rig.x.world.addMessage(customer.id, brandId, 'May I ask you something?');
  await rig.nextPoll();
  await rig.receives(1);
  await jane.say(brandId, 'It is about my order');
  await nextReading();
  await rig.receives(2);
  expect(bodies()).toEqual(['May I ask you something?', 'It is about my order']);
  expect(new Set(rig.received.map((each) => each.OpenchannelInteractionId)).size).toBe(1);
});

test('long conversations over several pages, oldest first', async () => {
  await start({ x: { maxPageSize: 3 } });
  for (let index = 0; index < 8; index += 1) await jane.say(brandId, `message ${index}`);
  await nextReading();
  await rig.receives(8);
  expect(bodies()).toEqual(Array.from({ length: 8 }, (_, index) => `message ${index}`));
});

test('what was written while the plugin was down is read at the start', async () => {
  await start({ delivery: 'activity' });
  await jane.say(brandId, 'before');
  await rig.receives(1);
  await rig.stopPlugin();
  const { onEvent } = rig.x.chat;
  rig.x.chat.onEvent = () => Promise.resolve();
  await jane.say(brandId, 'meanwhile');
  rig.x.chat.onEvent = onEvent;
  await rig.startPlugin();
  await rig.receives(2);
  await jane.say(brandId, 'after');
  await rig.receives(3);
  expect(bodies()).toEqual(['before', 'meanwhile', 'after']);
});

test('what X did not push is found by the quarter of an hour', async () => {
  await start({ delivery: 'activity' });
  await jane.say(brandId, 'pushed');
  await rig.receives(1);
  rig.x.chat.onEvent = () => Promise.resolve();
  await jane.say(brandId, 'swallowed');
  await nextReading('quarter');
  await rig.receives(2);
  expect(bodies()).toEqual(['pushed', 'swallowed']);
});

test('a used-up window waits, and reading goes on from there', async () => {
  await start({ x: { limits: { 'GET /2/chat/conversations/{id}/events': { calls: 1, seconds: 900 } } } });
  const max = await rig.x.chatPerson('1700000000000000022');
  await jane.say(brandId, 'from Jane');
  await max.say(brandId, 'from Max');
  await nextReading();
  await rig.receives(1);
  rig.clock.jump(901_000);
  await nextReading();
  await rig.receives(2);
  expect(bodies().sort()).toEqual(['from Jane', 'from Max']);
});

test('X that does not let conversations be read is told to the admin, and not asked again', async () => {
  await start({ delivery: 'activity', x: { barred: /^\/2\/chat\/conversations$/ } });
  await until(
    async () => /does not let/.test((await rig.health()).body.accounts['support']?.chat.reason ?? ''),
    'the reason in /health',
  );
  await jane.say(brandId, 'pushed all the same');
  await rig.receives(1);
  const before = listings();
  rig.scheduler.run('quarter');
  await jane.say(brandId, 'and again');
  await rig.receives(2);
  expect(listings()).toBe(before);
});
