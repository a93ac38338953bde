import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Database } from 'node-sqlite3-wasm';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InboundMessage, OutboundMessage } from '../../plugin/core/messages';
import type { MessageStore } from '../../plugin/core/ports';
import { StoreFile } from '../../plugin/store/sqlite/database';
import { textOf } from '../../plugin/store/sql';
import { claimDataDirectory, DataDirectoryError } from '../../plugin/store/sqlite/dataDirectory';
import { migrations } from '../../plugin/store/sqlite/migrations';
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

const reopen = async () => {
  await store.close();
  store = await openMessageStore(folder, () => 1000);
};
const inbound = (messageId: string, changes: Partial<InboundMessage> = {}): InboundMessage => ({
  account: 'a',
  messageId,
  conversation: 'dm:1',
  sender: { id: '1', username: 'Jane', name: 'Jane Doe' },
  text: 'hello',
  media: [],
  sentAt: 1,
  ...changes,
});
const outbound: OutboundMessage = {
  account: 'a',
  queueKey: 'jane',
  recipientValue: 'Jane',
  text: 'answer',
  attachmentIds: ['5'],
};

test('a message is kept once, also across a restart and within one call', async () => {
  expect(await store.inbox.keep([inbound('1'), inbound('1'), inbound('2')])).toEqual([true, false, true]);
  await reopen();
  expect(await store.inbox.keep([inbound('1'), inbound('3')])).toEqual([false, true]);
  expect(await store.inbox.keep([inbound('1', { account: 'b' })])).toEqual([true]);
});

test('texts of every kind come back as they were', async () => {
  const text = 'Grüße 你好 😀 \u0001 "quoted" \\ \n\t \u2028';
  await store.inbox.keep([inbound('1990000000000000123', { text })]);
  expect((await store.inbox.nextIn('a dm:1'))?.message).toMatchObject({
    text,
    messageId: '1990000000000000123',
  });
});

test('the oldest unfinished message of a conversation is next, through all its states', async () => {
  await store.inbox.keep([inbound('1'), inbound('2')]);
  const first = (await store.inbox.nextIn('a dm:1'))!;
  expect(await store.inbox.markDelivering(first.seq, 5, false)).toBe(true);
  expect(await store.inbox.nextIn('a dm:1')).toMatchObject({
    seq: first.seq,
    state: 'delivering',
    notifyingSince: 5,
  });
  await store.inbox.postpone(first.seq, 77, 'why');
  expect(await store.inbox.nextIn('a dm:1')).toMatchObject({
    state: 'received',
    attempts: 1,
    dueAt: 77,
    notifyingSince: 5,
  });
  await store.inbox.clearDelivering(first.seq);
  expect((await store.inbox.nextIn('a dm:1'))?.notifyingSince).toBeUndefined();
  await store.inbox.saveNotified(first.seq, 'h1', 1, true);
  // A fault that comes after the end must not bring a delivered message back.
  await store.inbox.postpone(first.seq, 1, 'late fault');
  await store.inbox.markFailed(first.seq, 'late fault');
  const second = (await store.inbox.nextIn('a dm:1'))!;
  expect(second.message.messageId).toBe('2');
  await store.inbox.markFailed(second.seq, 'refused');
  expect(await store.inbox.nextIn('a dm:1')).toBeUndefined();
  expect(await store.inbox.queueNames()).toEqual([]);
  expect(await store.depths.inbound('a')).toEqual({ waiting: 0, failed: 1 });
  expect(await store.inbox.knownHostMessages('a', ['h1', 'h2'])).toEqual(new Set(['h1']));
});

test('depths of an account are not mixed with those of one whose name begins alike', async () => {
  await store.inbox.keep([inbound('1'), inbound('2', { account: 'ab' }), inbound('3', { account: 'ab' })]);
  expect((await store.depths.inbound('a')).waiting).toBe(1);
  expect((await store.depths.inbound('ab')).waiting).toBe(2);
});

test('an answer keeps what was done for it', async () => {
  const { seq } = await store.outbox.add(outbound, 10);
  await store.outbox.saveRecipient(seq, '42');
  await store.outbox.saveMedia(seq, [{ id: '77', kind: 'gif', at: 11 }], '');
  await store.outbox.markSending(seq, 12);
  await reopen();
  expect(await store.outbox.nextIn('a jane')).toMatchObject({
    recipientId: '42',
    media: [{ id: '77', kind: 'gif', at: 11 }],
    sendingSince: 12,
    message: { text: '' },
  });
  await store.outbox.markDelivered([seq], ['900'], false);
  await store.outbox.postpone(seq, 1, 'late fault', false);
  await store.outbox.markFailed([seq], 'late fault');
  expect(await store.outbox.get(seq)).toMatchObject({
    state: 'delivered',
    sentIds: ['900'],
    sendingSince: undefined,
  });
  expect(await store.outbox.knownSentIds('a', ['900', '901'])).toEqual(new Set(['900']));
});

test('people are found by id, handle in any case, and Map Key value; a handle has one holder', async () => {
  await store.inbox.keep([inbound('1')]);
  expect((await store.contacts.byUsername('a', 'jANE'))?.id).toBe('1');
  await store.contacts.saveMapValue('a', '1', 'Jane');
  expect((await store.contacts.byMapValue('a', 'JANE'))?.id).toBe('1');
  await store.contacts.see('a', { id: '2', username: 'jane' }, 2);
  await store.contacts.saveMapValue('a', '2', 'jane');
  expect((await store.contacts.byUsername('a', 'Jane'))?.id).toBe('2');
  expect((await store.contacts.byMapValue('a', 'Jane'))?.id).toBe('2');
  expect((await store.contacts.byId('a', '1'))?.username).toBeUndefined();
  expect(await store.contacts.byUsername('b', 'jane')).toBeUndefined();
});

test('what was learnt about an account is remembered across a restart', async () => {
  store.facts.save('a', 'colour', 'red');
  store.facts.save('a', 'colour', 'blue');
  store.facts.save('a', 'size', '5');
  store.facts.forget('a', 'size');
  await reopen();
  expect(store.facts.read('a', 'colour')).toBe('blue');
  expect(store.facts.read('a', 'size')).toBeUndefined();
  expect(store.facts.read('b', 'colour')).toBeUndefined();
});

test('no statement reads a whole table, but for forgetting a person and for what is small', async () => {
  await store.close();
  const statements: string[] = [];
  const prepare = jest.spyOn(StoreFile.prototype, 'prepare').mockImplementation(function (sql) {
    statements.push(sql);
    return { run: () => 0, get: () => undefined, all: () => [] };
  });
  await (await openMessageStore(folder, () => 1000)).close();
  prepare.mockRestore();
  const file = StoreFile.open(folder);
  const allowed =
    /json_each|SCAN each|SCAN outbox$|SCAN postponed|waiting_customers|SCAN CONSTANT ROW|USING INDEX \w+_postponed|SEARCH w USING|chat_keys|chat_conversations|chat_sent|chat_unread|public_keys|account_facts/;
  const greedy = statements
    .filter(
      (sql) =>
        !/x_user_id = \?1|conversation = 'dm:'|lane LIKE '% dm:'|author_id = \?1|username = \?1|map_value IS NOT|message_id LIKE/.test(
          sql,
        ),
    )
    .flatMap((sql) => {
      const plan = file.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      return plan.map((row) => `${textOf(row, 'detail')} for ${sql}`);
    })
    .filter((step) => /^SCAN|USING PRIMARY KEY \(account=\?\) /.test(step))
    .filter((step) => !allowed.test(step.split(' for ')[0] ?? ''));
  expect(statements.length).toBeGreaterThan(80);
  expect(greedy).toEqual([]);
  file.close();
  store = await openMessageStore(folder, () => 1000);
});

test('a live owner of the data directory is respected, a dead one is not', () => {
  const other = mkdtempSync(join(tmpdir(), 'owned-'));
  const release = claimDataDirectory(other);
  expect(() => claimDataDirectory(other)).toThrow(DataDirectoryError);
  release();
  for (const dead of ['999999999 1', `${process.pid} 1`, 'garbage', '']) {
    writeFileSync(join(other, 'openchannel-x.pid'), dead);
    claimDataDirectory(other)();
  }
  rmSync(other, { recursive: true });
});

test('a store written by a newer version is not touched', async () => {
  await store.close();
  const file = StoreFile.open(folder);
  file.prepare('PRAGMA user_version = 99').run();
  file.close();
  await expect(openMessageStore(folder, () => 1)).rejects.toThrow('written by a newer version');
  rmSync(join(folder, 'openchannel-x.db'));
  store = await openMessageStore(folder, () => 1000);
});

test('messages of a conversation go in the order of X, whatever order they came in', async () => {
  const [early, late] = ['1990000000000000001', '1990000000000000002'];
  await store.inbox.keep([inbound(late, { sentAt: 1 }), inbound(early, { sentAt: 2 })]);
  expect((await store.inbox.nextIn('a dm:1'))?.message.messageId).toBe(early);
});

test('a withheld message loses its words and pictures, unless it is being told or is told', async () => {
  const media = [{ kind: 'photo' as const, url: 'https://pbs.twimg.com/a.jpg' }];
  await store.inbox.keep([inbound('1', { media, text: '\ud83d lone' })]);
  const { seq, withheld } = (await store.inbox.find('a', '1'))!;
  expect(await store.inbox.markDelivering(seq, 5, withheld)).toBe(true);
  expect(await store.inbox.withhold(seq, 'gone')).toBe(false);
  await store.inbox.postpone(seq, 7, 'why');
  expect(await store.inbox.withhold(seq, 'gone')).toBe(true);
  expect(await store.inbox.find('a', '1')).toMatchObject({
    withheld: true,
    message: { text: 'gone', media: [] },
  });
  expect(await store.inbox.markDelivering(seq, 8, false)).toBe(false);
  expect(await store.inbox.markDelivering(seq, 8, true)).toBe(true);
  await store.inbox.saveNotified(seq, '77', 1, true);
  expect(await store.inbox.withhold(seq, 'gone')).toBe(false);
});

test('a store of the first version is taken over with all it holds', async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const old = new Database(join(folder, 'openchannel-x.db'));
  old.exec(`BEGIN; ${migrations[0]!}; PRAGMA user_version = 1; COMMIT`);
  const add = (id: string) =>
    old.run(`INSERT INTO inbox (account, message_id, lane, message, received_at) VALUES (?, ?, ?, ?, ?)`, [
      'a',
      id,
      'a dm:1',
      JSON.stringify(inbound(id)),
      1,
    ]);
  add('1990000000000000009');
  add('1990000000000000003');
  old.exec(`INSERT INTO contacts (account, x_user_id, username, map_value, interaction_id, seen_at)
            VALUES ('a', '1', 'Jane', 'Jane', '55', 1)`);
  const answer = (attachmentId: object, media: string | null) =>
    old.run(
      `INSERT INTO outbox (account, lane, message, text, media_id, media_uploaded_at, created_at)
       VALUES ('a', 'a jane', ?, 'answer', ?, 3, 1)`,
      [JSON.stringify({ account: 'a', lane: 'jane', recipientValue: 'Jane', ...attachmentId }), media],
    );
  answer({ attachmentId: '5' }, '77');
  answer({}, null);
  old.close();
  store = await openMessageStore(folder, () => 1000);
  expect((await store.inbox.nextIn('a dm:1'))?.message.messageId).toBe('1990000000000000009');
  expect(await store.contacts.interactionOf('a', '1', undefined)).toBe('55');
  expect(await store.contacts.mapValueOf('a', '1')).toBe('Jane');
  const first = (await store.outbox.nextIn('a jane'))!;
  expect(first).toMatchObject({ message: outbound, media: [{ id: '77', kind: 'image', at: 3 }] });
  expect(await store.outbox.laterInQueue(first.seq)).toMatchObject([
    { message: { attachmentIds: [] }, media: [] },
  ]);
  expect(await store.inbox.keep([inbound('1990000000000000003'), inbound('1990000000000000010')])).toEqual([
    false,
    true,
  ]);
});
