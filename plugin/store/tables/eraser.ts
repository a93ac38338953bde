import type { InboundMessage, OutboundMessage } from '../../core/messages';
import { messageAsStored, messageIn } from './outbox';
import type { Eraser } from '../../core/eraser';
import { createPruning } from './pruning';
import type { Async } from '../../core/ports';
import { jsonOf, textOf, type Query, type Sql, optionalText } from '../sql';

type Table = Async<Eraser>;

/** Rows that are changed at a time. */
const piece = 500;

const withoutWords = (sql: Sql) =>
  `message = ${sql.patched('message', `'{"closed":null,"text":"","media":[]}'`)}, attachments = '[]', erased = 1`;

/** What writes nothing. */
export const eraserReads = [
  'countReceived',
  'countWritten',
  'knownAs',
  'accounts',
  'usersCalled',
  'newestRows',
  'mapValuesOf',
] satisfies (keyof Eraser)[];

/** What is not to be kept any longer. */
export function createEraser(sql: Sql): Table {
  return { ...erasing(sql), ...forgetting(sql), ...createPruning(sql) };
}

function erasing(sql: Sql): Pick<Table, 'eraseSome' | 'erase'> {
  const old = [
    `UPDATE inbox SET ${withoutWords(sql)} WHERE seq IN (
       SELECT seq FROM inbox WHERE account = ? AND received_at < ? AND erased = 0
         AND state IN ('delivered', 'failed') LIMIT ${piece})`,
    `UPDATE outbox SET text = '', message = ${sql.patched('message', `'{"text":"","attachmentIds":[]}'`)},
       media = '[]', sealed = '[]', erased = 1
     WHERE seq IN (SELECT seq FROM outbox WHERE account = ? AND created_at < ? AND erased = 0
       AND state IN ('delivered', 'failed') LIMIT ${piece})`,
    `DELETE FROM bot_turns WHERE seq IN (
       SELECT seq FROM bot_turns t WHERE account = ? AND at < ? AND NOT EXISTS (
         SELECT 1 FROM inbox WHERE lane = t.account || ' ' || t.conversation
           AND state IN ('received', 'delivering')) LIMIT ${piece})`,
  ].map((text) => sql.prepare(text));
  const one = sql.prepare(`UPDATE inbox SET ${withoutWords(sql)} WHERE seq = ?`);
  return {
    eraseSome: async (account, before) => {
      let erased = 0;
      for (const query of old) erased += await query.change(account, before);
      if (erased > 0) sql.forgetFormer();
      return erased;
    },
    erase: async (seq) => {
      await one.run(seq);
      sql.forgetFormer();
    },
  };
}

type Forgetting = Exclude<keyof Eraser, 'eraseSome' | 'erase' | 'pruneSome' | 'accounts'>;

function forgetting(sql: Sql): Pick<Table, Forgetting> {
  const called = sql.prepare(
    `SELECT DISTINCT x_user_id FROM contacts WHERE ${sql.isName('username', '?1')} OR x_user_id = ?1 ORDER BY x_user_id`,
  );
  const handles = sql.prepare(
    `SELECT DISTINCT map_value FROM contacts WHERE x_user_id = ? AND map_value IS NOT NULL`,
  );
  const newest = (table: string) => {
    const query = sql.prepare(`SELECT coalesce(max(seq), 0) AS newest FROM ${table}`);
    return async () => Number((await query.get())?.['newest']);
  };
  const [newestIn, newestOut] = [newest('inbox'), newest('outbox')];
  const known = sql.prepare(`SELECT account, username, name FROM contacts WHERE x_user_id = ?1`);
  const traces = tracesOf(sql);
  return {
    usersCalled: async (name) => (await called.all(name)).map((row) => textOf(row, 'x_user_id')),
    mapValuesOf: async (userId) => (await handles.all(userId)).map((row) => textOf(row, 'map_value')),
    newestRows: async () => ({ in: await newestIn(), out: await newestOut() }),
    knownAs: async (userId) =>
      (await known.all(userId)).map((row) => ({
        account: textOf(row, 'account'),
        username: optionalText(row['username']),
        name: optionalText(row['name']),
      })),
    ...counting(sql),
    forgetReceived: withoutSender(sql),
    forgetWritten: withoutRecipient(sql),
    forgetTraces: async (userId) => {
      for (const query of traces) await query.run(userId);
      sql.forgetFormer();
    },
  };
}

/** Rows that are about nobody but one person. `?1` is their id. */
function tracesOf(sql: Sql): Query[] {
  const ofChat = (column: string) => `${column} LIKE ?1 || ':%' OR ${column} LIKE '%:' || ?1`;
  return [
    `DELETE FROM contacts WHERE x_user_id = ?1`,
    `DELETE FROM interactions WHERE x_user_id = ?1`,
    `DELETE FROM threads WHERE author_id = ?1`,
    `DELETE FROM conversations WHERE conversation = 'dm:' || ?1`,
    `DELETE FROM waiting_customers WHERE user_id = ?1`,
    `DELETE FROM bot_turns WHERE conversation = 'dm:' || ?1`,
    `DELETE FROM handed_over WHERE lane LIKE '% dm:' || ?1`,
    `DELETE FROM public_keys WHERE x_user_id = ?1`,
    `DELETE FROM chat_conversations WHERE ${ofChat('conversation_id')}`,
    `DELETE FROM chat_messages WHERE message_id LIKE '% ' || ?1 || ' %' OR message_id LIKE 'dm:' || ?1 || ' %'`,
    `DELETE FROM chat_keys WHERE ${ofChat('conversation_id')}`,
    `DELETE FROM chat_sent WHERE ${ofChat('conversation_id')}`,
    `DELETE FROM chat_unread WHERE ${ofChat('conversation_id')}`,
  ].map((text) => sql.prepare(text));
}

/** Messages stay as rows that say nothing of anybody, so that X's next delivery of them is known for one. */
function withoutSender(sql: Sql): Table['forgetReceived'] {
  const theirs = sql.prepare(
    `SELECT seq, account, message_id, message ->> 'notice' AS notice FROM inbox
     WHERE seq > ? AND seq <= ? AND message -> 'sender' ->> 'id' = ?`,
  );
  const forget = sql.prepare(
    `UPDATE inbox SET lane = account || ' forgotten', message = ?, attachments = '[]', reason = NULL, erased = 1,
       filtered = CASE state WHEN 'delivered' THEN NULL ELSE 'forgotten on request' END,
       state = CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END
     WHERE seq = ?`,
  );
  return async (userId, { after, to }) => {
    const rows = await theirs.all(after, to, userId);
    for (const row of rows) {
      const message: InboundMessage = {
        account: textOf(row, 'account'),
        messageId: textOf(row, 'message_id'),
        conversation: 'forgotten',
        sender: { id: 'forgotten' },
        text: '',
        media: [],
        sentAt: 0,
        ...(row['notice'] === null ? {} : { notice: {} }),
      };
      await forget.run(jsonOf(message), Number(row['seq']));
    }
    return rows.length;
  };
}

/** `?1` and `?2` are the range, `?3` the person, `?4` what Motion calls them. */
function isToPerson(sql: Sql): string {
  return `seq > ?1 AND seq <= ?2 AND CASE
    WHEN coalesce(recipient_id, message ->> 'recipientId') IS NULL
    THEN lower(message ->> 'recipientValue') IN ${sql.textsIn('?4')}
    ELSE coalesce(recipient_id, message ->> 'recipientId') = ?3 END`;
}

function counting(sql: Sql): Pick<Table, 'countReceived' | 'countWritten'> {
  const received = sql.prepare(
    `SELECT count(*) AS n FROM inbox WHERE seq > ? AND seq <= ? AND message -> 'sender' ->> 'id' = ? AND message ->> 'notice' IS NULL`,
  );
  const written = sql.prepare(`SELECT count(*) AS n FROM outbox WHERE ${isToPerson(sql)}`);
  return {
    countReceived: async (userId, { after, to }) =>
      Number((await received.get(after, to, userId))?.['n'] ?? 0),
    countWritten: async (userId, mapValues, { after, to }) => {
      const names = mapValues.map((value) => value.toLowerCase());
      return Number((await written.get(after, to, userId, jsonOf(names)))?.['n'] ?? 0);
    },
  };
}

function withoutRecipient(sql: Sql): Table['forgetWritten'] {
  const theirs = sql.prepare(`SELECT * FROM outbox WHERE ${isToPerson(sql)}`);
  const forget = sql.prepare(
    `UPDATE outbox SET lane = account || ' forgotten', message = ?, text = '', media = '[]', sealed = '[]', reason = NULL,
       recipient_id = NULL, text_mark = NULL, erased = 1,
       state = CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END
     WHERE seq = ?`,
  );
  return async (userId, mapValues, { after, to }) => {
    const names = mapValues.map((value) => value.toLowerCase());
    const rows = await theirs.all(after, to, userId, jsonOf(names));
    for (const row of rows) {
      const message: OutboundMessage = {
        ...messageIn(row),
        queueKey: 'forgotten',
        recipientValue: 'forgotten',
        text: '',
        attachmentIds: [],
      };
      delete message.recipientId;
      delete message.interactionId;
      delete message.publicReply;
      delete message.groupId;
      await forget.run(messageAsStored(message), Number(row['seq']));
    }
    return rows.length;
  };
}
