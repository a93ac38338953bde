import { png } from '../support/files';
import { Rig, customer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const send = /^POST \/2\/dm_conversations\/with\/\d+\/messages$/;
const contact = { twitter: customer.username };
const call = (...said: Parameters<Rig['replyOutcome']>) => rig.replyOutcome(...said);
const texts = () => rig.sent.map(({ text }) => text);

test('the host calls again because it had no answer in time: one message, the same answer to both', async () => {
  rig = await Rig.start();
  const body = { body: 'only once', Contact: contact, Interaction: { id: 5 } };
  rig.x.faults.add({ when: send, delay: 300 });
  const [one, other] = await Promise.all([call(body), call(body)]);
  expect([one.status, other.status]).toEqual([200, 200]);
  expect(one.body).toEqual(other.body);
  expect(await call(body)).toEqual(one);
  await rig.stopPlugin();
  await rig.startPlugin();
  expect(await call(body)).toEqual(one);
  expect(texts()).toEqual(['only once']);
});

test('equal texts minutes apart, in another interaction, or with another file all go', async () => {
  rig = await Rig.start();
  const write = (id: number) => call({ body: 'ok', Contact: contact, Interaction: { id } });
  await write(5);
  await write(6);
  rig.clock.jump(61_000);
  await write(5);
  expect(texts()).toEqual(['ok', 'ok', 'ok']);
});

test('the second call while the first waits gets the same 202', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, status: 503 });
  const body = { body: 'please arrive', Contact: contact, Interaction: { id: 5 } };
  const one = await call(body);
  const other = await call(body);
  expect([one.status, other.status]).toEqual([202, 202]);
  expect(other.body).toEqual(one.body);
  await until(() => rig.sent.length === 1, 'the answer to be sent');
});

test('what X could not take for a day is given up, and told in the interaction', async () => {
  rig = await Rig.start();
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: send, status: 503, times: 1000 });
  expect((await rig.host.agentWrites(interaction, 'are you there?')).status).toBe(202);
  rig.clock.jump(23 * 60 * 60_000);
  await rig.logged(/answer waits.*"attempts":2/);
  expect(rig.received).toHaveLength(1);
  rig.clock.jump(2 * 60 * 60_000);
  const [, notice] = await rig.receives(2);
  expect(notice?.body).toContain(
    '"are you there?" was not delivered. It could not be sent for 24 hours and was given up.',
  );
});

const paragraph = (letter: string) => `${letter} word. `.repeat(1100).trim();

test('a text too long for one message goes as several, in order, with the file on the first', async () => {
  rig = await Rig.start();
  const file = rig.host.state.addAttachment('map.png', 'image/png', png);
  const body = ['a', 'b', 'c'].map(paragraph).join('\n\n');
  const answer = await call({ body, Contact: contact, AttachmentId: file.id });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ status: 'sent', ids: rig.sent.map(({ id }) => id) });
  expect(rig.sent.map(({ text, stub }) => text.replace(stub ?? '', '').trim())).toEqual(
    ['a', 'b', 'c'].map(paragraph),
  );
  expect(rig.sent.map(({ media }) => media !== undefined)).toEqual([true, false, false]);
});

test('a part whose answer is lost is looked for, and the rest follows', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, delay: 0 });
  rig.x.faults.add({ when: send, cut: 'after' });
  const body = ['a', 'b', 'c'].map(paragraph).join('\n\n');
  expect((await call({ body, Contact: contact })).status).toBe(202);
  await until(() => rig.sent.length === 3, 'all parts');
  await rig.logged(/answer was already on X, not sent again/);
  await rig.logged(/answer sent/);
  expect(texts()).toEqual(['a', 'b', 'c'].map(paragraph));
});

test('a file whose answer waited for more than a day is uploaded anew', async () => {
  const limits = { 'POST /2/dm_conversations/with/{participant_id}/messages': { calls: 1, seconds: 90_000 } };
  rig = await Rig.start({ x: { limits } });
  expect((await call({ body: 'first', Contact: contact })).status).toBe(200);
  const file = rig.host.state.addAttachment('map.png', 'image/png', png);
  expect((await call({ body: 'look', Contact: contact, AttachmentId: file.id })).status).toBe(202);
  const uploads = () => rig.x.traffic.filter((made) => made.endsWith('/initialize')).length;
  expect(uploads()).toBe(1);
  rig.clock.jump(90_000_000);
  await until(() => rig.sent.length === 2, 'the answer to be sent');
  expect(uploads()).toBe(2);
  expect(rig.sent[1]?.media).toBeDefined();
});
