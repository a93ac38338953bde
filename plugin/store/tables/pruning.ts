import type { Eraser } from '../../core/eraser';
import type { Async } from '../../core/ports';
import { optionalText, type Sql } from '../sql';

/** Rows that are deleted at a time, so that nothing else waits for it. */
const piece = 500;

/**
 * Rows without words, which were kept to know a message again. `?1` is the account, `?2` a time; of each kind, what hangs on
 * the rows goes first.
 */
const wordless = (sql: Sql, table: 'inbox' | 'outbox', time: string) =>
  `SELECT seq FROM ${table}${sql.by(`${table}_wordless`)}
   WHERE account = ?1 AND ${time} < ?2 AND erased = 1 AND state IN ('delivered', 'failed') ORDER BY ${time} LIMIT ${piece}`;
const oldThreads = `SELECT post_id FROM threads WHERE account = ?1 AND seen_at < ?2 ORDER BY seen_at LIMIT ${piece}`;

/** What is deleted of each kind, in its order; the rows of the last statement are counted. */
function deletions(sql: Sql): string[][] {
  const received = wordless(sql, 'inbox', 'received_at');
  const written = wordless(sql, 'outbox', 'created_at');
  return [
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
       SELECT host_message_id FROM host_messages${sql.by('host_messages_times')}
       WHERE account = ?1 AND at < ?2 ORDER BY at LIMIT ${piece})`,
    ],
    [
      `DELETE FROM interactions${sql.by('interactions_threads')} WHERE account = ?1 AND thread IN (
       SELECT thread FROM threads WHERE account = ?1 AND post_id IN (${oldThreads})
       EXCEPT SELECT thread FROM threads WHERE account = ?1 AND seen_at >= ?2)`,
      `DELETE FROM threads WHERE account = ?1 AND post_id IN (${oldThreads})`,
    ],
  ];
}

/** Keeps the store from growing for ever. */
export function createPruning(sql: Sql): Pick<Async<Eraser>, 'pruneSome' | 'accounts'> {
  const statements = deletions(sql).map((texts) => texts.map((text) => sql.prepare(text)));
  const next = sql.prepare(
    `SELECT min(account) AS account FROM (SELECT min(account) AS account FROM inbox WHERE account > ?1
       UNION ALL SELECT min(account) FROM outbox WHERE account > ?1) AS each`,
  );
  const nameAfter = async (name: string) => optionalText((await next.get(name))?.['account']);
  return {
    pruneSome: async (account, before) => {
      let rows = 0;
      for (const queries of statements) {
        let deleted = 0;
        for (const query of queries) deleted = await query.change(account, before);
        rows += deleted;
      }
      return rows;
    },
    accounts: async () => {
      const names: string[] = [];
      for (let name = await nameAfter(''); name !== undefined; name = await nameAfter(name)) names.push(name);
      return names;
    },
  };
}
