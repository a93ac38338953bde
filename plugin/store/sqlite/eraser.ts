import type { Eraser } from '../../core/eraser';
import { createPruning } from './pruning';
import { textOf, type Query, type StoreFile } from './database';

/** Rows that are changed at a time. */
const piece = 500;

const withoutWords = `message = json_set(json_remove(message, '$.closed'), '$.text', '', '$.media', json('[]')),
  attachments = '[]', erased = 1`;

/** What writes nothing. */
export const eraserReads = [
  'accounts',
  'usersCalled',
  'newestRows',
  'mapValuesOf',
] satisfies (keyof Eraser)[];

/** What is not to be kept any longer, in SQLite. */
export function createEraser(store: StoreFile): Eraser {
  return { ...erasing(store), ...forgetting(store), ...createPruning(store) };
}

function erasing(store: StoreFile): Pick<Eraser, 'eraseSome' | 'erase'> {
  const old = [
    `UPDATE inbox SET ${withoutWords} WHERE seq IN (
       SELECT seq FROM inbox WHERE account = ? AND received_at < ? AND erased = 0
         AND state IN ('delivered', 'failed') LIMIT ${piece})`,
    `UPDATE outbox SET text = '', message = json_set(message, '$.text', '', '$.attachmentIds', json('[]')),
       media = '[]', sealed = '[]', erased = 1
     WHERE seq IN (SELECT seq FROM outbox WHERE account = ? AND created_at < ? AND erased = 0
       AND state IN ('delivered', 'failed') LIMIT ${piece})`,
    `DELETE FROM bot_turns WHERE seq IN (
       SELECT seq FROM bot_turns t WHERE account = ? AND at < ? AND NOT EXISTS (
         SELECT 1 FROM inbox WHERE lane = t.account || ' ' || t.conversation
           AND state IN ('received', 'delivering')) LIMIT ${piece})`,
  ].map((sql) => store.prepare(sql));
  const one = store.prepare(`UPDATE inbox SET ${withoutWords} WHERE seq = ?`);
  return {
    eraseSome: (account, before) => {
      const erased = old.reduce((sum, query) => sum + query.run(account, before), 0);
      if (erased > 0) store.forgetFormer();
      return erased;
    },
    erase: (seq) => {
      one.run(seq);
      store.forgetFormer();
    },
  };
}

type Forgetting = Exclude<keyof Eraser, 'eraseSome' | 'erase' | 'pruneSome' | 'accounts'>;

function forgetting(store: StoreFile): Pick<Eraser, Forgetting> {
  const called = store.prepare(
    `SELECT DISTINCT x_user_id FROM contacts WHERE username = ?1 OR x_user_id = ?1 ORDER BY x_user_id`,
  );
  const handles = store.prepare(
    `SELECT DISTINCT map_value FROM contacts WHERE x_user_id = ? AND map_value IS NOT NULL`,
  );
  const newest = (table: string) => {
    const query = store.prepare(`SELECT coalesce(max(seq), 0) AS newest FROM ${table}`);
    return () => Number(query.get()?.['newest'] ?? 0);
  };
  const [newestIn, newestOut] = [newest('inbox'), newest('outbox')];
  const received = store.prepare(withoutSender);
  const written = store.prepare(withoutRecipient);
  const traces = tracesOf(store);
  return {
    usersCalled: (name) => called.all(name).map((row) => textOf(row, 'x_user_id')),
    mapValuesOf: (userId) => handles.all(userId).map((row) => textOf(row, 'map_value')),
    newestRows: () => ({ in: newestIn(), out: newestOut() }),
    forgetReceived: (userId, { after, to }) => received.run(userId, after, to),
    forgetWritten: (userId, values, { after, to }) => written.run(userId, after, to, JSON.stringify(values)),
    forgetTraces: (userId) => {
      for (const query of traces) query.run(userId);
      store.forgetFormer();
    },
  };
}

/** Rows that are about nobody but one person. `?1` is their id. */
function tracesOf(store: StoreFile): Query[] {
  const ofChat = (column: string) => `${column} LIKE ?1 || ':%' OR ${column} LIKE '%:' || ?1`;
  return [
    `DELETE FROM contacts WHERE x_user_id = ?1`,
    `DELETE FROM interactions WHERE x_user_id = ?1`,
    `DELETE FROM threads WHERE author_id = ?1`,
    `DELETE FROM conversations WHERE conversation = 'dm:' || ?1`,
    `DELETE FROM bot_turns WHERE conversation = 'dm:' || ?1`,
    `DELETE FROM handed_over WHERE lane LIKE '% dm:' || ?1`,
    `DELETE FROM public_keys WHERE x_user_id = ?1`,
    `DELETE FROM chat_conversations WHERE ${ofChat('conversation_id')}`,
    `DELETE FROM chat_messages WHERE message_id LIKE '% ' || ?1 || ' %' OR message_id LIKE 'dm:' || ?1 || ' %'`,
    `DELETE FROM chat_keys WHERE ${ofChat('conversation_id')}`,
    `DELETE FROM chat_sent WHERE ${ofChat('conversation_id')}`,
    `DELETE FROM chat_unread WHERE ${ofChat('conversation_id')}`,
  ].map((sql) => store.prepare(sql));
}

/** Messages stay as rows that say nothing of anybody, so that X's next delivery of them is known for one. */
const withoutSender = `UPDATE inbox SET lane = account || ' forgotten', attachments = '[]', reason = NULL, erased = 1,
     message = json_object('account', account, 'messageId', message_id, 'conversation', 'forgotten',
       'sender', json_object('id', 'forgotten'), 'text', '', 'media', json('[]'), 'sentAt', 0,
       'notice', CASE WHEN json_extract(message, '$.notice') IS NULL THEN NULL ELSE json('{}') END),
     filtered = CASE state WHEN 'delivered' THEN NULL ELSE 'forgotten on request' END,
     state = CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END
   WHERE seq > ?2 AND seq <= ?3 AND json_extract(message, '$.sender.id') = ?1`;
const withoutRecipient = `UPDATE outbox SET lane = account || ' forgotten', text = '', media = '[]', sealed = '[]', reason = NULL,
     recipient_id = NULL, text_mark = NULL, erased = 1,
     message = json_set(json_remove(message, '$.recipientId', '$.interactionId', '$.publicReply', '$.groupId'),
       '$.lane', 'forgotten', '$.recipientValue', 'forgotten', '$.text', '', '$.attachmentIds', json('[]')),
     state = CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END
   WHERE seq > ?2 AND seq <= ?3 AND CASE
     WHEN coalesce(recipient_id, json_extract(message, '$.recipientId')) IS NULL
     THEN lower(json_extract(message, '$.recipientValue')) IN (SELECT lower(value) FROM json_each(?4))
     ELSE coalesce(recipient_id, json_extract(message, '$.recipientId')) = ?1 END`;
