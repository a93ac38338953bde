import type { Eraser } from '../../core/eraser';
import { textOf, type StoreFile } from './database';

/** Rows that are deleted at a time, so that nothing else waits for it. */
const piece = 500;

/**
 * Rows without words, which were kept to know a message again. `?1` is the account, `?2` a time; of each kind, what hangs on
 * the rows goes first.
 */
const wordless = (table: 'inbox' | 'outbox', time: string) =>
  `SELECT seq FROM ${table} INDEXED BY ${table}_wordless
   WHERE account = ?1 AND ${time} < ?2 AND erased = 1 AND state IN ('delivered', 'failed') ORDER BY ${time} LIMIT ${piece}`;
const received = wordless('inbox', 'received_at');
const written = wordless('outbox', 'created_at');
const oldThreads = `SELECT post_id FROM threads WHERE account = ?1 AND seen_at < ?2 ORDER BY seen_at LIMIT ${piece}`;

const kinds = [
  [
    `DELETE FROM chat_messages WHERE inbox_seq IN (${received})`,
    `DELETE FROM chat_unread WHERE inbox_seq IN (${received})`,
    `DELETE FROM inbox WHERE seq IN (${received})`,
  ],
  [
    `DELETE FROM sent_messages WHERE outbox_seq IN (${written})`,
    `DELETE FROM chat_sent WHERE outbox_seq IN (${written})`,
    `DELETE FROM outbox WHERE seq IN (${written})`,
  ],
  [
    `DELETE FROM host_messages WHERE account = ?1 AND host_message_id IN (
       SELECT host_message_id FROM host_messages INDEXED BY host_messages_times
       WHERE account = ?1 AND at < ?2 ORDER BY at LIMIT ${piece})`,
  ],
  [
    `DELETE FROM interactions INDEXED BY interactions_threads WHERE account = ?1 AND thread IN (
       SELECT thread FROM threads WHERE account = ?1 AND post_id IN (${oldThreads})
       EXCEPT SELECT thread FROM threads WHERE account = ?1 AND seen_at >= ?2)`,
    `DELETE FROM threads WHERE account = ?1 AND post_id IN (${oldThreads})`,
  ],
];

/** Keeps the store from growing for ever, in SQLite. */
export function createPruning(store: StoreFile): Pick<Eraser, 'pruneSome' | 'accounts'> {
  const statements = kinds.map((queries) => queries.map((sql) => store.prepare(sql)));
  const next = store.prepare(
    `SELECT min(account) AS account FROM (SELECT min(account) AS account FROM inbox WHERE account > ?1
       UNION ALL SELECT min(account) FROM outbox WHERE account > ?1)`,
  );
  return {
    pruneSome: (account, before) =>
      // Of each kind only the last query's rows count: the others hang on them.
      statements.reduce(
        (sum, queries) => sum + queries.reduce((_, query) => query.run(account, before), 0),
        0,
      ),
    accounts: () => {
      const names: string[] = [];
      for (let row = next.get(''); typeof row?.['account'] === 'string'; row = next.get(names.at(-1) ?? ''))
        names.push(textOf(row, 'account'));
      return names;
    },
  };
}
