import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBackup } from '../../plugin/commands/backup';
import { answerRequests } from '../../plugin/commands/requestFiles';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { ManualScheduler } from '../support/manualScheduler';
import { Rig, type RigOptions } from '../support/rig';
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
  const asking = runBackup({ dataDir: rig.dataDir, store: { url: '' } }, folder);
  let isDone = false;
  const end = () => (isDone = true);
  asking.then(end, end);
  await until(() => {
    scheduler.run('seconds');
    return isDone;
  }, 'the copy');
  return asking;
}

test('a copy that cannot be seen where the command runs, since the plugin has a /tmp of its own, is told of', async () => {
  await start();
  const asking = runBackup({ dataDir: rig.dataDir, store: { url: '' } }, target);
  let isDone = false;
  const end = () => (isDone = true);
  asking.then(end, end);
  await until(async () => {
    await answerRequests(rig.dataDir, 'backup', () => Promise.resolve(`Copied to ${target}.`));
    return isDone;
  }, 'the answer');
  await expect(asking).rejects.toThrow(/there is none in .* as seen from here/);
});

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
  const copy = await openMessageStore(target, () => Date.now());
  expect((await copy.inbox.nextIn('support dm:1700000000000000021'))?.message.text).toBe('before');
  await copy.close();
  await rig.customerWrites('after');
  rig.host.faults.clear();
  await rig.receivesInHaste(3);
  expect(bodies()[0]).toBe('before');
});

test('a folder that is not empty, or in the data folder, is refused in words', async () => {
  await start();
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'x'), '');
  await expect(backedUp()).rejects.toThrow(/is not empty/);
  await expect(backedUp(join(rig.dataDir, 'copy'))).rejects.toThrow(/must not be in the data folder/);
  await rig.stopPlugin();
  await expect(runBackup({ dataDir: rig.dataDir, store: { url: '' } }, target)).rejects.toThrow(
    /is not empty/,
  );
  expect(await runBackup({ dataDir: rig.dataDir, store: { url: '' } }, join(target, 'inner'))).toContain(
    'Copied to',
  );
  await rig.startPlugin();
});
