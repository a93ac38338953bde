import { Rig, customer, otherCustomer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const day = 24 * 60 * 60_000;
const fields = {
  name: 'cf_1',
  handle: 'cf_2',
  id: 'cf_3',
  avatar: 'cf_4',
  verified: 'cf_5',
  followers: 'cf_6',
  language: 'cf_7',
};
const card = { active: true, ...fields };
const profile = { avatar: 'https://pbs.twimg.com/jane.png', verified: true, followers: 1234, since: 0 };
const told = {
  cf_1: 'Jane Doe',
  cf_2: 'jane_doe',
  cf_3: customer.id,
  cf_4: profile.avatar,
  cf_5: 'true',
  cf_6: '1234',
};

async function start(changes: object = {}, options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ account: { card: { ...card, ...changes } }, ...options });
  rig.x.world.addUser({ ...customer, profile });
}

const contact = () => rig.host.state.contacts[0]?.fields ?? {};
const lookUps = () => rig.x.traffic.filter((call) => /^GET \/2\/users\/\d/.test(call));
const writes = (shape: 'activity' | 'account-activity' = 'activity') =>
  rig.customerWrites('hello', { shape });
const updates = () => rig.host.calls.filter((call) => call.startsWith('PUT /api/cm/contacts')).length;

test.each(['activity', 'account-activity'] as const)(
  '%s: a new contact has it all at once',
  async (shape) => {
    await start();
    await writes(shape);
    await rig.receives(1);
    expect(rig.host.state.notifications[0]).toMatchObject(told);
    expect(contact()).toMatchObject({ ...told, twitter: 'jane_doe', firstName: 'Jane Doe' });
    expect(lookUps()).toEqual([]);
  },
);

test('a contact that was there before is brought up to date, at most once a day', async () => {
  await start();
  rig.host.state.contacts.push({ id: 7, fields: { twitter: 'jane_doe', firstName: 'Janie', cf_6: '5' } });
  await writes();
  await until(() => contact()['cf_6'] === '1234', 'the card');
  expect(contact()).toMatchObject({ ...told, firstName: 'Janie' });
  rig.x.world.addUser({ ...customer, profile: { ...profile, followers: 2000 } });
  rig.clock.jump(day - 60_000);
  await writes();
  await rig.receives(2);
  // Cards go one after the other: when this one is there, an earlier one would be too.
  await rig.customerWrites('hello', { from: otherCustomer });
  await until(() => updates() >= 2, 'the card of another customer');
  expect(contact()['cf_6']).toBe('1234');
  rig.clock.jump(60_000);
  await writes();
  await until(() => contact()['cf_6'] === '2000', 'the new figures');
  expect(updates()).toBe(3);
});

test('posts tell the language too', async () => {
  await start({}, { account: { card, mentions: { active: true } }, delivery: 'activity' });
  await rig.supplied();
  const post = rig.x.world.addPost(customer.id, '@brand hello');
  await rig.x.feed.publish({ kind: 'post', post });
  await rig.receives(1);
  expect(contact()).toMatchObject({ ...told, cf_7: 'en' });
});

test('what events do not tell is asked of X only where that is switched on, once a day', async () => {
  await start({ lookUp: true });
  rig.x.world.eventsTellProfiles = false;
  await writes();
  await until(() => contact()['cf_6'] === '1234', 'the card');
  await writes();
  await rig.receives(2);
  expect(lookUps()).toHaveLength(1);
});

test('the Map Key’s field is never overwritten, and fields without a name stay out', async () => {
  await start({ id: 'twitter', avatar: '', verified: '' });
  await writes();
  await until(() => updates() === 1, 'the card');
  expect(contact()['twitter']).toBe('jane_doe');
  expect(contact()).not.toHaveProperty('cf_4');
});

test('a host that does not take it gets the message all the same, and the log says so', async () => {
  await start();
  rig.host.faults.add({ when: /PUT/, status: 404 });
  await writes();
  await rig.receives(1);
  await rig.logged(/the card of a contact could not be updated/);
  await writes();
  await rig.receives(2);
  expect((await rig.health()).body.status).toBe('ok');
});
