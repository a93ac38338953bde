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
  rig = await Rig.start({ x: { limits: { [send]: { calls: 15, seconds: 900 } } } });
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
