import { StoreFile } from '../../plugin/store/sqlite/database';
import { Rig, brandId, customer, otherCustomer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const minutes = (count: number) => count * 60_000;
const bodies = () => rig.received.map(({ body }) => body);

async function connected(count: number): Promise<void> {
  await until(() => rig.x.stream.connections >= count && rig.x.stream.isOpen, `connection ${count}`);
}

async function streaming(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ delivery: 'activity-stream', ...options });
  await connected(1);
  await rig.supplied();
}

test('takes what comes over the stream, in order, without a webhook', async () => {
  await streaming();
  for (const text of ['one', 'two', 'three: Grüße 😀']) await rig.customerSays(text);
  await rig.receives(3);
  expect(bodies()).toEqual(['one', 'two', 'three: Grüße 😀']);
  expect(rig.x.webhooks.list).toEqual([]);
  expect(rig.x.subscriptions.list.every(({ webhookId }) => webhookId === undefined)).toBe(true);
});

test('an event in pieces, several in one piece, lines that are no JSON', async () => {
  await streaming();
  const message = (text: string) => {
    const made = rig.x.world.addMessage(customer.id, brandId, text);
    return JSON.stringify(rig.x.envelope('activity', brandId, made));
  };
  const [first, second] = [message('in pieces 你好'), message('together')];
  const half = Math.floor(first.length / 2);
  rig.x.stream.write(first.slice(0, half));
  await rig.atRest();
  rig.x.stream.write(`${first.slice(half)}\r\n\r\nno json\r\n${second}\r\n`);
  await rig.receives(2);
  expect(bodies()).toEqual(['in pieces 你好', 'together']);
  await rig.logged(/malformed event left out.*"kind":"stream line"/);
});

test('a connection that breaks is made anew at once, and X sends what was missed', async () => {
  await streaming();
  await rig.customerSays('before');
  await rig.receives(1);
  rig.x.faults.add({ when: /activity\/stream/, cut: 'before' });
  rig.x.stream.drop();
  await rig.customerSays('missed', otherCustomer);
  await connected(2);
  await rig.customerSays('after');
  await rig.receives(3);
  expect(bodies().sort()).toEqual(['after', 'before', 'missed']);
  expect(rig.x.traffic).not.toContain('GET /2/dm_events');
});

test('longer than X backfills: the rest is read back, before what is new', async () => {
  await streaming();
  rig.x.faults.add({ when: /activity\/stream/, status: 503 });
  rig.x.stream.drop();
  await rig.logged(/reconnecting to the X stream.*X answered 503/);
  await rig.customerSays('long ago');
  rig.clock.jump(minutes(20));
  await connected(2);
  await rig.customerSays('now');
  await rig.receives(2);
  expect(bodies()).toEqual(['long ago', 'now']);
  expect(rig.x.traffic).toContain('GET /2/dm_events');
});

test('an app without backfill reads back what a break missed', async () => {
  await streaming({ x: { stream: { backfill: false } } });
  rig.x.stream.drop();
  rig.x.world.addMessage(customer.id, brandId, 'missed');
  await rig.logged(/X does not backfill for this app/);
  await connected(2);
  await rig.receives(1);
});

test('no heartbeat: the connection counts as dead', async () => {
  await streaming();
  rig.x.stream.mute(true);
  rig.clock.jump(26_000);
  await rig.logged(/nothing came for 25 seconds, not even a heartbeat/);
  rig.x.stream.mute(false);
  await until(() => {
    // X may count the dead connection for a while yet, and then wants a minute of time limit.
    rig.clock.jump(5_000);
    return rig.x.stream.connections === 2;
  }, 'the next connection');
  await rig.customerSays('Hello');
  await rig.receives(1);
});

test('heartbeats keep it alive', async () => {
  await streaming();
  for (let heartbeat = 0; heartbeat < 6; heartbeat += 1) {
    rig.x.stream.write('\r\n');
    await rig.atRest();
    rig.clock.jump(20_000);
  }
  expect(rig.x.stream.connections).toBe(1);
  await rig.customerSays('Hello');
  await rig.receives(1);
});

test('operational-disconnect: connected anew, and nothing is missing', async () => {
  await streaming();
  rig.x.stream.closeWith({
    title: 'operational-disconnect',
    disconnect_type: 'UpstreamOperationalDisconnect',
    detail: 'This stream has been disconnected upstream for operational reasons.',
    type: 'https://api.x.com/2/problems/operational-disconnect',
  });
  await rig.customerSays('meanwhile');
  await connected(2);
  await rig.receives(1);
  await rig.logged(/X closes the stream: operational-disconnect/);
});

test('TooManyConnections: one connection only; waits a minute, says who to look for, and goes on', async () => {
  await streaming();
  await rig.stopPlugin();
  const { access_token: token } = (await (
    await fetch(`${rig.x.url}/oauth2/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${rig.x.app.consumerKey}:${rig.x.app.consumerSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    })
  ).json()) as { access_token: string };
  const other = await fetch(`${rig.x.url}/2/activity/stream`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await rig.startPlugin();
  await rig.supplied('trouble');
  expect((await rig.health()).body.accounts['support']?.webhook.reason).toMatch(
    /another program holds the stream/,
  );
  const tries = rig.x.traffic.filter((call) => call.endsWith('/stream')).length;
  rig.clock.jump(59_000);
  expect(rig.x.traffic.filter((call) => call.endsWith('/stream'))).toHaveLength(tries);
  await other.body?.cancel();
  await until(() => !rig.x.stream.isOpen, 'the other to leave');
  await rig.customerSays('meanwhile');
  rig.clock.jump(2_000);
  await rig.receives(1);
  await rig.supplied('ok');
});

test('a stream whose app token died goes on with a new one', async () => {
  await streaming();
  rig.x.webhooks.forgetTokens();
  rig.x.stream.drop();
  await rig.supplied('trouble');
  rig.clock.jump(5_000);
  await connected(2);
  await rig.supplied('ok', 'quiet');
});

test('a subscription that is gone is made anew while the stream stands, and what was missed is read', async () => {
  await streaming();
  rig.clock.jump(20_000);
  rig.x.subscriptions.dropUser(brandId);
  await rig.customerSays('nobody listens');
  rig.scheduler.run('quarter');
  await rig.receives(1);
  await rig.customerSays('back');
  await rig.receives(2);
});

test('a store that cannot take an event holds the stream, and loses nothing', async () => {
  await streaming();
  let tries = 0;
  const commit = jest.spyOn(StoreFile.prototype, 'longTransaction').mockImplementation(() => {
    tries += 1;
    return Promise.reject(new Error('the disk is full'));
  });
  await rig.customerSays('held');
  await rig.logged(/\[ERROR\].*what the stream delivered cannot be stored/);
  for (let again = 0; again < 2; again += 1) {
    const before = tries;
    rig.clock.jump(1_000);
    await until(() => tries > before, 'another try');
  }
  commit.mockRestore();
  rig.clock.jump(1_000);
  await rig.receives(1);
});
