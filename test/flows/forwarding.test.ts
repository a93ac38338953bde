import { Bench, customer, otherCustomer } from '../support/bench';
import { until } from '../support/until';

let bench: Bench;
afterEach(() => bench.stop());

const notify = /^POST \/api\/openchannel\/accounts\/\d+\/notify$/;
const bodies = () => bench.received.map(({ body }) => body);
const inbound = async () => (await bench.health()).body.accounts['support']!.inbound;

test.each([
  ['a server fault', { status: 503 }],
  ['too many calls', { status: 429 }],
  ['a connection that is cut before the work is done', { cut: 'before' as const }],
])('%s is tried again, and nothing overtakes within the conversation', async (_what, fault) => {
  bench = await Bench.start();
  bench.host.faults.add({ when: notify, ...fault });
  await bench.customerWrites('one');
  await bench.customerWrites('two');
  await bench.receives(2);
  expect(bodies()).toEqual(['one', 'two']);
});

test('a conversation that waits holds up nobody else', async () => {
  bench = await Bench.start();
  bench.host.faults.add({ when: notify, status: 503 });
  await bench.customerWrites('from Jane');
  await until(async () => (await inbound()).state === 'waiting', 'the first to wait');
  await bench.customerWrites('from Max', { from: otherCustomer });
  await bench.receives(2);
  expect(bodies()).toEqual(['from Max', 'from Jane']);
});

test.each([401, 403])('the host refuses the sign-in (%d): keep trying and tell the admin', async (status) => {
  bench = await Bench.start();
  bench.host.faults.add({ when: notify, status });
  await bench.customerWrites('hello');
  await bench.logged(/\[ERROR\].*the host refuses the sign-in: check the keys of this account/);
  const { body } = await bench.health();
  expect(body.status).toBe('degraded');
  expect(body.accounts['support']?.signIn.host.state).toBe('refused');
  await bench.receives(1);
  await bench.logged(/signed in to the host again/);
});

test('a message the host can never take is set aside with its reason, and the next goes on', async () => {
  bench = await Bench.start();
  bench.host.faults.add({ when: notify, status: 400, body: { message: 'body is not valid' } });
  await bench.customerWrites('cannot be taken');
  await bench.customerWrites('can be taken');
  await bench.receives(1);
  expect(bodies()).toEqual(['can be taken']);
  await bench.logged(/\[ERROR\].*message set aside.*body is not valid/);
  expect((await inbound()).setAside).toBe(1);
});

test('the Map Key comes from the host, is kept, and is read anew when the host refuses', async () => {
  bench = await Bench.start();
  await bench.customerWrites('before');
  await bench.receives(1);
  bench.host.state.accounts[0]!.mapKey = 'cf_7';
  await bench.customerWrites('after');
  await bench.receives(2);
  expect(bench.host.state.notifications.map(({ mapKey }) => mapKey)).toEqual(['twitter', 'cf_7']);
  expect(bench.host.state.notifications[1]).toMatchObject({ from: 'jane_doe', cf_7: 'jane_doe' });
});

test('the Map Key is read again every hour', async () => {
  let hourly = () => {};
  const scheduler = { every: (_expression: string, job: () => void) => ((hourly = job), () => {}) };
  bench = await Bench.start({ plugin: { scheduler } });
  await bench.customerWrites('before');
  await bench.receives(1);
  bench.host.state.accounts[0]!.mapKey = 'email';
  hourly();
  await bench.logged(/Map Key read from the host.*"mapKey":"email","before":"twitter"/);
});

test('a Map Key set in the configuration is not asked for', async () => {
  bench = await Bench.start({ account: { mapKey: 'facebook' } });
  bench.host.state.accounts[0]!.mapKey = 'facebook';
  bench.host.faults.add({ when: /^GET \/api\/openchannel\/accounts/, status: 500, times: 100 });
  await bench.customerWrites('hello');
  await bench.receives(1);
  expect(bench.host.state.notifications[0]).toMatchObject({ mapKey: 'facebook', facebook: 'jane_doe' });
});

test('mapValue id puts the X user id into the field', async () => {
  bench = await Bench.start({ account: { mapValue: 'id' } });
  await bench.customerWrites('hello');
  await bench.receives(1);
  expect(bench.host.state.notifications[0]).toMatchObject({
    from: customer.id,
    twitter: customer.id,
    firstName: 'Jane Doe',
  });
});

test('an API key signs in too, and an address that ends in /api is understood', async () => {
  bench = await Bench.start();
  await bench.stopPlugin();
  const host = { baseUrl: `${bench.host.url}/api/`, apiKey: bench.host.options.apiKey };
  Object.assign(bench, { options: { config: { host } } });
  await bench.startPlugin();
  await bench.customerWrites('hello');
  await bench.receives(1);
});

test('an old host that knows notify only as receive', async () => {
  bench = await Bench.start({ host: { notifyVerb: 'receive' } });
  await bench.customerWrites('one');
  await bench.customerWrites('two');
  await bench.receives(2);
  expect(bodies()).toEqual(['one', 'two']);
});

test('an Open Channel account that does not exist: told to the admin, and nothing is lost', async () => {
  bench = await Bench.start();
  const [account] = bench.host.state.accounts.splice(0);
  await bench.customerWrites('hello');
  await bench.logged(/the host has no Open Channel account \d+: correct openChannelAccountId/);
  bench.host.state.accounts.push(account!);
  await bench.receives(1);
});

test('a notify answer that was lost: the message is found on the host, not sent twice', async () => {
  bench = await Bench.start();
  await bench.customerWrites('hello');
  await bench.receives(1);
  bench.host.faults.add({ when: notify, cut: 'after' });
  await bench.customerWrites('hello');
  await bench.logged(/message was already on the host, not sent again/);
  await bench.customerWrites('and more');
  await bench.receives(3);
  expect(bodies()).toEqual(['hello', 'hello', 'and more']);
});

test('a host that was down: all waits, and goes as soon as one message has got through', async () => {
  bench = await Bench.start();
  await bench.host.close();
  for (let index = 0; index < 5; index += 1) {
    await bench.customerWrites(`Jane ${index}`);
    await bench.customerWrites(`Max ${index}`, { from: otherCustomer });
  }
  await until(async () => (await inbound()).waiting === 10, 'ten to wait');
  expect((await inbound()).waitingBecause).toContain('the host cannot be reached');
  await bench.host.reopen();
  await bench.receives(10);
  const of = (name: string) => bodies().filter((body) => body.startsWith(name));
  expect(of('Jane')).toEqual([0, 1, 2, 3, 4].map((index) => `Jane ${index}`));
  expect(of('Max')).toEqual([0, 1, 2, 3, 4].map((index) => `Max ${index}`));
});
