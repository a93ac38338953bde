import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBackup } from '../../plugin/commands/backup';
import { copiedAtFile } from '../../plugin/store/sqlite/uncleanShutdown';
import { signedIn } from '../support/adminClient';
import { ManualScheduler } from '../support/manualScheduler';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import type { Fault } from '../simulators/faults';
import { scratchFolder } from '../support/scratch';
import { until } from '../support/until';

/** The data folder goes back to a former copy, which knows nothing of what was sent after it was made. */

let rig: Rig;
let scheduler: ManualScheduler;
let copy: string;
beforeEach(() => (copy = join(scratchFolder(), 'copy')));
afterEach(async () => {
  await rig.stop();
  rmSync(join(copy, '..'), { recursive: true, force: true });
});

const hour = 60 * 60_000;

async function start(options: RigOptions = {}): Promise<void> {
  scheduler = new ManualScheduler();
  rig = await Rig.start({ plugin: { scheduler }, ...options });
}

async function makeCopy(): Promise<void> {
  let isDone = false;
  const end = () => (isDone = true);
  const asking = runBackup({ dataDir: rig.dataDir, store: { url: '' } }, copy);
  asking.then(end, end);
  await until(() => {
    scheduler.run('seconds');
    return isDone;
  }, 'the copy');
  await asking;
  // The command goes by the machine's clock, the plugin here by that of the test.
  writeFileSync(join(copy, copiedAtFile), new Date(rig.clock.now()).toISOString());
}

async function goBack(fault?: Fault): Promise<void> {
  await rig.stopPlugin();
  rmSync(rig.dataDir, { recursive: true });
  cpSync(copy, rig.dataDir, { recursive: true });
  rig.x.faults.clear();
  rig.host.faults.clear();
  if (fault) rig.x.faults.add(fault);
  rig.clock.jump(1_000);
  await rig.startPlugin();
}

const support = async () => (await rig.health()).body.accounts['support']!;

async function allSent(): Promise<void> {
  await until(async () => {
    rig.clock.jump(1_000);
    return (await support()).outbound.waiting === 0;
  }, 'the replies');
}

const sent = () => rig.sent.map(({ text }) => text);
const bodies = () => rig.received.map(({ body }) => body);

/** X takes no messages, so that these wait. */
async function repliesWait(...texts: string[]): Promise<void> {
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: /^POST .*messages$/, status: 429, times: Infinity });
  for (const text of texts) expect((await rig.host.agentWrites(interaction, text)).status).toBe(202);
}

/** What X got after the copy was made. */
const leaves = (text: string) => void rig.x.world.addMessage(brandId, customer.id, text);

test('a reply that left after the copy was made is not sent again; one that did not leave is', async () => {
  await start();
  await repliesWait('went out', 'did not');
  await makeCopy();
  leaves('went out');
  await goBack();
  rig.clock.jump(10_000);
  // A colleague's equal words, later, are not the reply.
  leaves('did not');
  await allSent();
  expect(sent()).toEqual(['went out', 'did not', 'did not']);
});

test('however long it had waited', async () => {
  await start();
  await repliesWait('went out');
  rig.clock.jump(3 * hour);
  await makeCopy();
  leaves('went out');
  await goBack();
  await allSent();
  expect(sent()).toEqual(['went out']);
});

test('also when the plugin was stopped before it could look', async () => {
  await start();
  await repliesWait('went out');
  await makeCopy();
  leaves('went out');
  await goBack({ when: /dm_events/, status: 503, times: Infinity });
  await rig.stopPlugin();
  rig.x.faults.clear();
  await rig.startPlugin();
  await allSent();
  expect(sent()).toEqual(['went out']);
});

test('replies that went out in one message are known as that message', async () => {
  await start();
  await repliesWait('one', 'two', 'three');
  await makeCopy();
  leaves('one\n\ntwo');
  await goBack();
  await allSent();
  expect(sent()).toEqual(['one\n\ntwo', 'three']);
});

test('also where one of them was written after the copy, and is unknown', async () => {
  await start();
  await repliesWait('one', 'two');
  await makeCopy();
  leaves('one\n\ntwo\n\nthree');
  await goBack();
  await allSent();
  expect(sent()).toEqual(['one\n\ntwo\n\nthree']);
});

test('a reply that left although the one before it had failed is not sent again either', async () => {
  await start();
  await repliesWait('refused then', 'went out');
  await makeCopy();
  leaves('went out');
  await goBack();
  await allSent();
  expect(sent()).toEqual(['went out', 'refused then']);
});

test('one that waited for longer than faults are borne, and did not leave, goes out', async () => {
  await start();
  await repliesWait('at last');
  await makeCopy();
  rig.clock.jump(30 * hour);
  await goBack();
  await allSent();
  expect(sent()).toEqual(['at last']);
});

test('of a reply in several messages only the missing ones go out', async () => {
  const [first, second, third] = ['a', 'b', 'c'].map((letter) => letter.repeat(10_000));
  await start();
  await repliesWait(`${first}${second}${third}`);
  await makeCopy();
  leaves(first!);
  leaves(second!);
  await goBack();
  await allSent();
  expect(sent()).toEqual([first, second, third]);
});

test('an agent whose reply is set aside hears that it may have arrived', async () => {
  await start({ panel: true });
  await repliesWait('went out');
  await makeCopy();
  leaves('went out');
  await goBack({ when: /dm_events/, status: 503, times: Infinity });
  const admin = await signedIn(rig);
  const { messages } = await admin.call('activity', { direction: 'out', state: 'waiting' });
  await admin.call('setAside', { direction: 'out', seq: messages[0]!.seq });
  await rig.receives(2);
  expect(bodies().at(-1)).toContain('may not have been delivered');
});

test('messages from customers are not handed over twice, and none is missing', async () => {
  await start({ delivery: 'activity' });
  await rig.supplied();
  await rig.customerSays('one');
  await rig.receives(1);
  await rig.stands({ inbound: { waiting: 0 } });
  await makeCopy();
  await rig.customerSays('two');
  await rig.receives(2);
  await rig.stands({ inbound: { waiting: 0 } });
  await goBack();
  await rig.supplied();
  await rig.customerSays('three');
  await rig.receives(3);
  expect(bodies()).toEqual(['one', 'two', 'three']);
});

test('nor is one that had waited for hours when the copy was made', async () => {
  await start();
  await rig.interaction();
  rig.host.faults.add({ when: /notify/, status: 503, times: Infinity });
  await rig.customerWrites('waited long');
  rig.clock.jump(3 * hour);
  await makeCopy();
  rig.host.faults.clear();
  await rig.receivesInHaste(2);
  await rig.stands({ inbound: { waiting: 0 } });
  await goBack();
  await rig.customerWrites('new');
  await rig.receivesInHaste(3);
  expect(bodies()).toEqual(['Hello', 'waited long', 'new']);
});

test('of two equal messages both are known', async () => {
  await start({ delivery: 'activity' });
  await rig.supplied();
  await rig.customerSays('one');
  await rig.receives(1);
  await rig.stands({ inbound: { waiting: 0 } });
  await makeCopy();
  for (const received of [2, 3]) {
    rig.clock.jump(60_000);
    await rig.customerSays('ok');
    await rig.receives(received);
  }
  await rig.stands({ inbound: { waiting: 0 } });
  await goBack();
  await rig.supplied();
  await rig.customerSays('three');
  await rig.receives(4);
  expect(bodies()).toEqual(['one', 'ok', 'ok', 'three']);
});

test('what greeted the customer then does not greet them again', async () => {
  await start({
    delivery: 'activity',
    account: { greeting: { active: true, text: 'Welcome', everyDays: 1 } },
  });
  await rig.supplied();
  await makeCopy();
  await rig.customerSays('hello');
  await until(() => sent().length === 1, 'the greeting');
  await rig.receives(1);
  await goBack();
  await rig.supplied();
  await rig.customerSays('and on');
  await until(() => bodies().includes('and on'), 'the next message');
  await allSent();
  expect(sent()).toEqual(['Welcome']);
});
