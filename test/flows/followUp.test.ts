import { EncryptedRig } from '../support/encrypted';
import { ManualScheduler } from '../support/manualScheduler';
import { Rig, brandId, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let scheduler: ManualScheduler;
afterEach(() => rig.stop());

const minute = 60_000;
const followUp = {
  active: true,
  reminderMinutes: 30,
  reminder: '${nickName}, are you still there?',
  closingMinutes: 15,
  closing: 'We close this talk. Write any time.',
};
const reminder = 'Jane Doe, are you still there?';
const { closing } = followUp;

async function start(changes: object = {}, x: RigOptions['x'] = {}): Promise<void> {
  scheduler = new ManualScheduler();
  rig = await Rig.start({ account: { followUp: { ...followUp, ...changes } }, plugin: { scheduler }, x });
}

const said = () => rig.sent.map(({ text }) => text);
const interaction = () => rig.host.state.interactions.at(-1)!;
const agentSays = (text: string) => rig.host.agentWrites(interaction(), text);

/** Lets time pass, and says what customers have heard when all that follows is done. */
async function passes(minutes: number, ...expected: string[]): Promise<void> {
  rig.clock.jump(minutes * minute);
  scheduler.run('minute');
  if (said().length < expected.length)
    await until(() => said().length >= expected.length, `${expected.length} messages`);
  else {
    // Stopping waits for the chore to end, and what it had to say would be said after the start.
    await rig.stopPlugin();
    await rig.startPlugin();
  }
  await until(async () => (await rig.store.outbox.queueNames()).length === 0, 'all to be sent');
  expect(said()).toEqual(expected);
}

test('a customer who does not answer is reminded, then taken leave of, and then left alone', async () => {
  await start();
  await rig.interaction();
  await passes(120);
  await agentSays('Which size?');
  await passes(29, 'Which size?');
  await passes(1, 'Which size?', reminder);
  await passes(14, 'Which size?', reminder);
  await passes(1, 'Which size?', reminder, closing);
  await passes(600, 'Which size?', reminder, closing);
});

test('any message resets it', async () => {
  await start();
  await rig.interaction();
  await agentSays('Which size?');
  await passes(20, 'Which size?');
  await agentSays('And which colour?');
  await passes(20, 'Which size?', 'And which colour?');
  await passes(10, 'Which size?', 'And which colour?', reminder);
  await rig.customerWrites('Red');
  await rig.receives(2);
  await passes(600, 'Which size?', 'And which colour?', reminder);
  await agentSays('Red it is');
  await passes(30, 'Which size?', 'And which colour?', reminder, 'Red it is', reminder);
});

test('it survives restarts', async () => {
  await start();
  await rig.interaction();
  await agentSays('Which size?');
  await rig.stopPlugin();
  await rig.startPlugin();
  await passes(30, 'Which size?', reminder);
  await rig.stopPlugin();
  await rig.startPlugin();
  await passes(15, 'Which size?', reminder, closing);
});

test('after a long outage nobody is reminded of what is over', async () => {
  await start();
  await rig.interaction();
  await agentSays('Which size?');
  await rig.stopPlugin();
  rig.clock.jump(25 * 60 * minute);
  await rig.startPlugin();
  await passes(60, 'Which size?');
  await passes(600, 'Which size?');
});

test('without a reminder there is only the closing line, and the other way round', async () => {
  await start({ reminder: '' });
  await rig.interaction();
  await agentSays('Which size?');
  await passes(15, 'Which size?', closing);
  await rig.stop();
  await start({ closing: '' });
  await rig.interaction();
  await agentSays('Which size?');
  await passes(30, 'Which size?', reminder);
  await passes(600, 'Which size?', reminder);
});

test('a customer whose interaction the agent has closed is not asked', async () => {
  await start();
  await rig.interaction();
  await agentSays('Bye!');
  interaction().closed = true;
  await passes(30, 'Bye!');
  await passes(600, 'Bye!');
});

test('a host that does not say whether it is closed holds nothing up', async () => {
  await start();
  await rig.interaction();
  await agentSays('Which size?');
  rig.host.faults.add({ when: /GET .*openchannel\/interactions/, status: 503, times: Infinity });
  await passes(30, 'Which size?', reminder);
});

test('a reminder that had to wait is dropped when the customer has written meanwhile', async () => {
  const send = 'POST /2/dm_conversations/with/{participant_id}/messages';
  await start({}, { limits: { [send]: { calls: 1, seconds: 3600 } } });
  await rig.interaction();
  await agentSays('Which size?');
  rig.clock.jump(30 * minute);
  scheduler.run('minute');
  await rig.waits('outbound');
  await rig.customerWrites('XL');
  await rig.receives(2);
  rig.clock.jump(31 * minute);
  await until(async () => (await rig.store.outbox.queueNames()).length === 0, 'the reminder to be dropped');
  expect(said()).toEqual(['Which size?']);
  expect((await rig.health()).body.accounts['support']?.outbound).toMatchObject({ waiting: 0, failed: 0 });
});

test('an answer that did not arrive is not waited for', async () => {
  await start();
  await rig.interaction();
  rig.x.faults.add({
    when: /dm_conversations/,
    status: 403,
    body: { errors: [{ code: 349, message: 'You cannot send messages to this user.' }] },
  });
  expect((await agentSays('Which size?')).status).toBe(422);
  await passes(600);
});

test('switched on later, it begins with the next answer', async () => {
  await start({ active: false });
  await rig.interaction();
  await agentSays('Which size?');
  await rig.stopPlugin();
  rig.change({ followUp });
  await rig.startPlugin();
  await passes(60, 'Which size?');
  await agentSays('Hello?');
  await passes(30, 'Which size?', 'Hello?', reminder);
});

test('encrypted conversations are followed up encrypted', async () => {
  const encrypted = await EncryptedRig.start({ account: { followUp } });
  ({ rig } = encrypted);
  await encrypted.jane.say(brandId, 'in secret');
  await rig.receives(1);
  await agentSays('Which size?');
  rig.clock.jump(30 * minute);
  rig.scheduler.run('minute');
  await until(() => encrypted.jane.read(brandId).length === 3, 'the reminder');
  expect(encrypted.jane.read(brandId)[2]?.text).toContain('are you still there?');
  expect(rig.sent).toEqual([]);
});
