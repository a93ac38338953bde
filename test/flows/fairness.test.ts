import { png } from '../support/files';
import { Rig, brandId } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const customers = Array.from({ length: 10 }, (_, index) => ({
  id: String(1_700_000_000_000_001_000n + BigInt(index)),
  username: `customer_${index}`,
  name: `Customer ${index}`,
}));
const send = 'POST /2/dm_conversations/with/{participant_id}/messages';

test('100 answers to 10 customers through 15 in 15 minutes: in order, in turns, and X never has to refuse', async () => {
  rig = await Rig.start({
    x: { limits: { [send]: { calls: 15, seconds: 900 } } },
    account: { directMessages: { mergeQueuedReplies: false } },
  });
  for (const customer of customers) rig.x.world.addUser(customer);
  const write = (index: number, number: number) =>
    rig.reply({ body: `${index}: ${number}`, Contact: { twitter: customers[index]!.username } });
  // One agent writes all of his at once, before the others have begun.
  for (let number = 0; number < 10; number += 1) await write(0, number);
  for (let number = 0; number < 10; number += 1)
    await Promise.all(customers.slice(1).map((_, index) => write(index + 1, number)));
  const sent = () => rig.x.world.messages.filter(({ senderId }) => senderId === brandId);
  const perWindow: number[] = [];
  for (let before = 0; sent().length < 100; before = sent().length) {
    await until(() => sent().length >= Math.min(100, before + 15), 'the window to be used to the last call');
    perWindow.push(sent().length - before);
    rig.clock.jump(901_000);
  }
  expect(perWindow).toEqual([15, 15, 15, 15, 15, 15, 10]);
  for (const [index, { id }] of customers.entries())
    expect(
      sent()
        .filter(({ recipientId }) => recipientId === id)
        .map(({ text }) => text),
    ).toEqual(Array.from({ length: 10 }, (_, number) => `${index}: ${number}`));
  const metrics = await (await fetch(`${rig.url}/metrics`)).text();
  expect(metrics).not.toMatch(/x_calls_total\{[^}]*status="429"/);
  // From the second window on, everybody who has something waiting has had as many turns as the others, give or take one.
  const second = sent().slice(15, 30);
  const turns = customers
    .slice(1)
    .map(({ id }) => second.filter(({ recipientId }) => recipientId === id).length);
  expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
}, 30_000);

test('a window of a day is obeyed as well', async () => {
  rig = await Rig.start();
  rig.x.world.addUser(customers[0]!);
  const reset = Math.ceil((rig.clock.now() + 3_600_000) / 1000);
  rig.x.faults.add({
    when: /with\/\d+\/messages$/,
    status: 429,
    headers: { 'x-user-limit-24hour-remaining': '0', 'x-user-limit-24hour-reset': String(reset) },
  });
  const answer = await rig.reply({ body: 'tomorrow', Contact: { twitter: 'customer_0' } });
  expect(answer.status).toBe(202);
  const { retryAt } = (await answer.json()) as { retryAt: string };
  expect(Date.parse(retryAt)).toBe(reset * 1000);
  rig.clock.jump(3_601_000);
  await until(() => rig.sent.length === 1, 'the answer to be sent');
});

describe('texts that wait for the same window', () => {
  const [jane] = customers;
  const write = (body: string, more: object = {}) =>
    rig.reply({ body, Contact: { twitter: jane!.username }, ...more });
  const texts = () => rig.sent.map(({ text }) => text);

  /** The window has one call, and it is used up; these wait. */
  async function wait(bodies: string[], settings: Record<string, unknown> = {}): Promise<void> {
    rig = await Rig.start({ x: { limits: { [send]: { calls: 1, seconds: 900 } } }, account: settings });
    rig.x.world.addUser(jane!);
    expect((await write('first')).status).toBe(200);
    for (const body of bodies) expect((await write(body)).status).toBe(202);
  }
  const waiting = async () => (await rig.health()).body.accounts['support']?.outbound.waiting;

  test('go out in one message, with a blank line between, each with its own state', async () => {
    await wait(['one', 'two', 'three']);
    rig.clock.jump(901_000);
    await until(() => rig.sent.length === 2, 'the joined message');
    expect(texts()).toEqual(['first', 'one\n\ntwo\n\nthree']);
    await until(async () => (await waiting()) === 0, 'all to be done');
    const log = await rig.logged(/(?:reply sent[^]*){4}/);
    expect(log.match(/reply sent/g)).toHaveLength(4);
  });

  test('stay apart where that is switched off', async () => {
    await wait(['one', 'two'], { directMessages: { mergeQueuedReplies: false } });
    rig.clock.jump(901_000);
    await until(() => rig.sent.length === 2, 'the next');
    rig.clock.jump(901_000);
    await until(() => rig.sent.length === 3, 'the last');
    expect(texts()).toEqual(['first', 'one', 'two']);
  });

  test('are joined up to what X takes, and not across a file', async () => {
    const long = 'x'.repeat(6_000);
    await wait([long, 'short', long]);
    const file = rig.host.state.addAttachment('map.png', 'image/png', png);
    await write('with a file', { AttachmentId: file.id });
    await write('after it');
    for (let windows = 2; windows <= 5; windows += 1) {
      rig.clock.jump(901_000);
      await until(() => rig.sent.length === windows, `window ${windows}`);
    }
    expect(texts().map((text) => text.replace(/ https:\S+$/, ''))).toEqual([
      'first',
      `${long}\n\nshort`,
      long,
      'with a file',
      'after it',
    ]);
  });

  test('a lost answer of X: looked for as one message, and all are done', async () => {
    await wait(['one', 'two']);
    rig.x.faults.add({ when: /with\/\d+\/messages$/, cut: 'after' });
    rig.clock.jump(901_000);
    await until(() => rig.sent.length === 2, 'the joined message');
    await write('three');
    await until(async () => (await waiting()) === 1, 'the joined ones to be done');
    rig.clock.jump(901_000);
    await until(() => rig.sent.length === 3, 'the last');
    expect(texts()).toEqual(['first', 'one\n\ntwo', 'three']);
  });

  test('what was joined stays joined over a restart, even with joining switched off meanwhile', async () => {
    await wait(['one', 'two']);
    rig.x.faults.add({ when: /with\/\d+\/messages$/, cut: 'after' });
    rig.x.faults.add({ when: /with\/\d+\/dm_events$/, status: 503, times: 50 });
    rig.clock.jump(901_000);
    await until(() => rig.sent.length === 2, 'the joined message');
    await rig.stopPlugin();
    rig.x.faults.clear();
    rig.change({ directMessages: { mergeQueuedReplies: false } });
    await rig.startPlugin();
    await until(async () => (await waiting()) === 0, 'both to be done');
    expect(texts()).toEqual(['first', 'one\n\ntwo']);
  });

  test('a refusal is told of each', async () => {
    await wait(['one', 'two']);
    rig.x.faults.add({
      when: /with\/\d+\/messages$/,
      status: 403,
      body: { errors: [{ code: 349, message: 'no' }] },
      times: 2,
    });
    rig.clock.jump(901_000);
    await rig.receives(2);
    expect(rig.received.map(({ body }) => body.slice(0, 48))).toEqual([
      '[X channel] Your message "one" was not delivered',
      '[X channel] Your message "two" was not delivered',
    ]);
    await until(async () => (await waiting()) === 0, 'both to be done');
  });
});
