import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** The clocks of the plugin's machine, of X and of the host differ, and answers get lost at the same time. */

let rig: Rig;
afterEach(() => rig.stop());

const minute = 60_000;
const hour = 60 * minute;
const send = /^POST \/2\/dm_conversations\/with\/\d+\/messages$/;
const notify = /notify$/;
const bodies = () => rig.received.map(({ body }) => body);
const texts = () => rig.sent.map(({ text }) => text);

async function start(options: RigOptions): Promise<void> {
  rig = await Rig.start({ delivery: 'activity', ...options });
  await rig.supplied();
}

describe.each([3 * minute, -3 * minute, 25 * hour, -25 * hour])(
  'the machine’s clock is %i ms ahead',
  (skewMs) => {
    test('a reply whose answer is lost goes out once', async () => {
      await start({ skewMs });
      const interaction = await rig.interaction();
      rig.x.faults.add({ when: send, cut: 'after' });
      expect((await rig.host.agentWrites(interaction, 'once only')).status).toBe(202);
      await rig.stands({ outbound: { waiting: 0 } });
      expect(texts()).toEqual(['once only']);
    });

    test('the same after a restart in between, and with a look-up that X refuses at first', async () => {
      await start({ skewMs });
      const interaction = await rig.interaction();
      rig.x.faults.add({ when: send, cut: 'after' });
      rig.x.faults.add({ when: /^GET .*dm_events$/, status: 503, times: 2 });
      expect((await rig.host.agentWrites(interaction, 'once only')).status).toBe(202);
      await rig.stopPlugin();
      rig.machine.skewMs = 0;
      await rig.startPlugin();
      await until(async () => {
        rig.clock.jump(10_000);
        return (await rig.health()).body.accounts['support']?.outbound.waiting === 0;
      }, 'the reply to be done with');
      expect(texts()).toEqual(['once only']);
    });

    test('a message whose notify answer is lost is handed over once', async () => {
      await start({ skewMs });
      await rig.interaction();
      rig.host.faults.add({ when: notify, cut: 'after' });
      await rig.customerSays('once only');
      await rig.stands({ inbound: { waiting: 0 } });
      expect(bodies()).toEqual(['Hello', 'once only']);
    });

    test('a rate limit window opens when X opens it', async () => {
      const limits = {
        'POST /2/dm_conversations/with/{participant_id}/messages': { calls: 1, seconds: 900 },
      };
      await start({ skewMs, x: { limits } });
      const interaction = await rig.interaction();
      expect((await rig.host.agentWrites(interaction, 'first')).status).toBe(200);
      expect((await rig.host.agentWrites(interaction, 'second')).status).toBe(202);
      rig.clock.jump(14 * minute);
      const before = rig.x.traffic.length;
      rig.scheduler.run('minute');
      expect(rig.x.traffic.slice(before).filter((call) => send.test(call))).toEqual([]);
      rig.clock.jump(1.1 * minute);
      await until(() => texts().length === 2, 'the second reply');
    });

    test('what was written while the plugin was down is fetched, also when the clock is set right meanwhile', async () => {
      await start({ skewMs });
      rig.scheduler.run('minute');
      await rig.stopPlugin();
      rig.clock.jump(20 * minute);
      await rig.customerSays('while it was down');
      rig.clock.jump(20 * minute);
      rig.machine.skewMs = 0;
      await rig.startPlugin();
      await rig.supplied();
      await rig.receives(1);
      expect(bodies()).toEqual(['while it was down']);
    });
  },
);

test.each([2 * minute, -2 * minute])(
  'the host’s clock is %i ms ahead: a lost answer doubles nothing',
  async (hostSkewMs) => {
    await start({ hostSkewMs });
    await rig.interaction();
    rig.host.faults.add({ when: notify, cut: 'after' });
    await rig.customerSays('once only');
    await rig.stands({ inbound: { waiting: 0 } });
    expect(bodies()).toEqual(['Hello', 'once only']);
  },
);

test('the clock of an earlier version was a day ahead at its stop: the day before is read, and nothing is missing', async () => {
  await start({});
  rig.scheduler.run('minute');
  await rig.stopPlugin();
  const store = await openMessageStore(rig.dataDir, () => rig.clock.now());
  store.facts.save('support', 'supply born at', String(rig.clock.now() - 48 * hour));
  store.facts.save('support', 'supply alive at', String(rig.clock.now() + 24 * hour));
  await store.close();
  rig.clock.jump(10 * minute);
  rig.x.world.addMessage(customer.id, brandId, 'while it was down');
  rig.clock.jump(20 * minute);
  await rig.startPlugin();
  await rig.receives(1);
  expect(bodies()).toEqual(['while it was down']);
});
