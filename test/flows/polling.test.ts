import { Rig, brandId, customer, otherCustomer } from '../support/rig';
import { until } from '../support/until';
import { jpeg } from '../support/files';

let rig: Rig;
afterEach(() => rig.stop());

const minutes = (count: number) => count * 60_000;
const bodies = () => rig.received.map(({ body }) => body);
const writes = (text: string, from = customer) => rig.x.world.addMessage(from.id, brandId, text);
const readings = () => rig.x.traffic.filter((call) => call === 'GET /2/dm_events').length;

async function poll(): Promise<void> {
  rig.clock.jump(minutes(1));
  await rig.nextPoll();
}

test.each(['basic', 'pro'])('level %s polls, without anything said of a delivery', async (level) => {
  rig = await Rig.start({ account: { level } });
  await rig.supplied();
  expect(rig.x.traffic).toContain('GET /2/dm_events');
});

test('the first start ever takes nothing of what was written before', async () => {
  rig = await Rig.start({ delivery: 'poll', account: { active: false, mentions: { active: true } } });
  writes('long ago');
  rig.x.world.addPost(customer.id, 'hey @brand, long ago');
  await rig.stopPlugin();
  rig.clock.jump(minutes(1));
  rig.change({ active: true });
  await rig.startPlugin();
  await rig.supplied();
  writes('from now on');
  await poll();
  await rig.receives(1);
  expect(bodies()).toEqual(['from now on']);
});

test('each minute what is new, once, in order, and never what we wrote ourselves', async () => {
  rig = await Rig.start({ delivery: 'poll' });
  await rig.supplied();
  writes('one');
  writes('two', otherCustomer);
  rig.x.world.addMessage(brandId, customer.id, 'an answer written on x.com');
  writes('three');
  await poll();
  await rig.receives(3);
  await poll();
  writes('four');
  await poll();
  await rig.receives(4);
  expect(bodies().filter((body) => body !== 'two')).toEqual(['one', 'three', 'four']);
  expect(rig.host.state.notifications[0]).toMatchObject({ from: 'jane_doe', firstName: 'Jane Doe' });
});

test('pictures and links come along', async () => {
  rig = await Rig.start({ delivery: 'poll' });
  await rig.supplied();
  const picture = rig.x.world.addMedia('image/jpeg', jpeg);
  rig.x.world.addMessage(customer.id, brandId, 'see https://example.com/a?b=1', picture);
  await poll();
  await rig.receives(1);
  expect(bodies()).toEqual(['see https://example.com/a?b=1']);
  expect(rig.host.state.attachments[0]?.content).toEqual(picture.content);
});

test('within 15 reads in 15 minutes, and catching up over pages, over several windows if need be', async () => {
  rig = await Rig.start({ delivery: 'poll', x: { maxPageSize: 20 } });
  await rig.supplied();
  const count = 340;
  for (let index = 0; index < count; index += 1) writes(`message ${index}`);
  const before = rig.x.traffic.length;
  await rig.nextPoll();
  await until(() => readings() === 15, 'the first window to be used up');
  expect(rig.received).toEqual([]);
  rig.clock.jump(minutes(15));
  await rig.receives(count);
  expect(bodies()).toEqual(Array.from({ length: count }, (_, index) => `message ${index}`));
  const refused = rig.x.traffic.slice(before).filter((call) => call === 'GET /2/dm_events').length;
  expect(refused).toBe(17);
}, 60_000);

test('a quarter of an hour of polling stays within the window', async () => {
  rig = await Rig.start({ delivery: 'poll', account: { mentions: { active: true } } });
  await rig.supplied();
  await rig.scheduler.pass(30, async () => {
    rig.clock.jump(minutes(1));
    await rig.atRest();
  });
  const metrics = await (await fetch(`${rig.url}/metrics`)).text();
  expect(metrics).not.toMatch(/x_calls_total\{[^}]*status="429"/);
  await rig.supplied();
});

test('mentions are polled where they are active, page by page from the last one', async () => {
  rig = await Rig.start({ delivery: 'poll', account: { mentions: { active: true } } });
  await rig.supplied();
  const count = 130;
  for (let index = 0; index < count; index += 1) rig.x.world.addPost(customer.id, `@brand mention ${index}`);
  await poll();
  await rig.receives(count);
  rig.x.world.addPost(customer.id, '@brand one more');
  await poll();
  await rig.receives(count + 1);
  expect(new Set(bodies()).size).toBe(count + 1);
}, 30_000);

test('a message that came by webhook before is not taken again', async () => {
  rig = await Rig.start({ delivery: 'poll' });
  await rig.supplied();
  await rig.customerWrites('once');
  await rig.receives(1);
  await poll();
  writes('next');
  await poll();
  await rig.receives(2);
  expect(bodies()).toEqual(['once', 'next']);
});

test('a fault of X is shown when it lasts, and gone when it is over', async () => {
  rig = await Rig.start({ delivery: 'poll' });
  await rig.supplied();
  rig.x.faults.add({ when: /dm_events/, status: 500, times: Infinity });
  await rig.nextPoll();
  await rig.supplied('trouble');
  rig.x.faults.clear();
  writes('meanwhile');
  await rig.nextPoll();
  await rig.receives(1);
  await rig.supplied('ok');
});

test('what X shows a minute late, behind something newer, is read all the same, and only once', async () => {
  rig = await Rig.start({ delivery: 'poll', account: { mentions: { active: true } } });
  await rig.supplied();
  const late = rig.x.world.addMessage(customer.id, brandId, 'shown late');
  const latePost = rig.x.world.addPost(customer.id, '@brand shown late');
  late.shownAt = latePost.shownAt = rig.clock.now() + 60_000;
  rig.clock.jump(5_000);
  rig.x.world.addMessage(otherCustomer.id, brandId, 'newer');
  rig.x.world.addPost(otherCustomer.id, '@brand newer');
  await rig.nextPoll();
  await rig.receives(2);
  rig.clock.jump(60_000);
  await rig.nextPoll();
  await rig.receives(4);
  for (let minutes = 0; minutes < 5; minutes += 1) {
    rig.clock.jump(60_000);
    await rig.nextPoll();
  }
  await rig.stands({ inbound: { waiting: 0 } });
  const texts = rig.received.map(({ body }) => body.split('\n')[0]);
  expect([...texts].sort()).toEqual(['@brand newer', '@brand shown late', 'newer', 'shown late']);
});

test('a mention is not read, and paid for, again and again', async () => {
  rig = await Rig.start({ delivery: 'poll', account: { mentions: { active: true } } });
  await rig.supplied();
  rig.x.world.addPost(customer.id, '@brand hello');
  await rig.nextPoll();
  await rig.receives(1);
  for (let passed = 0; passed < 8; passed += 1) {
    const before = rig.x.mentionsRead.length;
    await poll();
    await until(() => rig.x.mentionsRead.length > before, 'the mentions to be read');
  }
  expect(rig.x.mentionsRead.slice(-4)).toEqual([0, 0, 0, 0]);
});
