import { createHash } from 'node:crypto';
import { queueNameOf } from '../../core/conversation';
import type { MessageState } from '../../core/messageState';
import type { OutboundMessage, StoredOutbound } from '../../core/messages';
import type { Async, Outbox } from '../../core/ports';
import { retryWindowMs } from '../../core/retriedCall';
import { waiting, waitingQueues } from './waitingQueues';
import { jsonOf, optionalNumber, optionalText, textOf, type Row, type Sql } from '../sql';

type Table = Async<Outbox>;

/** What writes nothing. */
export const outboxReads = [
  'get',
  'findDuplicate',
  'nextIn',
  'queueNames',
  'laterInQueue',
  'joinedTo',
  'sentWith',
  'knownSentIds',
] satisfies (keyof Outbox)[];

/** The outbox in SQLite: what agents wrote, on its way to X. */
export function createOutbox(sql: Sql, now: () => number): Table {
  const rows = rowQueries(sql);
  return {
    ...rows,
    ...twins(sql, rows.get),
    ...joinQueries(sql),
    ...knownIds(sql),
    ...progressQueries(sql),
    ...sendingQueries(sql, now),
  };
}

const twinQuery = `
  SELECT * FROM outbox WHERE lane = ? AND created_at >= ? AND state <> 'failed' AND answered = 0
    AND message ->> 'interactionId' = ?
  ORDER BY seq DESC`;

/** Stands in for words that were taken out of the store, so that the same words are known again. */
const markOf = (seq: number, text: string) => createHash('sha256').update(`${seq}:${text}`).digest('base64');

/** A mark is of use only as long as the host may call again. Milliseconds. */
const markLife = retryWindowMs + 60_000;

/** See the function of the same name in `core/`. */
export const mayBeOnX = `(sending_since IS NOT NULL OR doubt_from IS NOT NULL)`;

type Reading = 'add' | 'get' | 'nextIn' | 'queueNames';

type Joining = 'laterInQueue' | 'joinedTo' | 'sentWith' | 'join' | 'separate';

function joinQueries(sql: Sql): Pick<Table, Joining> {
  const laterInQueue = sql.prepare(
    `SELECT * FROM outbox WHERE lane = (SELECT lane FROM outbox WHERE seq = ?1) AND seq > ?1 AND ${waiting}
     ORDER BY seq LIMIT 100`,
  );
  const joined = sql.prepare(`SELECT * FROM outbox WHERE joined_to = ? AND ${waiting} ORDER BY seq`);
  const sentWith = sql.prepare(`SELECT * FROM outbox WHERE joined_to = ? ORDER BY seq`);
  const join = sql.prepare(
    `UPDATE outbox SET joined_to = ?1 WHERE seq IN ${sql.numbersIn('?2')} AND ${waiting}`,
  );
  const unseal = sql.prepare(`UPDATE outbox SET sealed = '[]' WHERE seq = ?`);
  const separate = sql.prepare(`UPDATE outbox SET joined_to = NULL WHERE joined_to = ?`);
  const withoutIds = async (rows: Promise<Row[]>) => (await rows).map((row) => storedOutbound(row, []));
  return {
    laterInQueue: (seq) => withoutIds(laterInQueue.all(seq)),
    joinedTo: (seq) => withoutIds(joined.all(seq)),
    sentWith: (seq) => withoutIds(sentWith.all(seq)),
    join: async (seq, others) => {
      await join.run(seq, JSON.stringify(others));
      await unseal.run(seq);
    },
    separate: (seq) => separate.run(seq),
  };
}

function rowQueries(sql: Sql): Pick<Table, Reading> {
  const insert = sql.prepare(
    `INSERT INTO outbox (account, lane, message, text, recipient_id, created_at)
     VALUES (?, ?, ?, ?, ?, ?) RETURNING *`,
  );
  const one = sql.prepare(`SELECT * FROM outbox WHERE seq = ?`);
  const ids = sql.prepare(`SELECT x_id FROM sent_messages WHERE outbox_seq = ? ORDER BY length(x_id), x_id`);
  const next = sql.prepare(`SELECT * FROM outbox WHERE lane = ? AND ${waiting} ORDER BY seq LIMIT 1`);
  const stored = async (found: Promise<Row | undefined>) => {
    const row = await found;
    if (!row) return undefined;
    const sentIds = (await ids.all(Number(row['seq']))).map((each) => textOf(each, 'x_id'));
    return storedOutbound(row, sentIds);
  };
  return {
    add: async (message, now) => {
      const { account, queueKey, text, recipientId = null } = message;
      const queueName = queueNameOf(account, queueKey);
      const row = await stored(
        insert.get(account, queueName, messageAsStored(message), text, recipientId, now),
      );
      if (!row) throw new Error('the stored reply cannot be read back');
      return row;
    },
    get: (seq) => stored(one.get(seq)),
    nextIn: (queueName) => stored(next.get(queueName)),
    queueNames: waitingQueues(sql, 'outbox'),
  };
}

function twins(sql: Sql, get: Table['get']): Pick<Table, 'findDuplicate' | 'markAnswered'> {
  const twin = sql.prepare(twinQuery);
  const answered = sql.prepare(`UPDATE outbox SET answered = 1 WHERE seq = ?`);
  return {
    markAnswered: (seq) => answered.run(seq),
    findDuplicate: async ({ account, queueKey, interactionId, text, attachmentIds }, since) => {
      if (interactionId === undefined) return undefined;
      const found = (await twin.all(queueNameOf(account, queueKey), since, interactionId)).find((row) => {
        const message = messageIn(row);
        const hasWords = message.text === text || row['text_mark'] === markOf(Number(row['seq']), text);
        return hasWords && String(message.attachmentIds) === String(attachmentIds);
      });
      return found && get(Number(found['seq']));
    },
  };
}

function knownIds(sql: Sql): Pick<Table, 'knownSentIds'> {
  const known = sql.prepare(
    `SELECT x_id FROM sent_messages WHERE account = ? AND x_id IN ${sql.textsIn('?')}`,
  );
  return {
    knownSentIds: async (account, candidates) => {
      const rows = await known.all(account, jsonOf(candidates));
      return new Set(rows.map((row) => textOf(row, 'x_id')));
    },
  };
}

function progressQueries(
  sql: Sql,
): Omit<Table, Reading | Joining | Sending | 'findDuplicate' | 'markAnswered' | 'knownSentIds'> {
  // An admin may take a message out of the queue, or erase it, while something is under way for it.
  const stillWanted = `${waiting} AND erased = 0`;
  const recipient = sql.prepare(`UPDATE outbox SET recipient_id = ? WHERE seq = ? AND erased = 0`);
  const media = sql.prepare(`UPDATE outbox SET media = ?, text = ? WHERE seq = ? AND ${stillWanted}`);
  const sending = sql.prepare(
    `UPDATE outbox SET state = 'delivering', sending_since = coalesce(sending_since, ?)
     WHERE seq = ? AND ${stillWanted}`,
  );
  const postpone = sql.prepare(
    `UPDATE outbox SET state = 'received', attempts = attempts + 1, due_at = ?, reason = ?, waited_for_window = ?
     WHERE seq = ? AND ${waiting}`,
  );
  const clear = sql.prepare(`UPDATE outbox SET sending_since = NULL WHERE seq = ?`);
  const fail = sql.prepare(
    `UPDATE outbox SET state = 'failed', reason = ?
     WHERE seq IN ${sql.numbersIn('?')} AND ${waiting}`,
  );
  const drop = sql.prepare(`DELETE FROM outbox WHERE seq = ? AND ${waiting} AND sending_since IS NULL`);
  const release = sql.prepare(
    `UPDATE outbox SET due_at = CAST(?1 AS BIGINT)
     WHERE ${waiting} AND due_at > 0 AND due_at > CAST(?1 AS BIGINT)
       AND (CAST(?2 AS TEXT) IS NULL OR account = ?2)`,
  );
  return {
    saveRecipient: (seq, id) => recipient.run(id, seq),
    saveMedia: async (seq, files, text) => (await media.change(JSON.stringify(files), text, seq)) > 0,
    markSending: async (seq, now) => (await sending.change(now, seq)) > 0,
    clearSending: (seq) => clear.run(seq),
    postpone: (seq, dueAt, reason, forWindow) => postpone.run(dueAt, reason, Number(forWindow), seq),
    markFailed: (seqs, reason) => fail.run(reason, JSON.stringify(seqs)),
    drop: (seq) => drop.run(seq),
    release: (account, at) => release.run(at, account ?? null),
  };
}

type Sending = 'clearDoubt' | 'saveSealed' | 'savePart' | 'markDelivered' | 'noteOutcome';

function sendingQueries(sql: Sql, now: () => number): Pick<Table, Sending> {
  const delivered = sql.prepare(
    `UPDATE outbox SET state = 'delivered', sending_since = NULL, doubt_from = NULL, reason = NULL, delivered_at = ?2 WHERE seq = ?1`,
  );
  const sent = sql.prepare(
    `INSERT INTO sent_messages (account, x_id, outbox_seq) SELECT account, CAST(? AS TEXT), seq FROM outbox WHERE seq = ?
     ON CONFLICT DO NOTHING`,
  );
  const sealed = sql.prepare(`UPDATE outbox SET sealed = ? WHERE seq = ? AND erased = 0`);
  const erase = createEraser(sql, now);
  const clear = sql.prepare(`UPDATE outbox SET sending_since = NULL WHERE seq = ?`);
  const saveIds = async (seq: number, sentIds: string[]) => {
    for (const id of sentIds) await sent.run(id, seq);
  };
  const outcome = sql.prepare(
    `UPDATE outbox SET reason = ?1 WHERE (seq = ?2 OR joined_to = ?2) AND state = 'delivered'`,
  );
  const clearDoubt = sql.prepare(`UPDATE outbox SET doubt_from = NULL WHERE seq = ?1 OR joined_to = ?1`);
  return {
    clearDoubt: (seq) => clearDoubt.run(seq),
    saveSealed: (seq, replies) => sealed.run(JSON.stringify(replies), seq),
    savePart: async (seq, sentIds) => {
      await clear.run(seq);
      await saveIds(seq, sentIds);
    },
    markDelivered: async (seqs, sentIds, isSecret) => {
      for (const seq of seqs) {
        await delivered.run(seq, now());
        await saveIds(seq, sentIds);
      }
      if (!isSecret) return;
      await erase(seqs);
      sql.forgetFormer();
    },
    noteOutcome: (seq, reason) => outcome.run(reason, seq),
  };
}

/** Takes words out of their rows. */
function createEraser(sql: Sql, now: () => number): (seqs: number[]) => Promise<void> {
  const words = sql.prepare(`SELECT * FROM outbox WHERE seq = ?`);
  const erase = sql.prepare(
    `UPDATE outbox SET text = '', message = ?, sealed = '[]', media = '[]', text_mark = ?
     WHERE seq = ? AND text_mark IS NULL`,
  );
  const forgetMarks = sql.prepare(
    `UPDATE outbox SET text_mark = NULL WHERE text_mark IS NOT NULL AND created_at < ?`,
  );
  return async (seqs) => {
    for (const seq of seqs) {
      const row = await words.get(seq);
      if (!row) continue;
      const message = messageIn(row);
      await erase.run(messageAsStored({ ...message, text: '' }), markOf(seq, message.text), seq);
    }
    await forgetMarks.run(now() - markLife);
  };
}

/** On the disk the key of the queue has its name of earlier versions. */
export function messageAsStored({ queueKey, ...rest }: OutboundMessage): string {
  return jsonOf({ ...rest, lane: queueKey });
}

/** What `messageAsStored` wrote. */
export function messageIn(row: Row): OutboundMessage {
  const { lane, ...rest } = JSON.parse(textOf(row, 'message')) as Omit<OutboundMessage, 'queueKey'> & {
    lane: string;
  };
  return { ...rest, queueKey: lane };
}

function storedOutbound(row: Row, sentIds: string[]): StoredOutbound {
  const message = messageIn(row);
  return {
    seq: Number(row['seq']),
    message: { ...message, text: textOf(row, 'text') },
    state: row['state'] as MessageState,
    attempts: Number(row['attempts']),
    createdAt: Number(row['created_at']),
    dueAt: Number(row['due_at']),
    recipientId: optionalText(row['recipient_id']),
    media: JSON.parse(textOf(row, 'media')) as StoredOutbound['media'],
    sendingSince: row['sending_since'] === null ? undefined : Number(row['sending_since']),
    doubt:
      row['doubt_from'] === null
        ? undefined
        : { from: Number(row['doubt_from']), until: Number(row['doubt_until']) },
    sentIds,
    sealed: JSON.parse(textOf(row, 'sealed')) as StoredOutbound['sealed'],
    reason: optionalText(row['reason']),
    waitedForWindow: row['waited_for_window'] === 1,
    joinedTo: optionalNumber(row['joined_to']),
    retriedAt: optionalNumber(row['retried_at']),
  };
}
