import { Rig, brandId, customer, deliveries, otherCustomer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const minutes = (count: number) => count * 60_000;
const bodies = () => rig.received.map(({ body }) => body);
const account = { environment: 'prod', mentions: { active: true } };

/** What customers do in an hour in which nobody answers X, one thing a minute; X tries to deliver all of it. */
async function anHourPasses(): Promise<string[]> {
  const said: string[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    const from = minute % 3 === 0 ? otherCustomer : customer;
    const text = `minute ${minute}`;
    if (minute % 10 === 5) {
      const post = rig.x.world.addPost(from.id, `@brand ${text}`);
      await rig.x.feed.publish({ kind: 'post', post });
      said.push(`@brand ${text}\nhttps://x.com/${from.username}/status/${post.id}`);
    } else {
      await rig.customerSays(text, from);
      said.push(text);
    }
    rig.clock.jump(minutes(1));
  }
  return said;
}

async function everythingArrives(said: string[], polls = false): Promise<void> {
  await until(() => {
    if (polls) rig.clock.jump(minutes(1));
    rig.scheduler.run('minute');
    return rig.received.length >= said.length;
  }, 'everything to arrive');
  expect([...bodies()].sort()).toEqual([...said].sort());
}

test.each(deliveries)(
  '%s: after an hour of downtime nothing is missing, and nothing doubled',
  async (delivery) => {
    rig = await Rig.start({ delivery, account });
    await rig.supplied();
    if (delivery === 'activity-stream') await until(() => rig.x.stream.isOpen, 'the stream');
    await rig.stopPlugin();
    const said = await anHourPasses();
    await rig.startPlugin();
    await everythingArrives(said, delivery === 'poll');
    await rig.customerSays('and on');
    await everythingArrives([...said, 'and on'], delivery === 'poll');
  },
  20_000,
);

test.each(deliveries)('%s: the first start ever begins with now', async (delivery) => {
  rig = await Rig.start({ delivery, account: { ...account, active: false } });
  const before = await anHourPasses();
  expect(before).toHaveLength(60);
  await rig.stopPlugin();
  rig.change({ active: true });
  await rig.startPlugin();
  await rig.supplied();
  if (delivery === 'activity-stream') await until(() => rig.x.stream.isOpen, 'the stream');
  await rig.customerSays('the first');
  await everythingArrives(['the first'], delivery === 'poll');
});

test.each(deliveries)(
  '%s: an account that was switched off for a while does not fetch what was written meanwhile',
  async (delivery) => {
    rig = await Rig.start({ delivery, account });
    await rig.supplied();
    await rig.stopPlugin();
    rig.change({ active: false });
    await rig.startPlugin();
    rig.x.world.addMessage(customer.id, brandId, 'to a closed door');
    await rig.stopPlugin();
    rig.clock.jump(minutes(60));
    rig.change({ active: true });
    await rig.startPlugin();
    await rig.supplied();
    if (delivery === 'activity-stream') await until(() => rig.x.stream.isOpen, 'the stream');
    await rig.customerSays('to an open door');
    await everythingArrives(['to an open door'], delivery === 'poll');
  },
);

async function downForAnHour(options: RigOptions = {}): Promise<string[]> {
  rig = await Rig.start({ delivery: 'activity', account, ...options });
  await rig.supplied();
  await rig.stopPlugin();
  return anHourPasses();
}

const replayAsked = () =>
  until(() => rig.x.traffic.includes('POST /2/webhooks/replay'), 'X to be asked for a replay');

test('the far part of a gap is replayed by X, only the last minutes are read', async () => {
  const said = await downForAnHour();
  await rig.startPlugin();
  await everythingArrives(said);
  await replayAsked();
  expect(rig.x.traffic.filter((call) => call === 'POST /2/webhooks/replay')).toHaveLength(1);
  const [, read] =
    /read back what may have been missed.*"what":"messages".*"found":(\d+)/.exec(
      await rig.logged(/read back/),
    ) ?? [];
  expect(Number(read)).toBeLessThan(20);
});

test('X refuses to replay: everything is read back', async () => {
  const said = await downForAnHour();
  rig.x.faults.add({ when: /replay/, status: 403, body: { title: 'Forbidden', detail: 'not for this app' } });
  await rig.startPlugin();
  await everythingArrives(said);
  await rig.logged(/\[WARN\].*no replay from X; reading back instead/);
});

test('a replay that stays incomplete is tried once more, then read back', async () => {
  const said = await downForAnHour();
  let answers = 0;
  const { replay } = rig.x.webhooks;
  rig.x.webhooks.replay = (webhook, from, to) =>
    (answers += 1) > 2 ? replay(webhook, from, to) : Promise.resolve(false);
  await rig.startPlugin();
  await rig.logged(/X could not replay everything; asking again/);
  await everythingArrives(said);
  expect(answers).toBe(2);
  await rig.logged(/X could not replay everything"/);
});

test('X runs another replay: asked again later', async () => {
  const said = await downForAnHour();
  const conflict = { title: 'ReplayConflictError', detail: 'A replay job is already in progress.' };
  rig.x.faults.add({ when: /replay/, status: 400, body: conflict });
  await rig.startPlugin();
  await until(() => rig.x.traffic.some((call) => call.includes('replay')), 'the first try');
  await until(() => rig.received.length > 0, 'the last minutes');
  rig.clock.jump(minutes(6));
  await everythingArrives(said);
});

test('a replay whose end X never tells is given up, and read back', async () => {
  const said = await downForAnHour();
  rig.x.webhooks.replay = () => new Promise(() => {});
  await rig.startPlugin();
  await replayAsked();
  await rig.atRest();
  rig.clock.jump(minutes(61));
  await everythingArrives(said);
  await rig.logged(/X has not finished the replay/);
});

test('what is missed while a replay runs is not forgotten when the replay ends', async () => {
  const said = await downForAnHour();
  let finish = () => {};
  const { replay } = rig.x.webhooks;
  rig.x.webhooks.replay = async (...span) => {
    await new Promise<void>((resolve) => (finish = resolve));
    return replay(...span);
  };
  await rig.startPlugin();
  await replayAsked();
  rig.clock.jump(minutes(1));
  rig.x.webhooks.list[0]!.valid = false;
  await rig.customerSays('into the void');
  rig.scheduler.run('quarter');
  await until(() => rig.x.webhooks.list[0]?.valid === true, 'the repair');
  finish();
  await everythingArrives([...said, 'into the void']);
});

test('a restart in the middle of filling a gap fills it from its beginning', async () => {
  const said = await downForAnHour();
  rig.x.webhooks.replay = () => new Promise(() => {});
  await rig.startPlugin();
  await replayAsked();
  await rig.stopPlugin();
  rig.x.faults.add({ when: /replay/, status: 403, body: { title: 'Forbidden' } });
  await rig.startPlugin();
  await everythingArrives(said);
});

test('longer than X can replay: read back', async () => {
  rig = await Rig.start({ delivery: 'activity', account });
  await rig.supplied();
  await rig.stopPlugin();
  const said = await anHourPasses();
  rig.clock.jump(minutes(60 * 24));
  await rig.startPlugin();
  await everythingArrives(said);
  expect(rig.x.traffic).not.toContain('POST /2/webhooks/replay');
});

test('a webhook that is left to the admin has its gaps read back', async () => {
  rig = await Rig.start({ account: { webhookUrl: '' } });
  await rig.logged(/\[WARN\].*webhookUrl is empty: registering the webhook with X is left to you/);
  await rig.supplied();
  await rig.stopPlugin();
  rig.x.world.addMessage(customer.id, brandId, 'while you were away');
  await rig.startPlugin();
  await rig.receives(1);
  expect(bodies()).toEqual(['while you were away']);
});

test('X does not let anything be read: told once, and the supply goes on', async () => {
  rig = await Rig.start({ delivery: 'activity', account, x: { barred: /^\/2\/dm_events/ } });
  await rig.supplied();
  await rig.stopPlugin();
  rig.x.world.addPost(customer.id, '@brand meanwhile');
  await rig.startPlugin();
  await rig.receives(1);
  await rig.logged(/\[ERROR\].*X does not let what was missed be read back/);
  await rig.supplied();
  await rig.customerSays('Hello');
  await rig.receives(2);
});
