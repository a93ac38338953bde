import { forgetUser } from '../../plugin/core/eraser';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from 'node-sqlite3-wasm';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';

/** Tables in which no row is about a customer: figures, and numbers of messages without words. */
const aboutNobody = ['account_facts', 'charges', 'row_counts', 'host_messages', 'sent_messages'];

test('every table is erased from when a person is forgotten, or is about nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-'));
  try {
    await (await openMessageStore(folder, () => 0)).close();
    const database = new Database(join(folder, 'openchannel-x.db'));
    // Without shared memory, which this build of SQLite has not, the log is read by one process alone.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    const tables = database
      .all(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
      .map(({ name }) => name as string);
    database.close();
    const eraser = readFileSync('plugin/store/tables/eraser.ts', 'utf8');
    const isErased = (table: string) => new RegExp(`(?:FROM|UPDATE|INTO) ${table}\\b`).test(eraser);
    expect(tables.length).toBeGreaterThan(10);
    expect(tables.filter((table) => !isErased(table) && !aboutNobody.includes(table))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what Motion took without telling an id is forgotten with the person', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-'));
  const store = await openMessageStore(folder, () => 0);
  try {
    await store.inbox.noteHandedOver('support dm:77', 'words', 5);
    await store.inbox.noteHandedOver('support dm:7', 'words', 5);
    await forgetUser(store.eraser, '7');
    expect(await store.inbox.handedOver('support dm:7', 'words', 0)).toBe(0);
    expect(await store.inbox.handedOver('support dm:77', 'words', 0)).toBe(1);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
