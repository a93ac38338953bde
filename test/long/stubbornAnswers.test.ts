import { png } from '../support/files';
import { Rig, customer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const send = /^POST \/2\/dm_conversations\/with\/\d+\/messages$/;
const contact = { twitter: customer.username };
const call = (...said: Parameters<Rig['replyOutcome']>) => rig.replyOutcome(...said);
const texts = () => rig.sent.map(({ text }) => text);

/** The host gives up waiting for an answer. */
async function hangUp(body: object, whenCalled: () => boolean): Promise<void> {
  const timeoutMs = new AbortController();
  const calling = fetch(`${rig.url}/api/reply?token=${rig.secrets.replyToken}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: timeoutMs.signal,
  });
  calling.catch(() => undefined);
  await until(whenCalled, 'the call to be under way');
  timeoutMs.abort();
  await expect(calling).rejects.toThrow();
}

const sends = () => rig.x.traffic.filter((made) => made.endsWith('/messages')).length;
const reply = (text: string, id = 5) => ({ body: text, Contact: contact, Interaction: { id } });

test('the host calls a second time while the first call is open: one message, the same answer to both', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, delay: 300 });
  const [one, other] = await Promise.all([call(reply('only once')), call(reply('only once'))]);
  expect([one.status, other.status]).toEqual([200, 200]);
  expect(one.body).toEqual(other.body);
  expect(texts()).toEqual(['only once']);
});

test('the host repeats a call it got no answer to: one message; after that answer, equal words are a new reply', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, delay: 300 });
  await hangUp(reply('ok'), () => sends() === 1);
  const repeated = await call(reply('ok'));
  expect(repeated.status).toBe(200);
  expect(texts()).toEqual(['ok']);
  expect((await call(reply('ok'))).status).toBe(200);
  expect(texts()).toEqual(['ok', 'ok']);
});

test('a call that got no answer before a restart is known after it', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, delay: 300 });
  await hangUp(reply('ok'), () => sends() === 1);
  await until(() => texts().length === 1, 'the message');
  await rig.stopPlugin();
  await rig.startPlugin();
  expect(await call(reply('ok'))).toMatchObject({ status: 200, body: { ids: [rig.sent[0]!.id] } });
  expect(texts()).toEqual(['ok']);
});

test('three equal replies, each after the answer to the one before, arrive as three', async () => {
  rig = await Rig.start();
  for (let times = 0; times < 3; times += 1) expect((await call(reply('ok'))).status).toBe(200);
  expect(texts()).toEqual(['ok', 'ok', 'ok']);
  expect(new Set(rig.sent.map(({ id }) => id)).size).toBe(3);
});

test('an equal reply after a 202 is a reply of its own, also after a restart', async () => {
  rig = await Rig.start({ account: { directMessages: { mergeQueuedReplies: false } } });
  rig.x.faults.add({ when: send, status: 503, times: Infinity });
  expect((await call(reply('ok'))).status).toBe(202);
  await rig.stopPlugin();
  await rig.startPlugin();
  expect((await call(reply('ok'))).status).toBe(202);
  rig.x.faults.clear();
  await until(() => {
    rig.clock.jump(60_000);
    return texts().length === 2;
  }, 'both replies');
  expect(texts()).toEqual(['ok', 'ok']);
});

test('equal texts in another interaction are other replies, also without an answer to the first call', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, delay: 300 });
  await hangUp(reply('ok', 5), () => sends() === 1);
  await call(reply('ok', 6));
  expect(texts()).toEqual(['ok', 'ok']);
});

test('what X could not take for a day is given up, and told in the interaction', async () => {
  rig = await Rig.start();
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: send, status: 503, times: 1000 });
  expect((await rig.host.agentWrites(interaction, 'are you there?')).status).toBe(202);
  rig.clock.jump(23 * 60 * 60_000);
  await rig.logged(/reply waits.*"attempts":2/);
  expect(rig.received).toHaveLength(1);
  rig.clock.jump(2 * 60 * 60_000);
  const [, notice] = await rig.receives(2);
  expect(notice?.body).toContain(
    '"are you there?" was not delivered. Delivery failed after 24 hours of retries.',
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
  await rig.stands({ outbound: { waiting: 0 } });
  await rig.stands({ outbound: { waiting: 0 } });
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
