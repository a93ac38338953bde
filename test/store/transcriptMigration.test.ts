import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from 'node-sqlite3-wasm';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { storeFile } from '../../plugin/store/sqlite/database';
import { migrations } from '../../plugin/store/sqlite/migrations';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'migration-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a message whose transcript was handed over before the upgrade: its text is still to come, the transcript is not', async () => {
  const before = new Database(join(folder, storeFile));
  before.exec(migrations.slice(0, 12).join(';'));
  before.exec('PRAGMA user_version = 12');
  const text = { account: 'a', conversation: 'dm:1', sender: { id: '1' }, media: [], sentAt: 1 };
  const keep = (id: string, state: string, notified: number, lane = 'a dm:1') =>
    before.run(
      `INSERT INTO inbox (account, message_id, lane, message, state, notified, received_at) VALUES ('a', ?, ?, ?, ?, ?, 1)`,
      [id, lane, JSON.stringify({ ...text, messageId: id, text: id }), state, notified],
    );
  keep('to the bot', 'delivered', 0);
  keep('to an agent', 'received', 1);
  keep('of somebody else', 'received', 1, 'a dm:2');
  before.run(
    `INSERT INTO bot_turns (account, conversation, inbox_seq, answers, at) VALUES ('a', 'dm:1', 1, '["hi"]', 1)`,
  );
  before.close();
  const store = await openMessageStore(folder, () => 1000);
  const notified = async (seq: number) => (await store.inbox.get(seq))?.notified;
  expect([await notified(2), await notified(3)]).toEqual([0, 1]);
  expect(await store.conversations.turns('a', 'dm:1')).toEqual([]);
  await store.close();
});
