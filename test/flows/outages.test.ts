import { BridgeError } from '../../plugin/core/errors';
import type { Delivery } from '../../plugin/x/delivery';
import type { Validation } from '../simulators/x/webhooks';
import { Rig, brandId, customer, otherCustomer, publicOrigin, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** X, or the way from X, is out of reach while the plugin runs on. */

let rig: Rig;
afterEach(() => rig.stop());

const minute = 60_000;
const byWebhook: Delivery[] = ['activity', 'account-activity', 'account-activity-v1'];
const account = { environment: 'prod' };
const bodies = () => rig.received.map(({ body }) => body);
const webhook = async () => (await rig.health()).body.accounts['support']!.webhook;

/** Where X's calls lead; nothing listens at port 1. */
let leadsTo: string | undefined;

async function start(options: RigOptions & { delivery: Delivery }): Promise<void> {
  leadsTo = undefined;
  rig = await Rig.start({
    ...options,
    account: { ...account, ...options.account },
    x: { resolve: (url) => url.replace(publicOrigin, leadsTo ?? rig.url), ...options.x },
  });
  await rig.supplied();
}

/** Minutes pass, with all that is done by the clock. */
async function pass(minutes: number): Promise<void> {
  await rig.scheduler.pass(minutes, async () => {
    // On a busy machine a call of X would take minutes of this clock.
    await rig.atRest();
    rig.clock.jump(minute);
    await rig.atRest();
  });
}

/** The same, where somebody writes at the end of some minutes. */
async function talk(minutes: number, every: number, what: string): Promise<string[]> {
  const texts: string[] = [];
  for (let passed = 0; passed < minutes; passed += every) {
    await pass(every);
    const text = `${what} ${passed}`;
    texts.push(text);
    await rig.customerSays(text, passed % 2 === 0 ? customer : otherCustomer);
  }
  return texts;
}

async function arrives(texts: string[]): Promise<void> {
  await until(async () => {
    await pass(2);
    return rig.received.length >= texts.length;
  }, 'everything to arrive');
  expect([...bodies()].sort()).toEqual([...texts].sort());
}

describe.each(byWebhook)('%s', (delivery) => {
  test('the proxy in front is down for 40 minutes: told while it lasts, and all of it arrives after it', async () => {
    await start({ delivery });
    const before = await talk(6, 3, 'before');
    await arrives(before);
    leadsTo = 'http://127.0.0.1:1';
    const during = await talk(40, 5, 'during');
    await rig.supplied('trouble');
    const { since, reason } = await webhook();
    expect(rig.clock.now() - Date.parse(since!)).toBeGreaterThan(38 * minute);
    expect(rig.clock.now() - Date.parse(since!)).toBeLessThan(45 * minute);
    expect(reason).toMatch(/did not get the right answer/);
    await rig.logged(/\[ERROR\].*X does not reach this plugin.*"lastReached":/);
    leadsTo = undefined;
    // Traffic goes on at once, so that nothing is ever silent for long.
    const after = await talk(20, 5, 'after');
    await arrives([...before, ...during, ...after]);
    await rig.supplied();
    expect((await webhook()).since).toBeUndefined();
  }, 40_000);

  test('nothing can be stored for 40 minutes: what X gave up meanwhile is fetched', async () => {
    await start({ delivery });
    const { inbox } = rig.store;
    const keep = inbox.keep.bind(inbox);
    const full = new BridgeError('store-unavailable', 'the disk is full', { retryable: true });
    inbox.keep = (messages) => (messages.length === 0 ? keep(messages) : Promise.reject(full));
    const during = await talk(40, 8, 'during');
    inbox.keep = keep;
    await arrives(during);
  }, 40_000);
});

const full = new BridgeError('store-unavailable', 'the disk is full', { retryable: true });

test('what is refused while an earlier gap is filled is fetched right after it', async () => {
  await start({ delivery: 'activity' });
  let isFull = true;
  rig.keepFault = (messages) => (isFull && messages.length > 0 ? full : undefined);
  const lists = /^GET \/2\/dm_events/;
  rig.x.faults.add({ when: lists, delay: 500 });
  await rig.customerSays('first');
  isFull = false;
  await rig.customerSays('second');
  await until(() => rig.x.traffic.some((call) => lists.test(call)), 'the gap to be filled');
  isFull = true;
  await rig.customerSays('third');
  isFull = false;
  await rig.customerSays('fourth');
  await until(() => rig.received.length >= 4, 'everything to arrive while no time passes');
  expect([...bodies()].sort()).toEqual(['first', 'fourth', 'second', 'third']);
});

test('the disk is full again while a gap is filled: what was read is stored seconds after there is room', async () => {
  await start({ delivery: 'activity' });
  let refusals = 0;
  let isFull = true;
  rig.keepFault = (messages) => {
    if (!isFull || messages.every(({ text }) => text !== 'first')) return undefined;
    refusals += 1;
    return full;
  };
  await rig.customerSays('first');
  await rig.customerSays('second');
  await until(() => refusals >= 4, 'what was read back to be refused');
  isFull = false;
  rig.clock.jump(5_000);
  await until(() => rig.received.length >= 2, 'everything to arrive');
  expect([...bodies()].sort()).toEqual(['first', 'second']);
  expect(rig.x.traffic.filter((call) => call === 'GET /2/dm_events')).toHaveLength(1);
});

test.each<Validation>(['marks', 'refuses', 'tolerates', 'late'])(
  'whatever X answers to a validation that fails (%s), an outage is noticed and made up for',
  async (validation) => {
    await start({ delivery: 'activity', x: { validation } });
    for (let looks = 0; looks < 3; looks += 1) {
      const before = rig.x.webhooks.challenges;
      rig.scheduler.run('twoMinutes');
      await until(() => rig.x.webhooks.challenges > before, 'X to call');
      rig.clock.jump(2 * minute);
    }
    leadsTo = 'http://127.0.0.1:1';
    await rig.customerSays('into the void');
    const passing = pass(12);
    await until(() => {
      // Waiting for a challenge that comes after the answer takes time of its own.
      rig.clock.jump(2_000);
      return rig.x.webhooks.list.length > 0;
    }, 'some time');
    await passing;
    await until(async () => {
      await pass(1);
      return (await webhook()).state === 'trouble';
    }, 'the outage to be noticed');
    leadsTo = undefined;
    await arrives(['into the void']);
  },
  30_000,
);

test('an outage that a stop and a start fall into is made up for', async () => {
  await start({ delivery: 'activity' });
  await pass(3);
  leadsTo = 'http://127.0.0.1:1';
  await rig.customerSays('before the restart');
  await pass(30);
  await rig.stopPlugin();
  await rig.customerSays('while it was stopped');
  await rig.startPlugin();
  await rig.supplied('trouble');
  await pass(30);
  await rig.customerSays('after the restart');
  await pass(10);
  leadsTo = undefined;
  await arrives(['before the restart', 'while it was stopped', 'after the restart']);
}, 30_000);

test('both ways are down: X cannot be asked, which is told; what was missed is fetched', async () => {
  await start({ delivery: 'activity' });
  await pass(3);
  leadsTo = 'http://127.0.0.1:1';
  rig.x.faults.add({ when: /./, cut: 'before', times: Infinity });
  await rig.customerSays('into the void');
  await pass(20);
  await rig.supplied('trouble');
  await rig.logged(/\[ERROR\].*X cannot be asked whether it reaches this plugin/);
  rig.x.faults.clear();
  leadsTo = undefined;
  await arrives(['into the void']);
}, 30_000);

test('X lets nothing be read: what it tried to deliver during the outage is replayed', async () => {
  await start({ delivery: 'activity', x: { barred: /^\/2\/dm_events/, validation: 'tolerates' } });
  await pass(3);
  leadsTo = 'http://127.0.0.1:1';
  const texts = await talk(24, 4, 'tried in vain');
  leadsTo = undefined;
  await arrives(texts);
  expect(rig.x.traffic).toContain('POST /2/webhooks/replay');
}, 30_000);

test('a moment’s failure calls nobody, and costs one short look', async () => {
  await start({ delivery: 'activity' });
  await pass(2);
  const reads = () => rig.x.traffic.filter((call) => call === 'GET /2/dm_events').length;
  const before = reads();
  leadsTo = 'http://127.0.0.1:1';
  const asked = () => rig.x.traffic.filter((call) => call.startsWith('PUT /2/webhooks/')).length;
  const askedBefore = asked();
  rig.scheduler.run('twoMinutes');
  await until(() => asked() > askedBefore, 'the validation');
  await until(() => rig.x.webhooks.list[0]?.valid === false, 'its failure');
  leadsTo = undefined;
  await until(async () => {
    rig.clock.jump(1_000);
    return rig.x.webhooks.list[0]?.valid === true && (await webhook()).state !== 'trouble';
  }, 'the second look');
  await until(() => reads() > before, 'the reading back');
  expect(await rig.logged(/started/)).not.toMatch(/\[ERROR\]/);
});

test('while all is well nothing is read, however long it lasts', async () => {
  await start({ delivery: 'activity' });
  await pass(2);
  await rig.customerSays('hello');
  await rig.receives(1);
  const before = rig.x.traffic.filter((call) => call === 'GET /2/dm_events').length;
  await pass(50);
  expect(rig.x.traffic.filter((call) => call === 'GET /2/dm_events')).toHaveLength(before);
}, 20_000);

test('a process that was frozen for an hour fetches what X could not deliver meanwhile', async () => {
  await start({ delivery: 'activity' });
  await pass(3);
  leadsTo = 'http://127.0.0.1:1';
  await rig.customerSays('to a frozen plugin');
  rig.clock.jump(60 * minute);
  leadsTo = undefined;
  await rig.customerSays('to a thawed one');
  await arrives(['to a frozen plugin', 'to a thawed one']);
  expect(rig.x.world.messages.filter(({ recipientId }) => recipientId === brandId)).toHaveLength(2);
}, 20_000);
