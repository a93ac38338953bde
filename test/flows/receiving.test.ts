import { connect } from 'node:net';
import { createHmac } from 'node:crypto';
import request from 'supertest';
import { Rig, brandId, customer, otherCustomer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
beforeEach(async () => (rig = await Rig.start()));
afterEach(() => rig.stop());

const sign = (body: string, secret = rig.x.app.consumerSecret) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;
const post = (path: string, body: string, signature: string | undefined) => {
  const call = request(rig.url).post(path).set('content-type', 'application/json');
  return (signature === undefined ? call : call.set('x-twitter-webhooks-signature', signature)).send(body);
};
const metrics = async () => (await request(rig.url).get('/metrics')).text;

test('the challenge of X is answered, with and without the account in the path', async () => {
  for (const path of ['/api/messages', '/api/messages/support'])
    expect(await rig.x.webhooks.challenge(rig.url + path)).toBe(true);
  const none = await request(rig.url).get('/api/messages');
  expect(none.status).toBe(400);
  expect(none.body).toEqual({ error: { code: 'bad-request', message: 'the crc_token is missing' } });
  expect((await request(rig.url).get('/api/messages/nobody?crc_token=a')).status).toBe(404);
});

test('nobody gets a signature for a forged event out of the challenge', async () => {
  const event = JSON.stringify({ for_user_id: brandId, direct_message_events: [] });
  const answer = await request(rig.url).get('/api/messages').query({ crc_token: event });
  expect(answer.status).toBe(400);
  expect(answer.text).not.toContain('sha256=');
});

test.each(['activity', 'account-activity'] as const)(
  'a Direct Message by %s reaches the agent',
  async (shape) => {
    await rig.customerWrites('My parcel is late: https://example.com/track?id=1', { shape });
    const [message] = await rig.receives(1);
    expect(message).toMatchObject({
      direction: 'in',
      body: 'My parcel is late: https://example.com/track?id=1',
    });
    expect(rig.host.state.notifications[0]).toMatchObject({
      from: 'jane_doe',
      mapKey: 'twitter',
      firstName: 'Jane Doe',
      twitter: 'jane_doe',
      url: 'https://x.com/jane_doe',
    });
  },
);

test('several events in one call all arrive, in order, and malformed neighbours block nothing', async () => {
  const messages = ['one', 'two', 'three'].map((text) => rig.x.world.addMessage(customer.id, brandId, text));
  const envelope = rig.x.envelope('account-activity', brandId, ...messages) as Record<string, unknown>;
  (envelope['direct_message_events'] as unknown[]).splice(1, 0, { type: 'message_create', id: 'broken' });
  const body = JSON.stringify({ ...envelope, follow_events: [{}], something_new: [{}, {}] });
  expect((await post('/api/messages', body, sign(body))).status).toBe(200);
  expect((await rig.receives(3)).map((each) => each.body)).toEqual(['one', 'two', 'three']);
  await rig.logged(/\[WARN\].*malformed event left out.*"kind":"direct_message"/);
  const counted = await metrics();
  expect(counted).toContain(
    'openchannelx_events_total{account="support",kind="direct_message",result="malformed"} 1',
  );
  expect(counted).toContain(
    'openchannelx_events_total{account="support",kind="something_new",result="not_forwarded"} 2',
  );
});

test('the same message by both APIs and twice each reaches the agent once', async () => {
  const message = await rig.customerWrites('only once', { shape: 'activity' });
  for (const shape of ['account-activity', 'activity', 'account-activity'] as const)
    expect(await rig.deliver(message, shape)).toBe(200);
  await rig.customerWrites('the next');
  expect((await rig.receives(2)).map(({ body }) => body)).toEqual(['only once', 'the next']);
  expect(await metrics()).toContain('result="duplicate"} 3');
});

test("the brand's own messages never become an inbound message", async () => {
  const own = rig.x.world.addMessage(brandId, customer.id, 'sent from x.com');
  expect(await rig.deliver(own, 'activity')).toBe(200);
  expect(await rig.deliver(own, 'account-activity')).toBe(200);
  await rig.customerWrites('from the customer');
  expect((await rig.receives(1)).map(({ body }) => body)).toEqual(['from the customer']);
});

test('a wrong signature is refused, and the log says how often and names the likely cause', async () => {
  const body = JSON.stringify(rig.x.envelope('activity', brandId));
  for (let times = 0; times < 3; times += 1) {
    const answer = await post('/api/messages', body, sign(body, 'another secret'));
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      error: { code: 'unauthorized', message: 'the signature does not fit the body' },
    });
  }
  const log = await rig.logged(/wrong signature.*encoding=binary.*"times":1/);
  expect(log.match(/wrong signature/g)).toHaveLength(1);
  expect(await metrics()).toContain('openchannelx_webhook_refusals_total{reason="wrong-signature-json"} 3');
});

test('a missing signature is refused, and the log names a proxy that drops headers', async () => {
  expect((await post('/api/messages', '{}', undefined)).status).toBe(401);
  await rig.logged(/\[ERROR\].*a proxy in between drops the header x-twitter-webhooks-signature/);
});

test('signed bytes that are no JSON are refused, so is too large a body', async () => {
  expect((await post('/api/messages', '{"a":', sign('{"a":'))).status).toBe(400);
  const large = 'x'.repeat(1024 * 1024 + 1);
  expect((await post('/api/messages', large, sign(large))).status).toBe(413);
});

test.each([
  ['an encoded body', '/api/messages', { 'content-encoding': 'gzip' }, 415],
  ['a path that is no text', '/api/messages/%E0%A4%A', {}, 400],
  ['a path of more parts', '/api/messages/support/x/y', {}, 404],
  ['an empty body without a signature', '/API/Messages/', {}, 401],
])('%s is refused in JSON, and the next call is taken', async (_, path, headers, status) => {
  const response = await fetch(`${rig.url}${path}`, { method: 'POST', headers, body: '{}' });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { message: expect.any(String) as string } });
  await rig.customerWrites('good');
  await rig.receives(1);
});

test('a call that breaks off in the middle of its body leaves nothing behind', async () => {
  const socket = connect(rig.plugin.port, '127.0.0.1');
  socket.write('POST /api/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"half":');
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await rig.customerWrites('good');
  await rig.receives(1);
  expect((await rig.health()).body.status).toBe('ok');
});

test('an account that does not exist is not found', async () => {
  expect((await post('/api/messages/nobody', '{}', sign('{}'))).status).toBe(404);
  expect((await post('/api/messages/support/some-secret', '{}', sign('{}'))).status).toBe(404);
});

test("through the host's proxy: with encoding=binary the signature fits, without it the cause is named", async () => {
  const message = rig.x.world.addMessage(customer.id, brandId, 'Grüße / 你好');
  const envelope = rig.x.envelope('activity', brandId, message);
  const through = (encoding: 'binary' | 'none') =>
    rig.x.webhooks.deliver(rig.host.webhookUrl(rig.plugin.port, '/api/messages', encoding), envelope);
  expect(await through('none')).toBe(401);
  await rig.logged(/encoding=binary/);
  expect(await through('binary')).toBe(200);
  expect((await rig.receives(1))[0]?.body).toBe('Grüße / 你好');
  expect(await rig.x.webhooks.challenge(rig.host.webhookUrl(rig.plugin.port, '/api/messages'))).toBe(true);
});

test('a text with control characters arrives whole and cannot forge a log line', async () => {
  await rig.stopPlugin();
  Object.assign(rig, {
    options: { config: { log: { dir: `${rig.dataDir}/log`, messageText: 'full' } } },
  });
  await rig.startPlugin();
  await rig.customerWrites('a\0b\r\nVERBOSE [x] forged \u001b[31m');
  expect((await rig.receives(1))[0]?.body).toBe('ab\r\nVERBOSE [x] forged \u001b[31m');
  const log = await rig.logged(/message received/);
  expect(log).toContain('VERBOSE [x] forged');
  expect(log).not.toMatch(/^VERBOSE \[x\]/m);
  expect(log).not.toContain('\u001b');
});

test("customers' words stay out of the log unless asked for", async () => {
  await rig.customerWrites('my secret is XYLOPHONE');
  await rig.receives(1);
  expect(await rig.logged(/message forwarded/)).not.toContain('XYLOPHONE');
});

test('a sender the event does not name is looked up once, and kept', async () => {
  for (const text of ['first', 'second']) {
    const message = rig.x.world.addMessage(otherCustomer.id, brandId, text);
    const envelope = rig.x.envelope('account-activity', brandId, message) as Record<string, unknown>;
    const body = JSON.stringify({ ...envelope, users: {} });
    expect((await post('/api/messages', body, sign(body))).status).toBe(200);
  }
  await rig.receives(2);
  expect(rig.host.state.notifications.map(({ from }) => from)).toEqual(['Max_Power', 'Max_Power']);
  expect(rig.x.calls.filter(({ path }) => path === `/2/users/${otherCustomer.id}`)).toHaveLength(1);
});

test('health tells the state of everything, and nothing secret', async () => {
  await rig.customerWrites('a secret word');
  await rig.receives(1);
  await until(
    async () => (await rig.health()).body.accounts['support']?.inbound.waiting === 0,
    'an empty inbox',
  );
  const { status, body } = await rig.health();
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'ok', store: { state: 'ok' } });
  expect(body.accounts['support']).toMatchObject({
    inbound: { state: 'ok', waiting: 0, setAside: 0 },
    outbound: { state: 'ok', waiting: 0, failed: 0 },
    webhook: { state: 'ok', delivery: 'activity', check: 'signature' },
    signIn: { x: { state: 'ok' }, host: { state: 'ok' } },
  });
  const everything = JSON.stringify(body) + (await metrics());
  for (const secret of [
    'a secret word',
    rig.secrets.replyToken,
    rig.x.app.consumerSecret,
    'sim-token-secret',
  ])
    expect(everything).not.toContain(secret);
});

test('what is not there is answered in JSON', async () => {
  const answer = await request(rig.url).get('/nothing');
  expect([answer.status, answer.body]).toEqual([
    404,
    { error: { code: 'not-found', message: 'There is nothing at this address.' } },
  ]);
});
