import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InboundMessage } from '../../plugin/core/messages';
import type { MessageStore } from '../../plugin/core/ports';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';

let folder: string;
let store: MessageStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  store = await openMessageStore(folder, () => 1000);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const inbound = (messageId: string): InboundMessage => ({
  account: 'a',
  messageId,
  conversation: 'dm:1',
  sender: { id: '1', username: 'Jane', name: 'Jane Doe' },
  text: 'hello',
  media: [],
  sentAt: 1,
});

test('what waits, was set aside or filtered is counted as it changes', async () => {
  await store.inbox.keep(['1', '2', '3', '4', '1'].map((id) => inbound(id)));
  const row = async (id: string) => (await store.inbox.find('a', id))!.seq;
  await store.inbox.markFailed(await row('1'), 'no');
  await store.inbox.markFiltered(await row('2'), 'spam');
  await store.inbox.markDelivering(await row('3'), 1, false);
  await store.inbox.saveNotified(await row('4'), undefined, 1, true);
  expect([await store.depths.inbound('a'), await store.depths.filtered('a')]).toMatchObject([
    { waiting: 1, failed: 1 },
    1,
  ]);
  await store.eraser.eraseSome('a', 2000);
  await store.eraser.pruneSome('a', 2000);
  expect([await store.depths.inbound('a'), await store.depths.filtered('a')]).toMatchObject([
    { waiting: 1, failed: 0 },
    0,
  ]);
  expect(await store.inbox.find('a', '3')).toBeDefined();
  expect(await store.inbox.find('a', '4')).toBeUndefined();
});

test('the id of an encrypted message counts for its sender in its conversation alone', async () => {
  const writer = (senderId: string, conversation = 'group:1') => ({ account: 'a', conversation, senderId });
  expect(await store.chat.claim(writer('1'), 'chosen', 10, undefined)).toBe(true);
  expect(await store.chat.claim(writer('1'), 'chosen', 11, undefined)).toBe(false);
  expect(await store.chat.claim(writer('2'), 'chosen', 12, undefined)).toBe(true);
  expect(await store.chat.claim(writer('1', 'dm:1'), 'chosen', 13, undefined)).toBe(true);
  expect(await store.chat.rowsOf(writer('1'), 'chosen')).toEqual([10]);
});

test('what held nothing for anybody counts as no message, in reports and in the list', async () => {
  await store.inbox.keep([inbound('1'), inbound('2')]);
  await store.inbox.markNothing((await store.inbox.find('a', '1'))!.seq);
  const all = {
    direction: 'in',
    account: undefined,
    state: undefined,
    search: undefined,
    before: undefined,
  } as const;
  expect(await store.reporting.counts('a', 0, 5_000)).toMatchObject([
    { direction: 'in', state: 'waiting', count: 1 },
  ]);
  expect((await store.history.page(all)).rows).toHaveLength(1);
  expect((await store.history.hours('a', 0)).in.get(0)).toBe(1);
});
