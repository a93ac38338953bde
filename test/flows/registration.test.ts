import { Rig, brandId, customer, webhookUrl } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const types = () => rig.x.subscriptions.list.map(({ eventType, userId }) => `${eventType} ${userId}`).sort();
const directTypes = ['chat.received', 'chat.sent', 'dm.indicate_typing', 'dm.read', 'dm.received'].map(
  (type) => `${type} ${brandId}`,
);

async function restart(): Promise<void> {
  await rig.stopPlugin();
  await rig.startPlugin();
  await rig.supplied();
}

test.each(['activity', 'account-activity'] as const)(
  '%s: registers the webhook, subscribes, and takes what comes',
  async (delivery) => {
    rig = await Rig.start({ delivery });
    await rig.supplied();
    expect(rig.x.webhooks.list).toMatchObject([{ url: webhookUrl, valid: true }]);
    await rig.customerSays('Hello');
    expect((await rig.receives(1))[0]?.body).toBe('Hello');
  },
);

test('account-activity-v1: webhook and subscription live in the dev environment', async () => {
  const account = { environment: 'prod' };
  rig = await Rig.start({ delivery: 'account-activity-v1', account });
  await rig.supplied();
  expect(rig.x.webhooks.list).toMatchObject([{ url: webhookUrl, valid: true, environment: 'prod' }]);
  await rig.customerSays('Hello');
  await rig.receives(1);
});

test('subscribes to the event types it needs, and no more', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  expect(types()).toEqual(directTypes);
  rig.change({ mentions: { active: true }, directMessages: { active: false } });
  await restart();
  expect(types()).toEqual(['post.mention.create', 'post.reply.create'].map((type) => `${type} ${brandId}`));
});

test.each(['activity', 'account-activity', 'account-activity-v1'] as const)(
  '%s: ten starts, one webhook, and nothing subscribed anew',
  async (delivery) => {
    rig = await Rig.start({ delivery, account: { environment: 'prod' } });
    await rig.supplied();
    const [webhook] = rig.x.webhooks.list;
    const before = rig.x.subscriptions.list.map(({ id }) => id);
    for (let start = 0; start < 10; start += 1) await restart();
    expect(rig.x.webhooks.list.map(({ id }) => id)).toEqual([webhook?.id]);
    expect(rig.x.subscriptions.list.map(({ id }) => id)).toEqual(before);
    expect(rig.x.subscriptions.accounts.length).toBe(delivery === 'activity' ? 0 : 1);
  },
);

test('what is ours and stale is cleaned up, what belongs to others stays', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { maxWebhooks: 2 } });
  await rig.supplied();
  const others = rig.x.webhooks.add('https://other.example.com/hook');
  const foreign = {
    ...rig.x.subscriptions.list[0]!,
    id: '77',
    eventType: 'dm.sent',
    tag: 'of another product',
  };
  const stale = { ...rig.x.subscriptions.list[0]!, id: '78', eventType: 'dm.sent' };
  rig.x.subscriptions.list.push(foreign, stale);
  rig.change({ webhookUrl: `${webhookUrl}/support` });
  await restart();
  expect(rig.x.webhooks.list.map(({ url }) => url)).toEqual([others.url, `${webhookUrl}/support`]);
  const ids = rig.x.subscriptions.list.map(({ id }) => id);
  expect([ids.includes('77'), ids.includes('78')]).toEqual([true, false]);
  await rig.customerSays('Hello');
  await rig.receives(1);
});

test('an account moved to another delivery leaves nothing behind with X', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  rig.change({ delivery: 'poll' });
  await restart();
  expect(rig.x.webhooks.list).toEqual([]);
  expect(rig.x.subscriptions.list).toEqual([]);
  await rig.logged(/the former delivery was taken down.*"former":"activity"/);
});

test('an account that is switched off leaves nothing with X, and sets itself up again when switched on', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  await rig.stopPlugin();
  rig.change({ active: false });
  await rig.startPlugin();
  await until(() => rig.x.webhooks.list.length === 0, 'the webhook to be gone');
  expect(rig.x.subscriptions.list).toEqual([]);
  rig.change({ active: true });
  await restart();
  expect(rig.x.webhooks.list).toHaveLength(1);
  await rig.customerSays('Hello');
  await rig.receives(1);
});

test('with secret-path, the secret ends the registered address, and stays out of the log', async () => {
  const account = { webhookCheck: 'secret-path' };
  rig = await Rig.start({ delivery: 'activity', account });
  await rig.supplied();
  const secret = rig.secrets.webhookPaths['support']!;
  expect(rig.x.webhooks.list[0]?.url).toBe(`${webhookUrl}/support/${secret}`);
  await rig.customerSays('Hello');
  await rig.receives(1);
  const log = await rig.logged(/X delivers to the webhook/);
  expect(log).not.toContain(secret);
});

test('an app token that X no longer takes is derived anew', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  rig.x.webhooks.forgetTokens();
  rig.x.webhooks.list[0]!.valid = false;
  rig.scheduler.run('quarter');
  await until(() => rig.x.webhooks.list[0]?.valid === true, 'the webhook to be repaired');
});

const trouble = async () => {
  await rig.supplied('trouble');
  const { body } = await rig.health();
  expect(body.status).toBe('degraded');
  return body.accounts['support']?.webhook.reason;
};

test('CrcValidationFailed: says what X needs to get through', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { resolve: () => 'http://127.0.0.1:1/' } });
  expect(await trouble()).toMatch(
    /X called webhookUrl and did not get the right answer: let the address through/,
  );
  await rig.logged(/\[ERROR\].*X does not deliver.*consumerSecret is that of the app/);
});

test('WebhookLimitExceeded: says to delete one', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { maxWebhooks: 0 } });
  expect(await trouble()).toMatch(/the app may have no more webhooks: delete one/);
});

test('DuplicateUrlFailed: says where to look', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { resolve: () => 'http://127.0.0.1:1/' } });
  rig.x.faults.add({
    when: /^POST \/2\/webhooks$/,
    status: 400,
    body: { title: 'DuplicateUrlFailed', detail: 'The URL is registered already.' },
    times: 20,
  });
  rig.scheduler.run('quarter');
  await until(async () => /is registered with X already/.test((await trouble()) ?? ''), 'the sentence');
});

test('room for the messages but not for signs of presence: the supply stands, and the log says so', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { maxSubscriptions: 1 } });
  await rig.supplied();
  await rig.logged(/X refuses some subscriptions that are not essential.*dm.read, dm.indicate_typing/);
  await rig.customerSays('Hello');
  await rig.receives(1);
});

test('a former delivery that the app has no access to is not tried for ever', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { barred: /^\/2\/(?:webhooks|activity)/ } });
  await trouble();
  await rig.stopPlugin();
  rig.change({ delivery: 'poll' });
  await rig.startPlugin();
  await rig.supplied();
  await rig.logged(/the former delivery is left as it is/);
  const before = rig.x.traffic.length;
  await restart();
  expect(rig.x.traffic.slice(before).filter((call) => /activity|webhooks/.test(call))).toEqual([]);
});

test('a call of X that hangs does not hold up the stop', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { resolve: () => 'http://127.0.0.1:1/' } });
  await rig.supplied('trouble');
  rig.x.faults.add({ when: /^GET \/2\/webhooks/, delay: 12_000 });
  const before = rig.x.traffic.length;
  rig.scheduler.run('quarter');
  await until(() => rig.x.traffic.slice(before).includes('GET /2/webhooks'), 'the call');
  const started = Date.now();
  await rig.stopPlugin();
  expect(Date.now() - started).toBeLessThan(6_000);
  await rig.startPlugin();
});

test('SubscriptionLimitExceeded: says what takes room', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { maxSubscriptions: 0 } });
  expect(await trouble()).toMatch(/the app may have no more subscriptions/);
});

test('not enough access: says which delivery is left', async () => {
  rig = await Rig.start({ delivery: 'activity', x: { barred: /^\/2\/(?:webhooks|activity)/ } });
  expect(await trouble()).toMatch(
    /access level .* does not include this way of delivery: choose "delivery": "poll"/,
  );
});

test('UrlValidationFailed, and an address that X would find too long', async () => {
  rig = await Rig.start({
    delivery: 'activity',
    account: { webhookUrl: 'http://127.0.0.1:3002/api/messages' },
  });
  expect(await trouble()).toMatch(/must start with https:\/\/ and name no port/);
  rig.change({ webhookUrl: `${webhookUrl}?${'long'.repeat(60)}` });
  await rig.stopPlugin();
  await rig.startPlugin();
  expect(await trouble()).toMatch(/X takes at most 200/);
});

test('a wrong consumer key, a wrong environment', async () => {
  rig = await Rig.start({ delivery: 'activity', account: { consumerKey: 'mistyped' } });
  expect(await trouble()).toMatch(/check consumerKey and consumerSecret/);
  rig.change({ consumerKey: rig.x.app.consumerKey, delivery: 'account-activity-v1', environment: 'nowhere' });
  await rig.stopPlugin();
  await rig.startPlugin();
  expect(await trouble()).toMatch(/does not know this dev environment/);
});

test('v1.1: a failed challenge and a full environment are told apart', async () => {
  const account = { environment: 'prod' };
  rig = await Rig.start({
    delivery: 'account-activity-v1',
    account,
    x: { resolve: () => 'http://127.0.0.1:1/' },
  });
  expect(await trouble()).toMatch(/did not get the right answer/);
  rig.x.webhooks.add('https://other.example.com/hook', 'prod');
  rig.scheduler.run('quarter');
  await until(async () => /no more webhooks/.test((await trouble()) ?? ''), 'the other sentence');
});

test('X out of reach at the start: tried again by itself, and what was missed is fetched', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  await rig.stopPlugin();
  rig.x.world.addMessage(customer.id, brandId, 'while you were away');
  rig.x.faults.add({ when: /./, status: 503, times: 3 });
  await rig.startPlugin();
  await rig.receives(1);
  await rig.supplied('ok');
});
