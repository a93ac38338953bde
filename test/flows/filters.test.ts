import { AdminClient } from '../support/adminClient';
import { EncryptedRig } from '../support/encrypted';
import { Rig, brandId, customer, otherCustomer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const day = 24 * 60 * 60_000;
const bodies = () => rig.received.map(({ body }) => body);
const filtered = /message filtered: it stays in the panel/;
const greeting = { active: true, text: 'Welcome!' };

async function start(filters: object, options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ account: { filters, mentions: { active: true }, greeting }, ...options });
}

const deliversPost = async (text: string, from: { id: string } = customer) => {
  const post = rig.x.world.addPost(from.id, text);
  await rig.x.feed.publish({ kind: 'post', post });
};

test('messages of blocked users and with spam words reach nobody, and nobody answers them', async () => {
  await start({ blockedUsers: [otherCustomer.id], spamWords: ['crypto', 'free money'] });
  await rig.customerWrites('let me in', { from: otherCustomer });
  await rig.customerWrites('Get FREE  MONEY now');
  await rig.customerWrites('cryptography is fine');
  await rig.receives(1);
  await until(() => rig.sent.length === 1, 'the greeting');
  expect(bodies()).toEqual(['cryptography is fine']);
  expect(await rig.logged(filtered)).toContain('filtered: blocked user');
  await rig.stands({ inbound: { waiting: 0 } });
  const { inbound } = (await rig.health()).body.accounts['support']!;
  expect(inbound).toMatchObject({ setAside: 0, filtered: 2 });
  const metrics = await (await fetch(`${rig.url}/metrics`)).text();
  expect(metrics).toContain('openchannelx_filtered_total{account="support",filter="blocked_user"} 1');
  expect(metrics).toContain('openchannelx_filtered_total{account="support",filter="spam_word"} 1');
});

test('the same filtered message, delivered again, stays filtered', async () => {
  await start({ spamWords: ['spam'] });
  const message = await rig.customerWrites('spam!');
  await rig.stands({ inbound: { filtered: 1 } });
  expect(await rig.deliver(message)).toBe(200);
  await rig.customerWrites('good');
  await rig.receives(1);
  expect(bodies()).toEqual(['good']);
});

test('encrypted messages are filtered once they are opened', async () => {
  const encrypted = await EncryptedRig.start({ account: { filters: { spamWords: ['spam'] } } });
  ({ rig } = encrypted);
  await encrypted.jane.say(brandId, 'secret spam');
  await rig.stands({ inbound: { filtered: 1 } });
  await encrypted.jane.say(brandId, 'secret ham');
  await rig.receives(1);
  expect(bodies()).toEqual(['secret ham']);
});

describe.each(['account-activity', 'poll'] as const)('mentions by %s', (delivery) => {
  test('of new accounts and of those with few followers stay out; private messages come in', async () => {
    await start({ minAccountAgeDays: 30, minFollowers: 10 }, { delivery });
    await rig.supplied();
    const profile = { avatar: 'https://pbs.twimg.com/a.png', verified: false };
    const since = rig.clock.now() - 29 * day;
    rig.x.world.addUser({ ...customer, profile: { ...profile, followers: 1000, since } });
    rig.x.world.addUser({ ...otherCustomer, profile: { ...profile, followers: 9, since: 0 } });
    await deliversPost('@brand I am new');
    await deliversPost('@brand I am lonely', otherCustomer);
    await rig.customerSays('in private', otherCustomer);
    rig.x.world.addUser({ ...otherCustomer, profile: { ...profile, followers: 10, since: 0 } });
    await deliversPost('@brand I have ten friends', otherCustomer);
    if (delivery === 'poll') {
      rig.clock.jump(60_000);
      await rig.nextPoll();
    }
    // When it is read, X tells of a person as they are then, not as they were when they wrote.
    const expected = delivery === 'poll' ? 3 : 2;
    await rig.receives(expected);
    expect(bodies().filter((body) => !body.includes('ten friends') && !body.includes('lonely'))).toEqual([
      'in private',
    ]);
    expect(bodies().some((body) => body.startsWith('@brand I have ten friends'))).toBe(true);
    expect(await rig.logged(/on X for less than 30 days/)).toContain(filtered.source);
  });
});

test('the panel lists what was filtered, and lets it through for good', async () => {
  await start({ spamWords: ['prize'] }, { panel: true, config: { admin: { password: 'the-password' } } });
  const admin = new AdminClient(() => rig.url);
  await admin.signIn('the-password');
  await rig.customerWrites('I won your prize, where is it?');
  await rig.stands({ inbound: { filtered: 1 } });
  const list = async (state: 'failed' | 'filtered') =>
    (await admin.call('activity', { direction: 'in', state })).messages;
  const [row] = await list('filtered');
  expect(row).toMatchObject({
    state: 'filtered',
    who: 'jane_doe',
    reason: 'filtered: the word "prize"',
  });
  expect(await list('failed')).toEqual([]);
  const { accounts } = await admin.call('overview', {});
  expect(accounts[0]).toMatchObject({ filtered: 1, failedIn: 0 });
  await admin.call('retry', { direction: 'in', seq: row!.seq });
  await rig.receives(1);
  expect(bodies()).toEqual(['I won your prize, where is it?']);
  expect(await list('filtered')).toEqual([]);
});
