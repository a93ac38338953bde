import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBackup } from '../../plugin/commands/backup';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { ManualScheduler } from '../support/manualScheduler';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import { scratchFolder } from '../support/scratch';
import { until } from '../support/until';

let rig: Rig;
let scheduler: ManualScheduler;
let target: string;
beforeEach(() => (target = join(scratchFolder(), 'copy')));
afterEach(async () => {
  await rig.stop();
  rmSync(join(target, '..'), { recursive: true, force: true });
});

async function start(options: RigOptions = {}): Promise<void> {
  scheduler = new ManualScheduler();
  rig = await Rig.start({ plugin: { scheduler }, ...options });
}

/** The command, while the plugin's seconds pass. */
async function backedUp(folder = target): Promise<string> {
  const asking = runBackup(rig.dataDir, folder);
  let isDone = false;
  const end = () => (isDone = true);
  asking.then(end, end);
  await until(() => {
    scheduler.run('seconds');
    return isDone;
  }, 'the copy');
  return asking;
}

const bodies = () => rig.received.map(({ body }) => body);

test('a copy is made while messages come, and holds each that was acknowledged before', async () => {
  await start();
  rig.host.faults.add({ when: /notify/, status: 503, times: Infinity });
  await rig.customerWrites('before');
  const customerAtWork = new AbortController();
  const writing = (async () => {
    for (let number = 0; !customerAtWork.signal.aborted; number += 1)
      await rig.customerWrites(`meanwhile ${number}`);
  })();
  expect(await backedUp()).toContain(`Copied to ${target}`);
  customerAtWork.abort();
  await writing;
  expect(statSync(target).mode & 0o777).toBe(0o700);
  expect(statSync(join(target, 'openchannel-x.db')).mode & 0o777).toBe(0o600);
  expect(existsSync(join(target, 'secrets.json'))).toBe(existsSync(join(rig.dataDir, 'secrets.json')));
  expect(readdirSync(target)).not.toContain('backup');
  const copy = openMessageStore(target, () => Date.now());
  expect(copy.inbox.nextIn('support dm:1700000000000000021')?.message.text).toBe('before');
  copy.close();
  await rig.customerWrites('after');
  rig.host.faults.clear();
  await rig.receivesInHaste(3);
  expect(bodies()[0]).toBe('before');
});

test('a reply that left after the copy was made is not sent again from it; one that did not leave is', async () => {
  await start();
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: /^POST .*messages$/, status: 429, times: Infinity });
  expect((await rig.host.agentWrites(interaction, 'went out')).status).toBe(202);
  expect((await rig.host.agentWrites(interaction, 'did not')).status).toBe(202);
  await backedUp();
  await rig.stopPlugin();
  rmSync(rig.dataDir, { recursive: true });
  cpSync(target, rig.dataDir, { recursive: true });
  rig.x.faults.clear();
  rig.x.world.addMessage(brandId, customer.id, 'went out');
  rig.clock.jump(1_000);
  await rig.startPlugin();
  rig.clock.jump(1_000);
  rig.x.world.addMessage(brandId, customer.id, 'did not');
  await until(async () => {
    rig.clock.jump(1_000);
    return (await rig.health()).body.accounts['support']?.outbound.waiting === 0;
  }, 'the replies');
  expect(rig.x.world.messages.filter(({ senderId }) => senderId === brandId).map(({ text }) => text)).toEqual(
    ['went out', 'did not', 'did not'],
  );
});

test('going back to a copy loses nothing that X still shows, and doubles nothing', async () => {
  await start({ delivery: 'activity' });
  await rig.supplied();
  await rig.customerSays('one');
  await rig.receives(1);
  await rig.allDelivered();
  await backedUp();
  await rig.customerSays('two');
  await rig.receives(2);
  await rig.stopPlugin();
  rmSync(rig.dataDir, { recursive: true });
  cpSync(target, rig.dataDir, { recursive: true });
  await rig.startPlugin();
  await rig.supplied();
  await rig.logged(/message was already in XCALLY Motion, not sent again/);
  await rig.customerSays('three');
  await rig.receives(3);
  expect(bodies()).toEqual(['one', 'two', 'three']);
});

test('a folder that is not empty, or in the data folder, is refused in words', async () => {
  await start();
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'x'), '');
  await expect(backedUp()).rejects.toThrow(/is not empty/);
  await expect(backedUp(join(rig.dataDir, 'copy'))).rejects.toThrow(/must not be in the data folder/);
  await rig.stopPlugin();
  await expect(runBackup(rig.dataDir, target)).rejects.toThrow(/is not empty/);
  expect(await runBackup(rig.dataDir, join(target, 'inner'))).toContain('Copied to');
  await rig.startPlugin();
});
