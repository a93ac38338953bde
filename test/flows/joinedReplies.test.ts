import { forgetUser } from '../../plugin/core/eraser';
import { type AdminClient, signedIn } from '../support/adminClient';
import { png } from '../support/files';
import { Rig, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** Replies that go out together, are set aside, or are tried again, while the outcome of an earlier try is not known. */

let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

const send = /^POST \/2\/dm_conversations\/with\/\d+\/messages$/;
const look = /^GET \/2\/dm_conversations\/with\/\d+\/dm_events$/;
const oneCall = {
  limits: { 'POST /2/dm_conversations/with/{participant_id}/messages': { calls: 1, seconds: 900 } },
};
const reply = (body: string, more: object = {}) =>
  rig.replyOutcome({
    body,
    Contact: { twitter: customer.username },
    Interaction: { id: 5 },
    ...more,
  });
const texts = () => rig.sent.map(({ text }) => text);
const notices = () => rig.received.map(({ body }) => body).filter((body) => body.includes('[X channel]'));

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ panel: true, ...options });
  admin = await signedIn(rig);
}

/** Messages of the panel's list, the newest first. */
async function listed(state: 'waiting' | 'failed' | 'delivered') {
  const { messages } = await admin.call('activity', { direction: 'out', state });
  return messages;
}

/** The window is used up by a first reply, and the others wait for the next one. */
async function waitForWindow(...bodies: string[]): Promise<void> {
  expect((await reply('first')).status).toBe(200);
  for (const body of bodies) expect((await reply(body)).status).toBe(202);
}

const nextWindow = () => rig.clock.jump(15 * 60_000);

test('joined replies whose outcome X does not show fail together, with one notice, and are not sent again', async () => {
  await start({ x: oneCall });
  await rig.interaction();
  await waitForWindow('one', 'two', 'three');
  rig.x.faults.add({ when: send, cut: 'after' });
  rig.x.faults.add({ when: look, status: 403, body: { title: 'Forbidden' }, times: Infinity });
  nextWindow();
  await until(() => texts().length === 2, 'the joined message');
  rig.clock.jump(60_000);
  await until(() => notices().length === 1, 'the notice');
  expect(notices()[0]).toMatch(
    /"one" and your message "two" and your message "three" may not have been delivered/,
  );
  expect((await listed('failed')).map(({ seq }) => seq)).toHaveLength(3);
  nextWindow();
  rig.scheduler.run('minute');
  expect((await rig.health()).body.accounts['support']?.outbound.waiting).toBe(0);
  expect(texts()).toEqual(['first', 'one\n\ntwo\n\nthree']);
});

test('tried again in the panel, joined replies are looked for as the one message they were', async () => {
  await start({ x: oneCall });
  await rig.interaction();
  await waitForWindow('one', 'two');
  rig.x.faults.add({ when: send, cut: 'after' });
  rig.x.faults.add({ when: look, status: 403, body: { title: 'Forbidden' } });
  nextWindow();
  await until(() => texts().length === 2, 'the joined message');
  rig.clock.jump(60_000);
  await until(async () => (await listed('failed')).length === 2, 'both to fail');
  const [second] = await listed('failed');
  await admin.call('retry', { direction: 'out', seq: second!.seq });
  await until(async () => (await listed('delivered')).length === 3, 'all to be delivered');
  expect(texts()).toEqual(['first', 'one\n\ntwo']);
});

test('a joined reply that is set aside before anything was sent is left out, the other goes', async () => {
  await start({ x: oneCall });
  await rig.interaction();
  await waitForWindow('one', 'two');
  rig.x.faults.add({ when: send, cut: 'before', status: 503 });
  const [two] = await listed('waiting');
  await admin.call('setAside', { direction: 'out', seq: two!.seq });
  await until(() => notices().length === 1, 'the notice');
  expect(notices()[0]).toContain('"two" was not delivered. Your administrator took it out of the queue');
  nextWindow();
  await until(() => {
    rig.clock.jump(10_000);
    return texts().length === 2;
  }, 'the other reply');
  expect(texts()).toEqual(['first', 'one']);
});

test('a joined reply that is set aside while the message is made ready stays out, and the other goes', async () => {
  await start({ x: oneCall });
  await rig.interaction();
  await waitForWindow('one', 'two');
  const { outbox, history } = rig.store;
  const join = outbox.join.bind(outbox);
  outbox.join = async (seq, others) => {
    await join(seq, others);
    await history.setAside({ direction: 'out', seq: others[0]! }, 'by an admin');
  };
  nextWindow();
  await until(() => texts().length === 2, 'the other reply');
  expect(texts()).toEqual(['first', 'one']);
  expect((await listed('failed')).map(({ reason }) => reason)).toEqual(['by an admin']);
});

test('"try again" of an older reply does not join one whose outcome is unknown', async () => {
  await start({ x: oneCall });
  await rig.interaction();
  await waitForWindow('older');
  const [older] = await listed('waiting');
  await admin.call('setAside', { direction: 'out', seq: older!.seq });
  expect((await reply('newer')).status).toBe(202);
  rig.x.faults.add({ when: send, cut: 'after' });
  rig.x.faults.add({ when: look, status: 503 });
  nextWindow();
  await until(() => texts().includes('newer'), 'the newer reply');
  await admin.call('retry', { direction: 'out', seq: older!.seq });
  await until(async () => {
    rig.clock.jump(5 * 60_000);
    return (await listed('waiting')).length === 0;
  }, 'both to be done with');
  expect([...texts()].sort()).toEqual(['first', 'newer', 'older']);
});

test('set aside while its file is uploaded: it is not sent, and the host’s call hears so', async () => {
  await start();
  const file = rig.host.state.addAttachment('map.png', 'image/png', png);
  rig.x.faults.add({ when: /finalize$/, delay: 400 });
  const calling = reply('look', { AttachmentId: file.id });
  await until(() => rig.x.traffic.some((call) => call.endsWith('/finalize')), 'the upload');
  const [row] = await listed('waiting');
  await admin.call('setAside', { direction: 'out', seq: row!.seq });
  const { status, body } = await calling;
  expect(status).toBeGreaterThanOrEqual(400);
  expect(body.error?.message).toContain('Your administrator took it out of the queue');
  expect((await reply('and on')).status).toBe(200);
  expect(texts()).toEqual(['and on']);
  expect((await listed('failed')).map(({ seq }) => seq)).toEqual([row!.seq]);
});

test('erased while its file is uploaded: the words do not come back, and nothing is sent', async () => {
  await start();
  const file = rig.host.state.addAttachment('map.png', 'image/png', png);
  await rig.interaction();
  rig.x.faults.add({ when: /finalize$/, delay: 400 });
  const calling = reply('private words', { AttachmentId: file.id });
  await until(() => rig.x.traffic.some((call) => call.endsWith('/finalize')), 'the upload');
  const [row] = await listed('waiting');
  await forgetUser(rig.store.eraser, customer.id);
  await calling;
  expect((await reply('and on')).status).toBe(200);
  expect(texts()).toEqual(['and on']);
  expect(JSON.stringify(await rig.store.outbox.get(row!.seq))).not.toContain('private words');
});

test('while X is taking a reply it cannot be set aside, and the panel says so', async () => {
  await start();
  rig.x.faults.add({ when: send, delay: 400 });
  const calling = reply('on its way');
  await until(() => rig.x.traffic.some((call) => call.endsWith('/messages')), 'the send call');
  const [row] = await listed('waiting');
  const { message } = await admin.refused('setAside', { direction: 'out', seq: row!.seq });
  expect(message).toContain('being handed over right now');
  expect((await calling).status).toBe(200);
});

test('a reply that is tried again and fails again is told of again', async () => {
  await start();
  await rig.interaction();
  const refused = { errors: [{ code: 349, message: 'You cannot send messages to this user.' }] };
  rig.x.faults.add({ when: send, status: 503 });
  expect((await reply('are you there?')).status).toBe(202);
  rig.x.faults.add({ when: send, status: 403, body: refused, times: 3 });
  for (let times = 1; times <= 3; times += 1) {
    if (times > 1) {
      rig.clock.jump(1_000);
      const [row] = await listed('failed');
      await admin.call('retry', { direction: 'out', seq: row!.seq });
    }
    await until(() => {
      rig.clock.jump(1_000);
      return notices().length === times;
    }, `notice ${times}`);
  }
});

test('a reply of two days ago that is tried again is not given up at the first fault', async () => {
  await start();
  const refused = { errors: [{ code: 349, message: 'You cannot send messages to this user.' }] };
  rig.x.faults.add({ when: send, status: 403, body: refused });
  expect((await reply('still of interest')).status).toBe(422);
  rig.clock.jump(48 * 60 * 60_000);
  await admin.signIn(rig.secrets.adminPassword);
  rig.x.faults.add({ when: send, status: 503 });
  const [row] = await listed('failed');
  await admin.call('retry', { direction: 'out', seq: row!.seq });
  await until(() => {
    rig.clock.jump(1_000);
    return texts().length === 1;
  }, 'the reply');
  expect(await listed('failed')).toEqual([]);
});
