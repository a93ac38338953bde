import { setImmediate as turn } from 'node:timers/promises';
import type { Forgotten, Eraser } from '../../core/eraser';
import { createPruning } from './pruning';
import { textOf, type Query, type StoreFile, type Value } from './database';

/** Rows that are changed, or looked through, at a time. */
const piece = 500;
const looked = 5_000;

const withoutWords = `message = json_set(json_remove(message, '$.closed'), '$.text', '', '$.media', json('[]')),
  attachments = '[]', erased = 1`;

/** What is not to be kept any longer, in SQLite. */
export function createEraser(store: StoreFile): Eraser {
  return { ...erasing(store), ...forgetting(store), ...createPruning(store) };
}

function erasing(store: StoreFile): Pick<Eraser, 'eraseBefore' | 'erase'> {
  const old = {
    inbox: store.prepare(
      `UPDATE inbox SET ${withoutWords} WHERE seq IN (
         SELECT seq FROM inbox WHERE account = ? AND received_at < ? AND erased = 0
           AND state IN ('delivered', 'failed') LIMIT ${piece})`,
    ),
    outbox: store.prepare(
      `UPDATE outbox SET text = '', message = json_set(message, '$.text', '', '$.attachmentIds', json('[]')),
         media = '[]', sealed = '[]', erased = 1
       WHERE seq IN (SELECT seq FROM outbox WHERE account = ? AND created_at < ? AND erased = 0
         AND state IN ('delivered', 'failed') LIMIT ${piece})`,
    ),
    turns: store.prepare(
      `DELETE FROM bot_turns WHERE seq IN (
         SELECT seq FROM bot_turns t WHERE account = ? AND at < ? AND NOT EXISTS (
           SELECT 1 FROM inbox WHERE lane = t.account || ' ' || t.conversation
             AND state IN ('received', 'delivering')) LIMIT ${piece})`,
    ),
  };
  const one = store.prepare(`UPDATE inbox SET ${withoutWords} WHERE seq = ?`);
  return {
    eraseBefore: async (account, before) => {
      let erased = 0;
      for (const query of [old.inbox, old.outbox, old.turns])
        for (let changed = piece; changed === piece;) {
          changed = query.run(account, before);
          erased += changed;
          await turn();
        }
      if (erased > 0) store.forgetFormer();
      return erased;
    },
    erase: (seq) => {
      one.run(seq);
      store.forgetFormer();
    },
  };
}

function forgetting(store: StoreFile): Pick<Eraser, 'usersCalled' | 'forget'> {
  const called = store.prepare(
    `SELECT DISTINCT x_user_id FROM contacts WHERE username = ?1 OR x_user_id = ?1 ORDER BY x_user_id`,
  );
  const handles = store.prepare(
    `SELECT DISTINCT map_value FROM contacts WHERE x_user_id = ? AND map_value IS NOT NULL`,
  );
  const traces = tracesOf(store);
  const messages = messagesOf(store);
  return {
    usersCalled: (name) => called.all(name).map((row) => textOf(row, 'x_user_id')),
    forget: async (userId) => {
      const values = handles.all(userId).map((row) => textOf(row, 'map_value'));
      const forgotten: Forgotten = { messages: 0, answers: 0 };
      for (let [from, last] = [0, messages.lastIn()]; from < last; from += looked) {
        forgotten.messages += messages.forgetIn(userId, from, from + looked);
        await turn();
      }
      for (let [from, last] = [0, messages.lastOut()]; from < last; from += looked) {
        forgotten.answers += messages.forgetOut(userId, values, from, from + looked);
        await turn();
      }
      store.transaction(() => {
        for (const query of traces) query.run(userId);
      });
      store.forgetFormer();
      return forgotten;
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
function messagesOf(store: StoreFile) {
  const last = (table: string) => store.prepare(`SELECT coalesce(max(seq), 0) AS last FROM ${table}`);
  const [lastInbox, lastOutbox] = [last('inbox'), last('outbox')];
  const lastOf = (query: Query) => Number(query.get()?.['last'] ?? 0);
  const received = store.prepare(
    `UPDATE inbox SET lane = account || ' forgotten', attachments = '[]', reason = NULL, erased = 1,
       message = json_object('account', account, 'messageId', message_id, 'conversation', 'forgotten',
         'sender', json_object('id', 'forgotten'), 'text', '', 'media', json('[]'), 'sentAt', 0,
         'notice', CASE WHEN json_extract(message, '$.notice') IS NULL THEN NULL ELSE json('{}') END),
       filtered = CASE state WHEN 'delivered' THEN NULL ELSE 'forgotten on request' END,
       state = CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END
     WHERE seq > ?2 AND seq <= ?3 AND json_extract(message, '$.sender.id') = ?1`,
  );
  const answered = store.prepare(
    `UPDATE outbox SET lane = account || ' forgotten', text = '', media = '[]', sealed = '[]', reason = NULL,
       recipient_id = NULL, text_mark = NULL, erased = 1,
       message = json_set(json_remove(message, '$.recipientId', '$.interactionId', '$.publicReply', '$.groupId'),
         '$.lane', 'forgotten', '$.recipientValue', 'forgotten', '$.text', '', '$.attachmentIds', json('[]')),
       state = CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END
     WHERE seq > ?2 AND seq <= ?3 AND CASE
       WHEN coalesce(recipient_id, json_extract(message, '$.recipientId')) IS NULL
       THEN lower(json_extract(message, '$.recipientValue')) IN (SELECT lower(value) FROM json_each(?4))
       ELSE coalesce(recipient_id, json_extract(message, '$.recipientId')) = ?1 END`,
  );
  return {
    lastIn: () => lastOf(lastInbox),
    lastOut: () => lastOf(lastOutbox),
    forgetIn: (...of: [id: string, after: number, to: number]) => received.run(...of),
    forgetOut: (id: string, values: string[], after: number, to: number) => {
      const row: Value[] = [id, after, to, JSON.stringify(values)];
      return answered.run(...row);
    },
  };
}
