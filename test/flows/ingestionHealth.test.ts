import { Rig, brandId, customer, deliveries } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const minutes = (count: number) => count * 60_000;
const readings = () => rig.x.traffic.filter((call) => call === 'GET /2/dm_events').length;
const checks = () => rig.x.traffic.filter((call) => call === 'GET /2/activity/subscriptions').length;

async function check(): Promise<void> {
  const before = checks();
  rig.scheduler.run('quarter');
  await until(() => checks() > before, 'the check');
}

test('a webhook that X marked invalid is repaired, and what was not delivered is fetched', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  rig.clock.jump(minutes(30));
  rig.x.webhooks.list[0]!.valid = false;
  await rig.customerSays('said into the void');
  rig.clock.jump(minutes(30));
  await check();
  expect((await rig.receives(1))[0]?.body).toBe('said into the void');
  expect(rig.x.webhooks.list[0]?.valid).toBe(true);
  await rig.customerSays('heard again');
  await rig.receives(2);
});

test('an invalid webhook that cannot be repaired is shown, and repaired when X gets through again', async () => {
  let reachable = true;
  rig = await Rig.start({
    delivery: 'activity',
    x: {
      resolve: (url) => url.replace('https://plugin.example.com', reachable ? rig.url : 'http://127.0.0.1:1'),
    },
  });
  await rig.supplied();
  reachable = false;
  await rig.x.webhooks.challengeAll();
  rig.scheduler.run('quarter');
  await rig.supplied('trouble');
  expect((await rig.health()).body.accounts['support']?.webhook.reason).toMatch(
    /did not get the right answer/,
  );
  reachable = true;
  rig.scheduler.run('quarter');
  await rig.supplied('ok', 'quiet');
  await rig.logged(/events arrive again/);
});

test.each(['activity', 'account-activity', 'account-activity-v1'] as const)(
  '%s: a subscription or webhook that is gone is made anew, and what was not delivered is fetched',
  async (delivery) => {
    rig = await Rig.start({ delivery, account: { environment: 'prod' } });
    await rig.supplied();
    rig.clock.jump(minutes(5));
    rig.x.subscriptions.dropUser(brandId);
    await rig.customerSays('nobody listens');
    rig.scheduler.run('quarter');
    await rig.receives(1);
    rig.clock.jump(minutes(5));
    rig.x.webhooks.list.splice(0);
    await rig.customerSays('nobody is there');
    rig.scheduler.run('quarter');
    await rig.receives(2);
    await rig.customerSays('back');
    await rig.receives(3);
    expect(rig.received.map(({ body }) => body)).toEqual(['nobody listens', 'nobody is there', 'back']);
  },
);

test('a silent supply: X shows messages it did not deliver, so they are taken in and the admin is warned', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  rig.clock.jump(minutes(10));
  rig.x.world.addMessage(customer.id, brandId, 'never delivered');
  rig.clock.jump(minutes(70));
  rig.scheduler.run('hour');
  await rig.receives(1);
  await rig.logged(/\[WARN\].*X shows messages that it did not deliver.*"delivery":"activity"/);
});

test('a supply that is silent because nobody wrote warns of nothing', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  await rig.customerSays('delivered');
  await rig.receives(1);
  rig.clock.jump(minutes(70));
  const before = readings();
  rig.scheduler.run('hour');
  await until(() => readings() > before, 'the look');
  rig.x.world.addMessage(customer.id, brandId, 'still on its way');
  rig.scheduler.run('hour');
  await until(() => readings() > before + 1, 'the second look');
  await rig.supplied();
  expect(await rig.logged(/started/)).not.toMatch(/did not deliver/);
  expect(rig.received).toHaveLength(1);
});

test('read marks and typing are kept for /health and not forwarded', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  await rig.x.feed.publish({ kind: 'typing', userId: customer.id, brandId });
  await rig.x.feed.publish({ kind: 'read', userId: customer.id, brandId, messageId: '7' });
  const { customers } = (await rig.health()).body.accounts['support']!;
  expect(Date.parse(customers.lastTypingAt!)).toBeGreaterThan(Date.now() - minutes(1));
  expect(Date.parse(customers.lastReadAt!)).toBeGreaterThan(Date.now() - minutes(1));
  await rig.customerSays('Hello');
  await rig.receives(1);
  expect(rig.received).toHaveLength(1);
});

test('times that cannot be, from X or of an earlier version, leave /health and /metrics as they are', async () => {
  rig = await Rig.start();
  const mark = { created_timestamp: '99999999999999999999', sender_id: customer.id };
  await rig.x.webhooks.deliver(`${rig.url}/api/messages`, {
    for_user_id: brandId,
    direct_message_indicate_typing_events: [mark],
    direct_message_mark_read_events: [mark],
  });
  rig.store.facts.save('support', 'last encrypted message', '8999999999999999999');
  const { status, body } = await rig.health();
  expect(status).toBe(200);
  expect(Math.abs(Date.parse(body.accounts['support']!.customers.lastTypingAt!) - Date.now())).toBeLessThan(
    60_000,
  );
  expect((await fetch(`${rig.url}/metrics`)).status).toBe(200);
});

describe.each(deliveries)('%s: a revoked token', (delivery) => {
  const account = { environment: 'prod' };

  test('one clear state, fewer than 5 calls to X in the next hour for each sign-in, and on with new ones', async () => {
    rig = await Rig.start({ delivery, account });
    await rig.supplied();
    if (delivery === 'activity-stream') await until(() => rig.x.stream.isOpen, 'the stream');
    await rig.customerSays('before');
    rig.scheduler.run('minute');
    const [{ OpenchannelInteractionId: interactionId } = { OpenchannelInteractionId: 0 }] =
      await rig.receives(1);
    await rig.x.revoke(brandId);
    const before = rig.x.traffic.length;
    const interaction = rig.host.state.interactions.find(({ id }) => id === interactionId)!;
    expect((await rig.host.agentWrites(interaction, 'are you there?')).status).toBe(202);
    await rig.scheduler.pass(60, async () => {
      rig.clock.jump(minutes(1));
      await rig.atRest();
    });
    await rig.supplied('trouble');
    const { body } = await rig.health();
    expect(body.accounts['support']).toMatchObject({
      signIn: { x: { state: 'refused' } },
      webhook: {
        reason: expect.stringMatching(
          /X refuses the account's sign-in: connect the account again in the panel/,
        ) as string,
      },
    });
    expect(rig.x.traffic.slice(before).length).toBeLessThan(10);

    await rig.stopPlugin();
    rig.x.world.addMessage(customer.id, brandId, 'while it was dead');
    rig.renewSignIns();
    await rig.startPlugin();
    await rig.supplied('ok', 'quiet');
    await rig.receives(2);
    await until(() => rig.sent.length === 1, 'the answer that waited');
    expect(rig.received.map((each) => each.body)).toEqual(['before', 'while it was dead']);
  });
});

test('one odd refusal does not take the account down', async () => {
  rig = await Rig.start({ delivery: 'poll', account: { oauth2: {} } });
  await rig.supplied();
  rig.x.faults.add({ when: /dm_events/, status: 401, body: { errors: [{ code: 89, message: 'expired' }] } });
  await rig.nextPoll();
  await rig.supplied('trouble');
  rig.clock.jump(minutes(1));
  await rig.nextPoll();
  await rig.supplied('ok', 'quiet');
});
