import type { ChatStore, ChatWriter, SentChatMessage } from '../../core/chat';
import { createChatKeys } from './chatKeys';
import type { Async } from '../../core/ports';
import { optionalNumber, optionalText, textOf, type Row, type Sql } from '../sql';

type Table = Async<ChatStore>;

/** What writes nothing. */
export const chatReads = [
  'rowsOf',
  'sent',
  'sentOf',
  'lastOf',
  'unread',
  'conversation',
  'keys',
  'personKeys',
] satisfies (keyof ChatStore)[];

/** What is kept of encrypted chat. */
export function createChatStore(sql: Sql): Table {
  return {
    ...messages(sql),
    ...conversations(sql),
    ...unreadMessages(sql),
    ...sentMessages(sql),
    ...createChatKeys(sql),
  };
}

/** Senders choose their messages' ids, so an id counts for one sender in one conversation only. */
const scopedId = ({ conversation, senderId }: ChatWriter, id: string) => `${conversation} ${senderId} ${id}`;

/** Remarks are claimed like messages, under a name no conversation has. */
const remarks = 'remarks';

function messages(sql: Sql): Pick<Table, 'claim' | 'claimRemark' | 'rowsOf'> {
  const insert = sql.prepare(
    `INSERT INTO chat_messages (account, message_id, inbox_seq, sequence) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const holder = sql.prepare(`SELECT inbox_seq FROM chat_messages WHERE account = ? AND message_id = ?`);
  const rows = sql.prepare(
    `SELECT inbox_seq FROM chat_messages WHERE account = ?1 AND message_id = ?2
     UNION SELECT inbox_seq FROM chat_messages${sql.by('chat_messages_sequence')} WHERE account = ?1 AND sequence = ?3`,
  );
  // No agent has read them with a message that was set aside, or that the bot has taken.
  const release = sql.prepare(
    `DELETE FROM chat_messages WHERE account = ? AND message_id = ? AND inbox_seq IN (
       SELECT seq FROM inbox WHERE seq = chat_messages.inbox_seq AND (state = 'failed' OR received_by = 'bot'))`,
  );
  const claim: Table['claim'] = async (writer, messageId, seq, sequence) => {
    const scoped = scopedId(writer, messageId);
    const held = await holder.get(writer.account, scoped);
    if (Number(held?.['inbox_seq'] ?? seq) !== seq) return false;
    await insert.run(writer.account, scoped, seq, sequence ?? null);
    return true;
  };
  return {
    claim,
    claimRemark: async (account, { about, id }, seq) => {
      const writer = { account, conversation: remarks, senderId: about };
      await release.run(account, scopedId(writer, id));
      return claim(writer, id, seq, undefined);
    },
    rowsOf: async (writer, id) =>
      (await rows.all(writer.account, scopedId(writer, id), id)).map((row) => Number(row['inbox_seq'])),
  };
}

type OfConversations = 'saveConversation' | 'conversation' | 'noteLast' | 'lastOf';

function conversations(sql: Sql): Pick<Table, OfConversations> {
  const save = sql.prepare(
    `INSERT INTO chat_conversations (account, conversation_id, token, last_sequence, ttl_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (account, conversation_id) DO UPDATE SET token = coalesce(excluded.token, chat_conversations.token), ttl_ms = excluded.ttl_ms,
       last_sequence = coalesce(excluded.last_sequence, chat_conversations.last_sequence)`,
  );
  const read = sql.prepare(
    `SELECT token, last_sequence, ttl_ms, last_inbox_seq, last_inbox_at FROM chat_conversations
     WHERE account = ? AND conversation_id = ?`,
  );
  const noteLast = sql.prepare(
    `INSERT INTO chat_conversations (account, conversation_id, last_inbox_seq, last_inbox_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, conversation_id) DO UPDATE SET last_inbox_seq = excluded.last_inbox_seq,
       last_inbox_at = excluded.last_inbox_at`,
  );
  const conversation: Table['conversation'] = async (account, id) => {
    const row = await read.get(account, id);
    return {
      token: optionalText(row?.['token']),
      lastSequence: optionalText(row?.['last_sequence']),
      ttlMs: optionalNumber(row?.['ttl_ms']),
    };
  };
  return {
    saveConversation: async (account, id, { token, lastSequence, ttlMs, everySequence }) => {
      const before = await conversation(account, id);
      // Messages are opened again, and come late: the newest tells how the conversation is now.
      const isOld = lastSequence !== undefined && BigInt(lastSequence) < BigInt(before.lastSequence ?? 0);
      if (isOld) return;
      // Nearly always known already; reading first saves a commit for each message.
      const isKnown = (token ?? before.token) === before.token && ttlMs === before.ttlMs;
      if (isKnown && !everySequence) return;
      await save.run(account, id, token ?? null, lastSequence ?? null, ttlMs ?? null);
    },
    conversation,
    noteLast: (account, id, seq, at) => noteLast.run(account, id, seq, at),
    lastOf: async (account, id) => {
      const row = await read.get(account, id);
      const seq = optionalNumber(row?.['last_inbox_seq']);
      return seq === undefined ? undefined : { seq, at: Number(row?.['last_inbox_at']) };
    },
  };
}

/** So many at a time; of one conversation the newest, and no more, are tried again when a key comes. */
const maxUnread = 500;

function unreadMessages(sql: Sql): Pick<Table, 'noteUnread' | 'noteRead' | 'unread'> {
  const note = sql.prepare(
    `INSERT INTO chat_unread (inbox_seq, account, conversation_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const noteRead = sql.prepare(`DELETE FROM chat_unread WHERE inbox_seq = ?`);
  const ofAll = sql.prepare(
    `SELECT inbox_seq FROM chat_unread${sql.by('chat_unread_of')} WHERE account = ? AND inbox_seq > ?
     ORDER BY inbox_seq LIMIT ${maxUnread}`,
  );
  const ofOne = sql.prepare(
    `SELECT inbox_seq FROM chat_unread${sql.by('chat_unread_of')}
     WHERE account = ? AND conversation_id = ? AND inbox_seq > ? ORDER BY inbox_seq DESC LIMIT ${maxUnread}`,
  );
  return {
    noteUnread: (account, conversationId, seq) => note.run(seq, account, conversationId),
    noteRead: (seq) => noteRead.run(seq),
    unread: async (account, conversationId, after) => {
      const rows =
        conversationId === undefined
          ? await ofAll.all(account, after)
          : (await ofOne.all(account, conversationId, after)).reverse();
      return rows.map((row) => Number(row['inbox_seq']));
    },
  };
}

type OfSent = 'noteSealed' | 'noteSent' | 'noteReplaced' | 'noteRecalled' | 'sent' | 'sentOf';

function sentMessages(sql: Sql): Pick<Table, OfSent> {
  const seal = sql.prepare(
    `INSERT INTO chat_sent (account, message_id, conversation_id, outbox_seq) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const sent = sql.prepare(`UPDATE chat_sent SET sequence = ? WHERE account = ? AND message_id = ?`);
  const recalled = sql.prepare(`UPDATE chat_sent SET sequence = NULL WHERE outbox_seq = ?`);
  const replaced = sql.prepare(`UPDATE chat_sent SET replaced_by = ? WHERE account = ? AND message_id = ?`);
  const columns = 'message_id, conversation_id, outbox_seq, sequence, replaced_by';
  const find = sql.prepare(
    `SELECT ${columns} FROM chat_sent WHERE account = ?1 AND message_id = ?2
     UNION SELECT ${columns} FROM chat_sent${sql.by('chat_sent_sequence')} WHERE account = ?1 AND sequence = ?2`,
  );
  const ofReply = sql.prepare(
    `SELECT ${columns} FROM chat_sent WHERE outbox_seq = ? AND sequence IS NOT NULL`,
  );
  const read = (row: Row): SentChatMessage => {
    const sequence = optionalText(row['sequence']);
    const replacedBy = optionalText(row['replaced_by']);
    return {
      messageId: textOf(row, 'message_id'),
      conversationId: textOf(row, 'conversation_id'),
      outboxSeq: Number(row['outbox_seq']),
      ...(sequence === undefined ? {} : { sequence }),
      ...(replacedBy === undefined ? {} : { replacedBy }),
    };
  };
  return {
    noteSealed: (account, { messageId, conversationId, outboxSeq }) =>
      seal.run(account, messageId, conversationId, outboxSeq),
    noteRecalled: (outboxSeq) => recalled.run(outboxSeq),
    noteReplaced: (account, messageId, by) => replaced.run(by, account, messageId),
    noteSent: (account, messageId, sequence) => sent.run(sequence, account, messageId),
    sent: async (account, id) => {
      const row = await find.get(account, id);
      return row && read(row);
    },
    sentOf: async (outboxSeq) => (await ofReply.all(outboxSeq)).map(read),
  };
}
