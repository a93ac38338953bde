import { Rig, brandId, customer, otherCustomer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const froms = () => rig.host.state.notifications.map(({ from }) => from);

function rename(id: string, username: string): void {
  rig.x.world.users.get(id)!.username = username;
}

async function knownCustomer(account: Record<string, unknown> = {}): Promise<void> {
  rig = await Rig.start({ account });
  await rig.customerWrites('as jane_doe');
  await rig.receives(1);
  rename(customer.id, 'jane_smith');
}

// The simulator's world is shared by no other test, but the fixture is.
afterEach(() => {
  customer.username = 'jane_doe';
  otherCustomer.username = 'Max_Power';
});

test('a customer who renames keeps the contact, and the log says so, once', async () => {
  await knownCustomer();
  await rig.customerWrites('as jane_smith');
  await rig.customerWrites('again');
  await rig.receives(3);
  expect(froms()).toEqual(['jane_doe', 'jane_doe', 'jane_doe']);
  expect(rig.host.state.contacts).toHaveLength(1);
  const log = await rig.logged(
    /customer renamed on X; the contact keeps its Map Key value.*"handle":"jane_smith"/,
  );
  expect(log.match(/customer renamed on X/g)).toHaveLength(1);
  const answer = await rig.reply({ body: 'hi', Contact: { twitter: 'jane_doe' } });
  expect(answer.status).toBe(200);
  expect(rig.sent.at(-1)?.recipientId).toBe(customer.id);
});

test("once the host's record is changed, the new handle is used", async () => {
  await knownCustomer();
  await rig.customerWrites('as jane_smith');
  await rig.receives(2);
  rig.host.state.contacts[0]!.fields['twitter'] = 'jane_smith';
  rig.clock.jump(61 * 60_000);
  await rig.customerWrites('after the change');
  await rig.receives(3);
  expect(froms()).toEqual(['jane_doe', 'jane_doe', 'jane_smith']);
  expect(rig.host.state.contacts).toHaveLength(1);
  await rig.logged(/the contact in XCALLY Motion has the customer's new handle/);
});

test('an answer shows that the record was changed', async () => {
  await knownCustomer();
  await rig.customerWrites('as jane_smith');
  await rig.receives(2);
  rig.host.state.contacts[0]!.fields['twitter'] = '@jane_smith';
  const [interaction] = rig.host.state.interactions;
  expect((await rig.host.agentWrites(interaction!, 'hello')).status).toBe(200);
  expect(rig.sent.at(-1)?.recipientId).toBe(customer.id);
  await rig.customerWrites('next');
  await rig.receives(3);
  expect(froms().at(-1)).toBe('@jane_smith');
  expect(rig.host.state.contacts).toHaveLength(1);
  await rig.logged(/Map Key value was changed in XCALLY Motion.*"before":"jane_doe"/);
});

test('a change that an answer shows while a message is on its way is not undone by that message', async () => {
  await knownCustomer();
  const { contacts } = rig.store;
  rig.host.faults.add({
    when: /notify/,
    delay: 0,
    act: () => void contacts.saveMapValue('support', customer.id, '@jane_smith'),
  });
  await rig.customerWrites('on its way');
  await rig.receives(2);
  await rig.stands({ inbound: { waiting: 0 } });
  await rig.customerWrites('next');
  await rig.receives(3);
  expect(froms().at(-1)).toBe('@jane_smith');
});

test('a host that does not tell leaves the old value in use', async () => {
  await knownCustomer();
  rig.host.faults.add({ when: /cm\/contacts/, status: 404, times: 9 });
  await rig.customerWrites('as jane_smith');
  await rig.receives(2);
  expect(froms().at(-1)).toBe('jane_doe');
});

test('a handle that X gave on to somebody else does not lead to the former holder', async () => {
  await knownCustomer();
  rename(otherCustomer.id, 'jane_doe');
  await rig.customerWrites('I am new', { from: otherCustomer });
  await rig.receives(2);
  expect(froms()).toEqual(['jane_doe', otherCustomer.id]);
  expect(rig.host.state.contacts).toHaveLength(2);
  await rig.customerWrites('and I am Jane');
  await rig.receives(3);
  expect(froms().at(-1)).toBe('jane_doe');
  await rig.logged(/\[WARN\].*the handle belongs to the contact of another customer/);
  const answer = await rig.reply({ body: 'welcome', Contact: { twitter: otherCustomer.id } });
  expect(answer.status).toBe(200);
  expect(rig.sent.at(-1)).toMatchObject({ senderId: brandId, recipientId: otherCustomer.id });
});

test('with mapValue id, handles do not matter', async () => {
  await knownCustomer({ mapValue: 'id' });
  await rig.customerWrites('as jane_smith');
  await rig.receives(2);
  expect(froms()).toEqual([customer.id, customer.id]);
});

test('X tells of another handle by itself, where it lets that be subscribed to: an agent reaches the customer by it', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  await rig.customerSays('hello');
  await rig.receives(1);
  const watched = () =>
    rig.x.subscriptions.list.some(
      ({ eventType, userId }) => eventType === 'profile.update.handle' && userId === customer.id,
    );
  await until(() => {
    rig.scheduler.run('quarter');
    return watched();
  }, 'the customer to be watched');
  await rig.x.rename(customer.id, 'jane_roe');
  await rig.logged(/a customer has another handle on X/);
  const before = rig.x.traffic.length;
  expect((await rig.replyOutcome({ body: 'hello', Contact: { twitter: 'jane_roe' } })).status).toBe(200);
  expect(rig.sent.at(-1)?.recipientId).toBe(customer.id);
  expect(rig.x.traffic.slice(before).filter((call) => call.startsWith('GET /2/users/'))).toEqual([]);
});
