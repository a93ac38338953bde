import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageStore } from '../../plugin/core/ports';
import type * as database from '../../plugin/store/sqlite/database';
import type * as messageStore from '../../plugin/store/sqlite/messageStore';
import { until } from '../support/until';

type Done = (error: Error | null) => void;

/** The disk is asked to take what was written: what it does. */
let onFlush: (done: Done) => void;
let onFlushSync: () => void;
/** What happens while a file is copied. */
let onCopy: () => Promise<void>;

jest.mock('node:fs', () => {
  const real = jest.requireActual<typeof fs>('node:fs');
  return {
    ...real,
    fdatasync: (_: number, done: Done) => onFlush(done),
    fdatasyncSync: () => onFlushSync(),
  };
});
jest.mock('node:fs/promises', () => {
  const real = jest.requireActual<typeof promises>('node:fs/promises');
  const copyFile: typeof real.copyFile = async (...parts) => {
    await onCopy();
    await real.copyFile(...parts);
  };
  return { ...real, copyFile };
});

// Not before the mocks stand.
const { StoreFile } = jest.requireActual<typeof database>('../../plugin/store/sqlite/database');
const { openMessageStore } = jest.requireActual<typeof messageStore>(
  '../../plugin/store/sqlite/messageStore',
);

let folder: string;
let store: MessageStore;
let checkpoints: number;

beforeEach(async () => {
  onFlush = (done) => done(null);
  onFlushSync = () => undefined;
  onCopy = () => Promise.resolve();
  checkpoints = 0;
  folder = fs.mkdtempSync(join(tmpdir(), 'disk-'));
  store = await openMessageStore(folder, () => 1000);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const keep = (messageId: string) =>
  store.inbox.keep([
    {
      account: 'a',
      messageId,
      conversation: 'dm:1',
      sender: { id: '1' },
      text: 'hello',
      media: [],
      sentAt: 1,
    },
  ]);
const fails: typeof onFlush = (done) => done(new Error('EIO'));

/** Bringing the log into the file fails so many times. */
function checkpointsFail(times: number): void {
  const prototype = StoreFile.prototype as unknown as { checkpoint: () => void };
  const real = Object.getOwnPropertyDescriptor(prototype, 'checkpoint')?.value as (this: unknown) => void;
  jest.spyOn(prototype, 'checkpoint').mockImplementation(function (this: unknown) {
    checkpoints += 1;
    if (checkpoints <= times) throw new Error('the disk fails');
    real.call(this);
  });
}

test('a write that the log lost, and that the file has taken at the second try, is no failure', async () => {
  checkpointsFail(1);
  onFlush = fails;
  expect(await keep('1')).toEqual([true]);
  expect(checkpoints).toBe(2);
});

test('a disk that fails to flush is told of although the file has taken everything, until it flushes again', async () => {
  onFlush = fails;
  onFlushSync = () => {
    throw new Error('EIO');
  };
  expect(await keep('1')).toEqual([true]);
  expect(store.trouble()).toBe('EIO');
  onFlush = (done) => done(null);
  onFlushSync = () => undefined;
  expect(store.trouble()).toBeUndefined();
});

test('when the disk takes it nowhere, whoever wrote hears so, and so does whoever asks how the store is', async () => {
  checkpointsFail(Infinity);
  onFlush = fails;
  await expect(keep('1')).rejects.toMatchObject({ code: 'store-unavailable' });
  expect(store.trouble()).toBe('the disk fails');
  jest.restoreAllMocks();
  onFlush = (done) => done(null);
  expect(store.trouble()).toBeUndefined();
  expect(await keep('2')).toEqual([true]);
});

test('a disk that does not answer is told of, and all is well when it does again', async () => {
  let answer: Done | undefined;
  onFlush = (done) => (answer = done);
  const kept = keep('1');
  await until(() => answer !== undefined, 'the disk to be asked');
  expect(store.trouble()).toBeUndefined();
  const since = performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => since + 7_000);
  expect(store.trouble()).toMatch(/^the disk has not answered for \d+ seconds$/);
  answer?.(null);
  expect(await kept).toEqual([true]);
  expect(store.trouble()).toBeUndefined();
});

test('a copy that the file was changed under is none', async () => {
  onFlush = (done) => done(null);
  await keep('1');
  onCopy = async () => {
    onFlush = fails;
    await keep('2');
  };
  const target = join(folder, 'copy.db');
  await expect(store.copyTo(target)).rejects.toThrow('make the copy again');
  expect(fs.existsSync(target)).toBe(false);
  onFlush = (done) => done(null);
  onCopy = () => Promise.resolve();
  await store.copyTo(target);
  expect(fs.existsSync(target)).toBe(true);
});

test('a copy does not wait for the end of what is written without a pause', async () => {
  let isWriting = true;
  let written = 0;
  const writeOn = async () => {
    while (isWriting) {
      written += 1;
      await keep(String(written));
    }
  };
  const writing = Promise.all([writeOn(), writeOn(), writeOn()]);
  await until(() => written > 10, 'writes');
  await store.copyTo(join(folder, 'copy.db'));
  isWriting = false;
  await writing;
});
