import { EncryptedRig } from '../support/encrypted';
import { Rig, brandId, customer, otherCustomer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const hour = 60 * 60_000;
const day = 24 * hour;
/** A Monday, 10:00 in Rome: open. */
const monday = Date.parse('2035-01-08T09:00:00Z');
const workingHours = {
  active: true,
  timeZone: 'Europe/Rome',
  workdayHours: ['09:00-13:00', '14:00-18:00'],
  notice: 'Hello ${nickName}, ${account} is closed. We are there ${workingHours}.',
};
const closedNotice = (name = 'Jane Doe') =>
  `Hello ${name}, support is closed. We are there Mon–Fri 09:00–13:00, 14:00–18:00.`;

async function start(account: Record<string, unknown>, options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ account, ...options });
  setTime(monday);
}

function setTime(time: number): void {
  rig.clock.jump(time - rig.clock.now());
}

const said = () => rig.sent.map(({ text }) => text);
const bodies = () => rig.received.map(({ body }) => body);

async function says(count: number): Promise<string[]> {
  await until(() => said().length >= count, `${count} messages to customers`);
  return saidInAll();
}

/** What customers heard when nothing is under way any longer; notices are written down before messages are handed over. */
async function saidInAll(): Promise<string[]> {
  await until(async () => (await rig.store.outbox.queueNames()).length === 0, 'all to be sent');
  return said();
}

describe('outside the working hours', () => {
  test('the customer is told once for each closed period, and the message reaches the host all the same', async () => {
    await start({ workingHours });
    await rig.customerWrites('in the morning');
    await rig.receives(1);
    setTime(monday + 3.5 * hour);
    await rig.customerWrites('at lunch');
    await rig.customerWrites('still at lunch');
    expect(await says(1)).toEqual([closedNotice()]);
    await rig.receives(3);
    await rig.customerWrites('me too', { from: otherCustomer });
    expect(await says(2)).toEqual([closedNotice(), closedNotice('Max Power')]);
    setTime(monday + 9 * hour);
    await rig.customerWrites('in the evening');
    await says(3);
    setTime(monday + 22 * hour);
    await rig.customerWrites('at night');
    setTime(monday + day);
    await rig.customerWrites('the next day');
    await rig.receives(7);
    expect(await saidInAll()).toHaveLength(3);
    expect(bodies()).toContain('at night');
  });

  test('it is told once, also when the host is down and the plugin is started again', async () => {
    await start({ workingHours });
    setTime(monday + 9 * hour);
    rig.host.faults.add({ when: /notify/, status: 503, times: Infinity });
    await rig.customerWrites('hello?');
    await says(1);
    await rig.stopPlugin();
    await rig.startPlugin();
    rig.host.faults.clear();
    await rig.receivesInHaste(1);
    await rig.customerWrites('anybody?');
    await rig.receivesInHaste(2);
    expect(await saidInAll()).toEqual([closedNotice()]);
  });

  test('who writes encrypted is told encrypted', async () => {
    const encrypted = await EncryptedRig.start({ account: { workingHours } });
    ({ rig } = encrypted);
    setTime(monday + 9 * hour);
    await encrypted.jane.say(brandId, 'in secret');
    await rig.receives(1);
    await until(() => encrypted.jane.read(brandId).length >= 2, 'the notice');
    // Of somebody who writes encrypted X tells only the id; the name is known from elsewhere, or not at all.
    expect(encrypted.jane.read(brandId)[1]?.text).toMatch(/^Hello .+, support is closed\./);
    expect(rig.sent).toEqual([]);
  });

  test.each([
    [false, 0],
    [true, 1],
  ])('who writes in public is told only where that is switched on (%s)', async (mentions, count) => {
    await start(
      { workingHours: { ...workingHours, mentions }, mentions: { active: true } },
      { delivery: 'activity' },
    );
    await rig.supplied();
    setTime(monday + 9 * hour);
    const post = rig.x.world.addPost(customer.id, '@brand are you there?');
    await rig.x.feed.publish({ kind: 'post', post });
    await rig.receives(1);
    await rig.x.feed.publish({
      kind: 'post',
      post: rig.x.world.addPost(customer.id, '@brand hello?', { inReplyTo: post }),
    });
    await rig.receives(2);
    const answers = () => rig.x.world.posts.filter(({ authorId }) => authorId === brandId);
    await until(() => answers().length >= count, 'the public notice');
    expect(answers().map(({ text, inReplyTo }) => [text, inReplyTo?.id])).toEqual(
      count === 0 ? [] : [[`@${customer.username} ${closedNotice()}`, post.id]],
    );
    expect(rig.sent).toEqual([]);
  });

  test('a switched-off account answers nothing, and what it had accepted is handed over', async () => {
    await start({ workingHours });
    setTime(monday + 9 * hour);
    rig.host.faults.add({ when: /notify/, status: 503, times: Infinity });
    await rig.stopPlugin();
    rig.change({ active: true, workingHours: { ...workingHours, active: false } });
    await rig.startPlugin();
    await rig.customerWrites('hello');
    await rig.stopPlugin();
    rig.change({ active: false, workingHours });
    await rig.startPlugin();
    rig.host.faults.clear();
    await rig.receivesInHaste(1);
    expect(await saidInAll()).toEqual([]);
  });

  test('a notice that X refuses is told to the admin, and holds nothing up', async () => {
    await start({ workingHours });
    setTime(monday + 9 * hour);
    rig.x.faults.add({
      when: /dm_conversations/,
      status: 403,
      body: { errors: [{ code: 349, message: 'You cannot send messages to this user.' }] },
    });
    await rig.customerWrites('hello');
    await rig.receives(1);
    await rig.stands({ outbound: { failed: 1 } });
    expect((await rig.health()).body.accounts['support']?.outbound.failed).toBe(1);
    expect(bodies()).toEqual(['hello']);
  });
});

describe('the greeting', () => {
  const greeting = { active: true, text: 'Welcome, ${nickName} (${userId})!', everyDays: 30 };
  const welcome = `Welcome, Jane Doe (${customer.id})!`;

  test('goes to a customer at the first contact, and again after so many days without any', async () => {
    await start({ greeting });
    await rig.customerWrites('first');
    await rig.customerWrites('second');
    await rig.receives(2);
    expect(await says(1)).toEqual([welcome]);
    rig.clock.jump(20 * day);
    await rig.customerWrites('third');
    rig.clock.jump(20 * day);
    await rig.customerWrites('no new contact');
    await rig.receives(4);
    rig.clock.jump(30 * day);
    await rig.customerWrites('a new one');
    expect(await says(2)).toEqual([welcome, welcome]);
  });

  test('does not go to customers from before it was switched on', async () => {
    await start({});
    await rig.customerWrites('an old acquaintance');
    await rig.receives(1);
    await rig.stopPlugin();
    rig.change({ greeting });
    await rig.startPlugin();
    await rig.customerWrites('again');
    await rig.customerWrites('new here', { from: otherCustomer });
    await rig.receives(3);
    expect(await says(1)).toEqual([`Welcome, Max Power (${otherCustomer.id})!`]);
  });

  test('names are put in as they are', async () => {
    await start({ greeting: { ...greeting, text: '${nickName}' } });
    rig.x.world.addUser({ ...customer, name: '${account} $& $1' });
    await rig.customerWrites('hello');
    expect(await says(1)).toEqual(['${account} $& $1']);
  });
});
