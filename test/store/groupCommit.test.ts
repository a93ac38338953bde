import { mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeError } from '../../plugin/core/errors';
import type { MessageStore } from '../../plugin/core/ports';
import type { AllTables } from '../../plugin/store/allTables';
import { GroupCommit } from '../../plugin/store/groupCommit';
import { StoreFile } from '../../plugin/store/sqlite/database';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { until } from '../support/until';

let folder: string;
let store: MessageStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'commit-'));
  store = await openMessageStore(folder, () => 1000);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

test('what is written in one turn is one commit, and nobody fails for somebody else', async () => {
  const tables = {} as AllTables;
  const transaction = jest.fn((work: (all: AllTables) => Promise<unknown>) => work(tables));
  const commit = new GroupCommit<never>({
    tables,
    transaction: transaction as GroupCommit<never>['write'],
    scope: () => undefined,
    readsWait: true,
    isDown: () => false,
  });
  const put = (item: number) =>
    commit.write(() =>
      item < 0 ? Promise.reject(new BridgeError('bad-request', 'no')) : Promise.resolve(item * 2),
    );
  expect(await Promise.all([put(1), put(2), put(4)])).toEqual([2, 4, 8]);
  expect(transaction).toHaveBeenCalledTimes(1);
  const failing = await Promise.allSettled([put(1), put(-1), put(2)]);
  expect(failing.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('nobody hears of a write before it is durable, and everybody hears when it cannot be', async () => {
  const steps: string[] = [];
  const flushes: { done: () => void; fail: (error: Error) => void }[] = [];
  const commit = new GroupCommit<never>({
    tables: {} as AllTables,
    transaction: ((work: (all: AllTables) => Promise<unknown>) =>
      work({} as AllTables)) as GroupCommit<never>['write'],
    flush: () => new Promise((done, fail) => flushes.push({ done, fail })),
    scope: () => undefined,
    readsWait: true,
    isDown: () => false,
  });
  const put = (name: string) =>
    commit
      .write(() => {
        steps.push(`${name} written`);
        return Promise.resolve();
      })
      .then(
        () => void steps.push(`${name} told`),
        () => void steps.push(`${name} refused`),
      );
  const first = put('first');
  await until(() => flushes.length === 1, 'the first flush');
  // What comes while the disk works waits for its own turn; reading goes on.
  const second = Promise.all([put('second'), put('third')]);
  await commit.read(() => Promise.resolve());
  expect(steps).toEqual(['first written']);
  flushes[0]?.done();
  await first;
  await until(() => flushes.length === 2, 'the second flush');
  expect(steps).toEqual(['first written', 'first told', 'second written', 'third written']);
  flushes[1]?.fail(new Error('the disk is gone'));
  await second;
  expect(steps.slice(4)).toEqual(['second refused', 'third refused']);
});

test('where the log cannot be brought to disk, the file itself takes over what it holds', async () => {
  const log = join(folder, 'openchannel-x.db-wal');
  renameSync(log, `${log}.away`);
  expect(
    await store.inbox.keep([
      {
        account: 'a',
        messageId: '1',
        conversation: 'dm:1',
        sender: { id: '1' },
        text: 'hello',
        media: [],
        sentAt: 1,
      },
    ]),
  ).toEqual([true]);
  expect(statSync(`${log}.away`).size).toBe(0);
  expect(store.trouble()).toContain('ENOENT');
  renameSync(`${log}.away`, log);
  expect(store.trouble()).toBeUndefined();
});

test('in the middle of a commit a full disk is not taken for well', async () => {
  await store.close();
  const file = StoreFile.open(folder);
  const fill = () =>
    file.transaction(() => {
      throw new Error('the disk is full');
    });
  expect(fill).toThrow('the disk is full');
  expect(await file.longTransaction(() => Promise.resolve(file.trouble()))).toBe('the disk is full');
  expect(file.trouble()).toBeUndefined();
  file.close();
  store = await openMessageStore(folder, () => 1000);
});
