import { createHash } from 'node:crypto';
import { sortKeyOf } from '../../core/sortKey';
import { comparable } from '../../core/sameText';
import type { MessageState } from '../../core/messageState';
import type { InboundMessage, StoredInbound } from '../../core/messages';
import { queueNameOf } from '../../core/conversation';
import type { Conversations } from '../../core/conversations';
import type { Async, Contacts, Inbox } from '../../core/ports';
import { waiting, waitingQueues } from './waitingQueues';
import { jsonOf, optionalText, textOf, type Row, type Sql } from '../sql';

type Table = Async<Inbox>;

interface InboxParts {
  contacts: Async<Contacts>;
  conversations: Async<Conversations>;
  /** Whether XCALLY Motion may have a message that is new here, sent at that time (ms since 1970): the store may have lost it. */
  mayBeKnown: (sentAt: number) => boolean;
}

/** What writes nothing. */
export const inboxReads = [
  'nextIn',
  'get',
  'senderOf',
  'find',
  'knownMessages',
  'queueNames',
  'knownHostMessages',
  'handedOver',
] satisfies (keyof Inbox)[];

/** The inbox in SQLite: what customers wrote, on its way to the host. */
export function createInbox(
  sql: Sql,
  { contacts, conversations, mayBeKnown }: InboxParts,
  now: () => number,
): Table {
  const insert = sql.prepare(
    `INSERT INTO inbox (account, message_id, lane, message, place, received_at, doubtful)
     VALUES (?, ?, ?, ?, CAST(? AS BIGINT), ?, ?)
     ON CONFLICT (account, message_id) DO NOTHING`,
  );
  const keep = async (message: InboundMessage) => {
    const queueName = queueNameOf(message.account, message.conversation);
    const { account, messageId, conversation, sender, thread, closed, sentAt } = message;
    const inserted = await insert.change(
      account,
      messageId,
      queueName,
      jsonOf(message),
      sortKeyOf(message),
      now(),
      Number(mayBeKnown(sentAt)),
    );
    if (inserted === 0) return false;
    if (message.notice) return true;
    if (thread !== undefined) {
      await contacts.see(account, sender, now());
      return true;
    }
    const way = [closed !== undefined, sentAt] as const;
    // Nearly always nothing is new but that they wrote.
    if (!(await contacts.noteWayOfKnown(account, sender, ...way))) {
      await contacts.see(account, sender, now());
      await contacts.noteWay(account, sender.id, ...way);
    }
    await conversations.noteCustomer(account, conversation, now());
    return true;
  };
  return {
    keep: async (messages) => {
      const isNew: boolean[] = [];
      for (const message of messages) isNew.push(await keep(message));
      return isNew;
    },
    ...readQueries(sql),
    ...progressQueries(sql, now),
    ...withholding(sql),
    ...routingQueries(sql, now),
    ...handedOverQueries(sql),
  };
}

type Reading = 'nextIn' | 'get' | 'senderOf' | 'find' | 'queueNames' | 'knownMessages' | 'knownHostMessages';

function readQueries(sql: Sql): Pick<Table, Reading> {
  const next = sql.prepare(`SELECT * FROM inbox WHERE lane = ? AND ${waiting} ORDER BY place, seq LIMIT 1`);
  const bySeq = sql.prepare(`SELECT * FROM inbox WHERE seq = ?`);
  const messageOf = sql.prepare(`SELECT message FROM inbox WHERE seq = ?`);
  const byId = sql.prepare(`SELECT * FROM inbox WHERE account = ? AND message_id = ?`);
  const kept = sql.prepare(
    `SELECT message_id FROM inbox WHERE account = ? AND message_id IN ${sql.textsIn('?')}`,
  );
  const known = sql.prepare(
    `SELECT host_message_id FROM host_messages
     WHERE account = ? AND host_message_id IN ${sql.textsIn('?')}`,
  );
  const one = async (row: Promise<Row | undefined>) => {
    const found = await row;
    return found && storedInbound(found);
  };
  return {
    nextIn: (queueName) => one(next.get(queueName)),
    get: (seq) => one(bySeq.get(seq)),
    senderOf: async (seq) => {
      const row = await messageOf.get(seq);
      return row && (JSON.parse(textOf(row, 'message')) as InboundMessage).sender.id;
    },
    find: (account, messageId) => one(byId.get(account, messageId)),
    knownMessages: async (account, ids) => {
      const rows = await kept.all(account, jsonOf(ids));
      return new Set(rows.map((row) => textOf(row, 'message_id')));
    },
    queueNames: waitingQueues(sql, 'inbox'),
    knownHostMessages: async (account, ids) => {
      const rows = await known.all(account, jsonOf(ids));
      return new Set(rows.map((row) => textOf(row, 'host_message_id')));
    },
  };
}

function withholding(sql: Sql): Pick<Table, 'withhold'> {
  const withhold = sql.prepare(
    `UPDATE inbox SET message = ${sql.patched('message', '?')}, attachments = '[]', withheld = 1
     WHERE seq = ? AND state = 'received' AND notified = 0`,
  );
  return {
    withhold: async (seq, text) =>
      (await withhold.change(jsonOf({ closed: null, text, media: [] }), seq)) > 0,
  };
}

type Routing = 'markFiltered' | 'markReceived' | 'markNothing';

function routingQueries(sql: Sql, now: () => number): Pick<Table, Routing> {
  const filter = sql.prepare(`UPDATE inbox SET state = 'failed', filtered = ? WHERE seq = ? AND ${waiting}`);
  const toAgents = sql.prepare(`UPDATE inbox SET received_by = 'agents' WHERE seq = ? AND ${waiting}`);
  const toBot = sql.prepare(
    `UPDATE inbox SET received_by = 'bot', state = 'delivered', reason = 'answered by the bot', delivered_at = ?
     WHERE seq = ? AND ${waiting}`,
  );
  const nothing = sql.prepare(
    `UPDATE inbox SET received_by = 'nobody', state = 'delivered', delivered_at = ? WHERE seq = ? AND ${waiting}`,
  );
  return {
    markNothing: (seq) => nothing.run(now(), seq),
    markFiltered: (seq, reason) => filter.run(reason, seq),
    markReceived: async (seq, by) =>
      (await (by === 'bot' ? toBot.change(now(), seq) : toAgents.change(seq))) > 0,
  };
}

type WithoutId = 'noteHandedOver' | 'handedOver';

/** A lost answer is looked into within a day, if ever. Milliseconds. */
const handedOverLifeMs = 2 * 24 * 60 * 60_000;

/** What a host took that tells no ids. Only a digest is kept of it. */
function handedOverQueries(sql: Sql): Pick<Table, WithoutId> {
  const note = sql.prepare(`INSERT INTO handed_over (lane, body_hash, at) VALUES (?, ?, ?)`);
  const prune = sql.prepare(`DELETE FROM handed_over WHERE at < ?`);
  const count = sql.prepare(
    `SELECT count(*) AS n FROM handed_over WHERE lane = ? AND body_hash = ? AND at >= ?`,
  );
  const digest = (body: string) => createHash('sha256').update(comparable(body)).digest('base64');
  return {
    noteHandedOver: async (queueName, body, at) => {
      await note.run(queueName, digest(body), at);
      await prune.run(at - handedOverLifeMs);
    },
    handedOver: async (queueName, body, since) =>
      Number((await count.get(queueName, digest(body), since))?.['n']),
  };
}

function progressQueries(
  sql: Sql,
  now: () => number,
): Omit<Table, 'keep' | 'withhold' | Reading | Routing | WithoutId> {
  // An admin may set a message aside, or erase it, while something is under way for it.
  const attachments = sql.prepare(`UPDATE inbox SET attachments = ? WHERE seq = ? AND erased = 0`);
  const delivering = sql.prepare(
    `UPDATE inbox SET state = 'delivering', notifying_since = ?
     WHERE seq = ? AND withheld = ? AND ${waiting} AND erased = 0`,
  );
  const notified = sql.prepare(
    `UPDATE inbox SET notified = CAST(?4 AS INTEGER), notifying_since = NULL,
       reason = CASE WHEN ?1 = 'delivered' OR ${waiting} THEN NULL ELSE reason END,
       delivered_at = CASE ?1 WHEN 'delivered' THEN CAST(?2 AS BIGINT) END,
       state = CASE WHEN ?1 = 'delivered' OR ${waiting} THEN ?1 ELSE state END
     WHERE seq = ?3`,
  );
  const hostMessage = sql.prepare(
    `INSERT INTO host_messages (account, host_message_id, at) SELECT account, ?, CAST(? AS BIGINT) FROM inbox WHERE seq = ?
     ON CONFLICT DO NOTHING`,
  );
  const postpone = sql.prepare(
    `UPDATE inbox SET state = 'received', attempts = attempts + 1, due_at = ?, reason = ?
     WHERE seq = ? AND ${waiting}`,
  );
  const clear = sql.prepare(`UPDATE inbox SET notifying_since = NULL WHERE seq = ?`);
  const fail = sql.prepare(`UPDATE inbox SET state = 'failed', reason = ? WHERE seq = ? AND ${waiting}`);
  const release = sql.prepare(
    `UPDATE inbox SET due_at = CAST(?1 AS BIGINT)
     WHERE ${waiting} AND due_at > 0 AND due_at > CAST(?1 AS BIGINT)
       AND (CAST(?2 AS TEXT) IS NULL OR account = ?2)`,
  );
  return {
    saveAttachments: (seq, ids) => attachments.run(JSON.stringify(ids), seq),
    markDelivering: async (seq, at, withheld) => (await delivering.change(at, seq, Number(withheld))) > 0,
    saveNotified: async (seq, hostMessageId, count, last) => {
      await notified.run(last ? 'delivered' : 'received', now(), seq, count);
      if (hostMessageId !== undefined) await hostMessage.run(hostMessageId, now(), seq);
    },
    clearDelivering: (seq) => clear.run(seq),
    postpone: (seq, dueAt, reason) => postpone.run(dueAt, reason, seq),
    markFailed: (seq, reason) => fail.run(reason, seq),
    release: (account, at) => release.run(at, account ?? null),
  };
}

function storedInbound(row: Row): StoredInbound {
  return {
    seq: Number(row['seq']),
    message: JSON.parse(textOf(row, 'message')) as InboundMessage,
    state: row['state'] as MessageState,
    attempts: Number(row['attempts']),
    dueAt: Number(row['due_at']),
    attachments: JSON.parse(textOf(row, 'attachments')) as (string | null)[],
    notified: Number(row['notified']),
    notifyingSince: row['notifying_since'] === null ? undefined : Number(row['notifying_since']),
    doubtful: row['doubtful'] === 1,
    withheld: row['withheld'] === 1,
    filtered: optionalText(row['filtered']),
    receivedBy: optionalText(row['received_by']) as StoredInbound['receivedBy'],
  };
}
