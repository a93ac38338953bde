import { signedIn } from '../support/adminClient';
import { ManualScheduler } from '../support/manualScheduler';
import { Rig, customer, otherCustomer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let scheduler: ManualScheduler;
afterEach(() => rig.stop());

const minute = 60_000;
/** A Monday, 10:00 in Rome. */
const monday = Date.parse('2035-01-08T09:00:00Z');
const workingHours = {
  timeZone: 'Europe/Rome',
  workdays: ['monday'],
  workdayHours: ['09:00-13:00', '14:00-18:00'],
};
const queue = {
  active: true,
  reminderAfterMinutes: 5,
  progressEveryMinutes: 10,
  notice: '${nickName}: place ${position}, about ${waitTime}.',
};

async function start(account: Record<string, unknown>, options: RigOptions = {}): Promise<void> {
  scheduler = new ManualScheduler();
  rig = await Rig.start({ account, plugin: { scheduler }, panel: true, ...options });
}

/** Where the working hours matter. */
const goToMonday = () => rig.clock.jump(monday - rig.clock.now());

const said = () => rig.sent.map(({ text }) => text);
const notices = () => rig.received.map(({ body }) => body).filter((body) => body.includes('No agent has'));
const health = async () =>
  ((await (await fetch(`${rig.url}/health`)).json()) as { accounts: object }).accounts;

/** Lets time pass, and says what customers have heard when all that follows is done. */
async function passes(minutes: number, ...expected: string[]): Promise<void> {
  rig.clock.jump(minutes * minute);
  scheduler.run('minute');
  if (said().length < expected.length)
    await until(() => said().length >= expected.length, `${expected.length} messages`);
  else {
    // Stopping waits for the job to end.
    await rig.stopPlugin();
    await rig.startPlugin();
  }
  await until(async () => (await rig.store.outbox.queueNames()).length === 0, 'all to be sent');
  expect(said()).toEqual(expected);
}

/** What Motion has is written down a moment later. */
const waits = (count: number) =>
  until(
    async () => (await rig.store.conversations.waitingCustomers('support')).length === count,
    `${count} to wait`,
  );

/** Jane has written, and waits for an agent. */
async function startWithOneWaiting(account: Record<string, unknown>): Promise<void> {
  await start(account);
  await rig.customerWrites('hello');
  await rig.receives(1);
  await waits(1);
}

const agentSays = (text: string, index = 0) =>
  rig.host.agentWrites(rig.host.state.interactions[index]!, text);

describe('a customer who waits for an agent', () => {
  const max = 'Max Power: place 2, about 10 minutes.';
  const maxFirst = 'Max Power: place 1, about 10 minutes.';

  test('is told their place and how long it takes, again while it changes, and nothing after an agent has written', async () => {
    // Customers do not get the agents' language.
    await start({ queue, language: 'it' });
    await rig.customerWrites('hello');
    await rig.receives(1);
    await waits(1);
    await passes(4);
    await rig.customerWrites('me too', { from: otherCustomer });
    await rig.receives(2);
    await waits(2);
    const jane = 'Jane Doe: place 1, about 5 minutes.';
    await passes(1, jane);
    // Nobody was answered in the last hour: it is how long the first has waited.
    await passes(5, jane, max);
    await passes(9, jane, max);
    await passes(6, jane, max);
    expect((await agentSays('Yes?')).status).toBe(200);
    await passes(10, jane, max, 'Yes?', maxFirst.replace('10', '25'));
    await passes(60, jane, max, 'Yes?', maxFirst.replace('10', '25'));
    await rig.customerWrites('are you there?');
    await rig.receives(3);
    await waits(2);
    await passes(30, jane, max, 'Yes?', maxFirst.replace('10', '25'));
  });

  test('outside the working hours nothing is said, nor in an interaction that was closed', async () => {
    await start({ queue, workingHours });
    goToMonday();
    rig.clock.jump(178 * minute);
    await rig.customerWrites('just before lunch');
    await rig.receives(1);
    await waits(1);
    await passes(10);
    await passes(40);
    await passes(15, 'Jane Doe: place 1, about 65 minutes.');
    await rig.customerWrites('hello', { from: otherCustomer });
    await rig.receives(2);
    await waits(2);
    rig.host.state.interactions[1]!.closed = true;
    await passes(20, 'Jane Doe: place 1, about 65 minutes.');
  });
});

describe('nobody replies', () => {
  const unanswered = { minutes: 30, customerNotice: 'Sorry, ${nickName}, we are late.' };

  test('within the working hours: the agents and the panel are told once, and the customer', async () => {
    await start({ unanswered, workingHours });
    goToMonday();
    const admin = await signedIn(rig);
    const state = async () => (await admin.call('overview', {})).accounts[0]!;
    rig.clock.jump(170 * minute);
    await rig.customerWrites('just before lunch');
    await rig.receives(1);
    await waits(1);
    // Ten minutes of work until lunch, which is none.
    await passes(70);
    expect(notices()).toEqual([]);
    await passes(21, 'Sorry, Jane Doe, we are late.');
    await rig.receives(2);
    expect(notices()).toEqual([
      expect.stringContaining('No agent has replied for 30 minutes of working time'),
    ]);
    await passes(60, 'Sorry, Jane Doe, we are late.');
    expect(notices()).toHaveLength(1);
    await admin.signIn(rig.secrets.adminPassword);
    expect(await state()).toMatchObject({ needsPerson: true });
    expect((await state()).reasons).toEqual([expect.stringContaining('1 customer has no reply')]);
    expect(await health()).toMatchObject({ support: { inbound: { unanswered: 1 } } });
    expect(await (await fetch(`${rig.url}/metrics`)).text()).toContain(
      'openchannelx_unanswered_customers{account="support"} 1',
    );
    expect((await agentSays('Here I am')).status).toBe(200);
    expect(await state()).toMatchObject({ reasons: [] });
    await passes(120, 'Sorry, Jane Doe, we are late.', 'Here I am');
    expect(notices()).toHaveLength(1);
  });

  test('to a public post: the agents are told in its interaction, the customer is not', async () => {
    await start({ unanswered, mentions: { active: true }, environment: 'prod' }, { delivery: 'activity' });
    await rig.supplied();
    await rig.x.feed.publish({ kind: 'post', post: rig.x.world.addPost(customer.id, '@brand why?') });
    await rig.receives(1);
    await waits(1);
    rig.clock.jump(31 * minute);
    scheduler.run('minute');
    await rig.receives(2);
    expect(notices()).toHaveLength(1);
    expect(new Set(rig.received.map((each) => each.OpenchannelInteractionId)).size).toBe(1);
    expect((await agentSays('because')).status).toBe(200);
    expect(await health()).toMatchObject({ support: { inbound: { unanswered: 0 } } });
  });
});

test('what was to be said is not said once an agent has written, nor more while it cannot go out', async () => {
  await startWithOneWaiting({ queue });
  await rig.customerWrites('me too', { from: otherCustomer });
  await rig.receives(2);
  await waits(2);
  rig.x.faults.add({ when: /messages$/, status: 429, times: 100 });
  const outbound = async () =>
    ((await health()) as Record<string, { outbound: { waiting: number } }>)['support']!.outbound.waiting;
  rig.clock.jump(11 * minute);
  scheduler.run('minute');
  await until(async () => (await outbound()) === 2, 'what was said');
  // What cannot go out at once is dropped when its time comes, and no more is put behind it.
  for (let round = 0; round < 4; round += 1) {
    rig.clock.jump(11 * minute);
    scheduler.run('minute');
    expect(await outbound()).toBeLessThanOrEqual(2);
  }
  void agentSays('Here I am');
  await waits(1);
  rig.x.faults.clear();
  // Until the rate limit window is over.
  await until(() => {
    rig.clock.jump(minute);
    return said().includes('Here I am');
  }, 'the reply');
  await until(async () => (await outbound()) === 0, 'all to be sent or dropped');
  expect(said().filter((text) => text.includes('Jane Doe: place'))).toEqual([]);
});

test('whoever could not be told their place is told it when X takes more', async () => {
  await startWithOneWaiting({ queue });
  rig.x.faults.add({ when: /messages$/, status: 503, times: 100 });
  rig.clock.jump(6 * minute);
  scheduler.run('minute');
  const isQueued = async () => (await rig.store.outbox.queueNames()).length > 0;
  await until(isQueued, 'the notice');
  await until(async () => {
    rig.clock.jump(minute);
    return !(await isQueued());
  }, 'the notice to be dropped');
  rig.x.faults.clear();
  await until(async () => {
    // What is on its way is given its time.
    if (!(await isQueued())) {
      rig.clock.jump(minute);
      scheduler.run('minute');
    }
    return said().length > 0;
  }, 'the place');
  expect(said()).toEqual([expect.stringMatching(/^Jane Doe: place 1, about \d+ minutes\.$/)]);
});

test('that nobody replies is said to the customer late rather than never', async () => {
  await startWithOneWaiting({ unanswered: { minutes: 30, customerNotice: 'Sorry, we are late.' } });
  rig.x.faults.add({ when: /messages$/, status: 503, times: 2 });
  rig.clock.jump(31 * minute);
  scheduler.run('minute');
  await rig.receives(2);
  await until(() => {
    rig.clock.jump(minute);
    return said().length > 0;
  }, 'the notice');
  expect(said()).toEqual(['Sorry, we are late.']);
});

test('whoever was reported and whose interaction an agent closes waits no longer', async () => {
  await startWithOneWaiting({ unanswered: { minutes: 30 } });
  rig.clock.jump(31 * minute);
  scheduler.run('minute');
  await rig.receives(2);
  expect(await health()).toMatchObject({ support: { inbound: { unanswered: 1 } } });
  rig.host.state.interactions[0]!.closed = true;
  rig.clock.jump(minute);
  scheduler.run('minute');
  await until(async () => (await rig.store.conversations.unanswered('support')) === 0, 'nobody to wait');
});

test('a reply that goes out late answers only what was written before it', async () => {
  await startWithOneWaiting({ unanswered: { minutes: 30 } });
  rig.x.faults.add({ when: /messages$/, status: 503, times: 1 });
  const reply = agentSays('yes?');
  await until(
    async () => (await rig.store.conversations.waitingCustomers('support')).length === 0,
    'the reply',
  );
  rig.clock.jump(1_000);
  await rig.customerWrites('where is my parcel?');
  await rig.receives(2);
  await waits(1);
  await reply;
  rig.clock.jump(2 * minute);
  await until(() => said().includes('yes?'), 'the reply at X');
  await waits(1);
});

test('the texts are checked for what they may hold', async () => {
  await start({});
  const admin = await signedIn(rig);
  const { settings } = await admin.call('settings', {});
  const account = { ...settings.accounts[0]!, queue: { ...queue, notice: '${position} ${wait}' } };
  const { faults } = await admin.refused('save', { settings: { ...settings, accounts: [account] } });
  expect(faults).toEqual([expect.stringContaining('accounts.0.queue.notice: knows no variable ${wait}')]);
});
