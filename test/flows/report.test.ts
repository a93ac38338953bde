import { BotSimulator } from '../simulators/bot';
import type { Report } from '../../plugin/panel/api';
import { AdminClient } from '../support/adminClient';
import { Rig, otherCustomer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let bot: BotSimulator | undefined;
afterEach(async () => {
  await rig.stop();
  await bot?.close();
});

const password = 'the-password';
const minute = 60_000;
const hour = 60 * minute;
/** A full hour in UTC. */
const ten = Date.parse('2035-01-08T10:00:00Z');
const send = 'POST /2/dm_conversations/with/{participant_id}/messages';

async function start(account: object = {}): Promise<void> {
  rig = await Rig.start({
    panel: true,
    config: { admin: { password } },
    account: { filters: { spamWords: ['spam'] }, ...account },
    x: { limits: { [send]: { calls: 2, seconds: 900 } } },
  });
  rig.clock.jump(ten - rig.clock.now());
}

const get = (query: string, authorization?: string) =>
  fetch(`${rig.url}/api/admin/report?${query}`, { headers: authorization ? { authorization } : {} });
const basic = (user: string, word: string) => `Basic ${Buffer.from(`${user}:${word}`).toString('base64')}`;
const range = 'from=2035-01-08&to=2035-01-08';

async function report(query = range): Promise<Report> {
  const response = await get(query, basic('', password));
  expect(response.status).toBe(200);
  return (await response.json()) as Report;
}

const none = { delivered: 0, waiting: 0, failed: 0, filtered: 0, bot: 0 };
const agentSays = (text: string) => rig.host.agentWrites(rig.host.state.interactions[0]!, text);
const atRest = () =>
  until(async () => (await rig.store.outbox.queueNames()).length === 0, 'all answers to be out');

test('messages by hour, direction and state, first responses, waits for windows, and the cost', async () => {
  await start();
  await rig.customerWrites('one');
  await rig.customerWrites('spam');
  await rig.customerWrites('from another', { from: otherCustomer });
  await rig.receives(2);
  rig.clock.jump(4 * minute);
  await rig.customerWrites('two');
  await rig.receives(3);
  await rig.stands({ inbound: { waiting: 0 } });
  rig.clock.jump(6 * minute);
  await agentSays('first');
  await agentSays('second');
  expect((await agentSays('third')).status).toBe(202);
  rig.clock.jump(15 * minute);
  await atRest();
  rig.clock.jump(2 * hour);
  rig.host.faults.add({ when: /notify/, status: 400 });
  await rig.customerWrites('refused');
  await rig.stands({ inbound: { setAside: 1 } });
  const { accounts } = await report();
  const [support] = accounts;
  expect(support?.account).toBe('support');
  expect(support?.hours.map(({ hour: at }) => at)).toEqual([
    '2035-01-08T10:00:00.000Z',
    '2035-01-08T12:00:00.000Z',
  ]);
  const [first, second] = support!.hours;
  expect(first).toMatchObject({
    in: { ...none, delivered: 3, filtered: 1 },
    out: { ...none, delivered: 3 },
    automatic: none,
  });
  expect(first?.firstResponse.count).toBe(1);
  expect(Math.round(first!.firstResponse.medianSeconds! / 60)).toBe(10);
  expect(first?.waitedForWindow.count).toBe(1);
  expect(first!.waitedForWindow.longestSeconds! / 60).toBeGreaterThan(14);
  expect(second).toMatchObject({ in: { ...none, failed: 1 }, firstResponse: { count: 0 } });
  expect(support?.totals).toMatchObject({ in: { delivered: 3, failed: 1, filtered: 1 } });
  const [day] = support!.costs;
  expect(day?.items).toEqual(
    expect.arrayContaining([
      { what: 'event', count: 5 },
      { what: 'message sent', count: 3 },
    ]),
  );
  // Beside them only the look-up of the account's own user, which may fall into the day or not.
  const lookUps = day!.items.find(({ what }) => what === 'user read')?.count ?? 0;
  expect(support?.totals.dollars).toBeCloseTo(5 * 0.01 + 3 * 0.015 + lookUps * 0.01);
});

test('what the bot and the plugin itself said counts for itself', async () => {
  bot = await BotSimulator.start();
  bot.answer = () => ({ messages: [{ text: 'Bot here' }] });
  await start({ bot: { active: true, url: bot.url }, greeting: { active: true, text: 'Welcome' } });
  await rig.customerWrites('hello');
  await until(() => rig.sent.length === 2, 'the greeting and the bot');
  await atRest();
  await rig.customerWrites('agent');
  await rig.receives(2);
  await rig.stands({ inbound: { waiting: 0 } });
  const [support] = (await report()).accounts;
  expect(support?.totals).toMatchObject({
    in: { ...none, delivered: 1, bot: 1 },
    out: none,
    automatic: { ...none, delivered: 2 },
    firstResponse: { count: 0 },
  });
});

test('notices to agents are no messages, and what lies outside the time does not count', async () => {
  await start();
  await rig.customerWrites('hello');
  await rig.receives(1);
  rig.x.faults.add({ when: /dm_conversations/, status: 503, times: 1 });
  await agentSays('waits');
  const code = { errors: [{ code: 349, message: 'You cannot send messages to this user.' }] };
  rig.x.faults.add({ when: /POST .*dm_conversations/, status: 403, body: code });
  await until(() => {
    rig.clock.jump(1_000);
    return rig.received.length === 2;
  }, 'the notice');
  await rig.stands({ inbound: { waiting: 0 } });
  const [support] = (await report()).accounts;
  expect(support?.totals).toMatchObject({ in: { ...none, delivered: 1 }, out: { ...none, failed: 1 } });
  expect((await report('from=2035-01-09&to=2035-01-10')).accounts[0]?.hours).toEqual([]);
  expect((await report('from=2035-01-08T11:00:00Z&to=2035-01-08T12:00:00Z')).accounts[0]?.hours).toEqual([]);
});

test('as CSV, one line for each figure', async () => {
  await start();
  await rig.customerWrites('hello');
  await rig.receives(1);
  await rig.stands({ inbound: { waiting: 0 } });
  const response = await get(`${range}&format=csv`, basic('admin', password));
  expect(response.headers.get('content-type')).toMatch(/^text\/csv/);
  expect(response.headers.get('content-disposition')).toContain('openchannel-x-report.csv');
  const lines = (await response.text()).trim().split('\r\n');
  expect(lines).toEqual([
    'account,time,measure,direction,state,value',
    'support,2035-01-08T10:00:00.000Z,messages,in,delivered,1',
    expect.stringMatching(/^support,2035-01-08,estimated cost in US dollars,,,0\.0[12]$/),
  ]);
});

test.each([
  ['without a password', undefined, 401],
  ['with a wrong one', basic('', 'wrong'), 401],
  ['with a stranger’s name', basic('mallory', password), 401],
  ['with something else', 'Bearer x', 401],
])('nobody gets it %s', async (_, authorization, status) => {
  await start();
  const response = await get(range, authorization);
  expect(response.status).toBe(status);
  expect(await response.text()).not.toContain('support');
});

test('a browser that is signed in gets it with its cookie', async () => {
  await start();
  const admin = new AdminClient(() => rig.url);
  const { response } = await admin.raw('signIn', { password, carrier: 'cookie' });
  const [cookie = ''] = response.headers.getSetCookie();
  const answer = await fetch(`${rig.url}/api/admin/report?${range}`, { headers: { cookie } });
  expect(answer.status).toBe(200);
});

test.each([
  ['', 'Give a time such as from='],
  ['from=yesterday&to=2035-01-08', 'Give a time such as from='],
  ['from=2035-01-09&to=2035-01-08', 'must be before'],
  ['from=2030-01-01&to=2035-01-08', 'at most a year'],
])('a time that makes no sense is refused in words: %s', async (query, words) => {
  await start();
  const response = await get(query, basic('', password));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(words);
});
