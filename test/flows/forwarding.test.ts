import { ManualScheduler } from '../support/manualScheduler';
import { Rig, customer, otherCustomer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const notify = /^POST \/api\/openchannel\/accounts\/\d+\/notify$/;
const bodies = () => rig.received.map(({ body }) => body);
const inbound = async () => (await rig.health()).body.accounts['support']!.inbound;

test.each([
  ['a server fault', { status: 503 }],
  ['too many calls', { status: 429 }],
  ['a connection that is cut before the work is done', { cut: 'before' as const }],
])('%s is tried again, and nothing overtakes within the conversation', async (_what, fault) => {
  rig = await Rig.start();
  rig.host.faults.add({ when: notify, ...fault });
  await rig.customerWrites('one');
  await rig.customerWrites('two');
  await rig.receives(2);
  expect(bodies()).toEqual(['one', 'two']);
});

test('a conversation that waits holds up nobody else', async () => {
  rig = await Rig.start();
  rig.host.faults.add({ when: notify, status: 503 });
  await rig.customerWrites('from Jane');
  await until(async () => (await inbound()).state === 'waiting', 'the first to wait');
  await rig.customerWrites('from Max', { from: otherCustomer });
  await rig.receives(2);
  expect(bodies()).toEqual(['from Max', 'from Jane']);
});

test.each([401, 403])(
  'XCALLY Motion refuses the sign-in (%d): keep trying and tell the admin',
  async (status) => {
    rig = await Rig.start();
    rig.host.faults.add({ when: notify, status });
    await rig.customerWrites('hello');
    await rig.logged(/\[ERROR\].*XCALLY Motion refuses the sign-in: check host.username and host.password/);
    const { body } = await rig.health();
    expect(body.status).toBe('degraded');
    expect(body.accounts['support']?.signIn.host.state).toBe('refused');
    await rig.receives(1);
    await rig.logged(/signed in to XCALLY Motion again/);
  },
);

test('while XCALLY Motion refuses the sign-in it is asked once a minute, however many customers wait', async () => {
  rig = await Rig.start();
  rig.host.faults.add({ when: /./, status: 401, times: Infinity });
  const people = Array.from({ length: 20 }, (_, number) => ({
    id: String(1_800_000_000_000_000_000n + BigInt(number)),
  }));
  for (const from of people) rig.x.world.addUser({ ...from, username: `u${from.id.slice(-4)}`, name: 'U' });
  for (const from of people) await rig.customerWrites('hello', { from });
  await until(async () => (await inbound()).waiting === 20, 'all to wait');
  const before = rig.host.calls.length;
  for (let minutes = 0; minutes < 10; minutes += 1) {
    rig.clock.jump(61_000);
    await rig.atRest();
  }
  expect(rig.host.calls.length - before).toBeLessThanOrEqual(12);
  rig.host.faults.clear();
  await rig.receivesInHaste(20);
});

test('a message the host can never take is set aside with its reason, and the next goes on', async () => {
  rig = await Rig.start();
  rig.host.faults.add({ when: notify, status: 400, body: { message: 'body is not valid' } });
  await rig.customerWrites('cannot be taken');
  await rig.customerWrites('can be taken');
  await rig.receives(1);
  expect(bodies()).toEqual(['can be taken']);
  await rig.logged(/\[ERROR\].*message set aside.*body is not valid/);
  expect((await inbound()).setAside).toBe(1);
});

test('the Map Key comes from the host, is kept, and is read anew when the host refuses', async () => {
  rig = await Rig.start();
  await rig.customerWrites('before');
  await rig.receives(1);
  rig.host.state.accounts[0]!.mapKey = 'cf_7';
  await rig.customerWrites('after');
  await rig.receives(2);
  expect(rig.host.state.notifications.map(({ mapKey }) => mapKey)).toEqual(['twitter', 'cf_7']);
  expect(rig.host.state.notifications[1]).toMatchObject({ from: 'jane_doe', cf_7: 'jane_doe' });
});

test('the Map Key is read again every hour', async () => {
  const scheduler = new ManualScheduler();
  rig = await Rig.start({ plugin: { scheduler } });
  await rig.customerWrites('before');
  await rig.receives(1);
  rig.host.state.accounts[0]!.mapKey = 'email';
  scheduler.run('hour');
  await rig.logged(/Map Key read from XCALLY Motion.*"mapKey":"email","before":"twitter"/);
});

test('a Map Key set in the configuration is not asked for', async () => {
  rig = await Rig.start({ account: { mapKey: 'facebook' } });
  rig.host.state.accounts[0]!.mapKey = 'facebook';
  rig.host.faults.add({ when: /^GET \/api\/openchannel\/accounts/, status: 500, times: 100 });
  await rig.customerWrites('hello');
  await rig.receives(1);
  expect(rig.host.state.notifications[0]).toMatchObject({ mapKey: 'facebook', facebook: 'jane_doe' });
});

test('mapValue id puts the X user id into the field', async () => {
  rig = await Rig.start({ account: { mapValue: 'id' } });
  await rig.customerWrites('hello');
  await rig.receives(1);
  expect(rig.host.state.notifications[0]).toMatchObject({
    from: customer.id,
    twitter: customer.id,
    firstName: 'Jane Doe',
  });
});

test('an API key signs in too, and an address that ends in /api is understood', async () => {
  rig = await Rig.start();
  await rig.stopPlugin();
  const host = { baseUrl: `${rig.host.url}/api/`, apiKey: rig.host.options.apiKey };
  Object.assign(rig, { options: { config: { host } } });
  await rig.startPlugin();
  await rig.customerWrites('hello');
  await rig.receives(1);
});

test('an old host that knows notify only as receive', async () => {
  rig = await Rig.start({ host: { notifyVerb: 'receive' } });
  await rig.customerWrites('one');
  await rig.customerWrites('two');
  await rig.receives(2);
  expect(bodies()).toEqual(['one', 'two']);
});

test('an Open Channel account that does not exist: told to the admin, and nothing is lost', async () => {
  rig = await Rig.start();
  const [account] = rig.host.state.accounts.splice(0);
  await rig.customerWrites('hello');
  await rig.logged(/XCALLY Motion has no Open Channel account \d+: correct openChannelAccountId/);
  rig.host.state.accounts.push(account!);
  await rig.receives(1);
});

test('a notify answer that was lost: the message is found on the host, not sent twice', async () => {
  rig = await Rig.start();
  await rig.customerWrites('hello');
  await rig.receives(1);
  rig.host.faults.add({ when: notify, cut: 'after' });
  await rig.customerWrites('hello');
  await rig.stands({ inbound: { waiting: 0 } });
  await rig.customerWrites('and more');
  await rig.receives(3);
  expect(bodies()).toEqual(['hello', 'hello', 'and more']);
});

test('a host that was down: all waits, and goes as soon as one message has got through', async () => {
  rig = await Rig.start();
  await rig.host.close();
  for (let index = 0; index < 5; index += 1) {
    await rig.customerWrites(`Jane ${index}`);
    await rig.customerWrites(`Max ${index}`, { from: otherCustomer });
  }
  await until(async () => (await inbound()).waiting === 10, 'ten to wait');
  expect((await inbound()).waitingBecause).toContain('XCALLY Motion cannot be reached');
  await rig.host.reopen();
  await rig.receives(10);
  const of = (name: string) => bodies().filter((body) => body.startsWith(name));
  expect(of('Jane')).toEqual([0, 1, 2, 3, 4].map((index) => `Jane ${index}`));
  expect(of('Max')).toEqual([0, 1, 2, 3, 4].map((index) => `Max ${index}`));
});
