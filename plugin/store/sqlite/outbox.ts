import { createHash } from 'node:crypto';
import { queueNameOf } from '../../core/conversation';
import type { MessageState } from '../../core/messageState';
import type { OutboundMessage, StoredOutbound } from '../../core/messages';
import type { Outbox } from '../../core/ports';
import { retryWindowMs } from '../../core/retriedCall';
import { textOf, type StoreFile } from './database';
import { waiting, waitingQueues } from './waitingQueues';

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
export function createOutbox(store: StoreFile, now: () => number): Outbox {
  const rows = rowQueries(store);
  return {
    ...rows,
    ...twins(store, rows.get),
    ...joinQueries(store),
    ...knownIds(store),
    ...progressQueries(store),
    ...sendingQueries(store, now),
  };
}

const twinQuery = `
  SELECT * FROM outbox WHERE lane = ? AND created_at >= ? AND state <> 'failed' AND answered = 0
    AND json_extract(message, '$.interactionId') = ? AND json_extract(message, '$.attachmentIds') = ?
  ORDER BY seq DESC`;

/** Stands in for words that were taken out of the store, so that the same words are known again. */
const markOf = (seq: number, text: string) => createHash('sha256').update(`${seq}:${text}`).digest('base64');

/** A mark is of use only as long as the host may call again. Milliseconds. */
const markLife = retryWindowMs + 60_000;

/** See the function of the same name in `core/`. */
export const mayBeOnX = `(sending_since IS NOT NULL OR doubt_from IS NOT NULL)`;

type Reading = 'add' | 'get' | 'nextIn' | 'queueNames';

type Joining = 'laterInQueue' | 'joinedTo' | 'sentWith' | 'join' | 'separate';

function joinQueries(store: StoreFile): Pick<Outbox, Joining> {
  const laterInQueue = store.prepare(
    `SELECT * FROM outbox WHERE lane = (SELECT lane FROM outbox WHERE seq = ?1) AND seq > ?1 AND ${waiting}
     ORDER BY seq LIMIT 100`,
  );
  const joined = store.prepare(`SELECT * FROM outbox WHERE joined_to = ? AND ${waiting} ORDER BY seq`);
  const sentWith = store.prepare(`SELECT * FROM outbox WHERE joined_to = ? ORDER BY seq`);
  const join = store.prepare(
    `UPDATE outbox SET joined_to = ?1 WHERE seq IN (SELECT value FROM json_each(?2)) AND ${waiting}`,
  );
  const unseal = store.prepare(`UPDATE outbox SET sealed = '[]' WHERE seq = ?`);
  const separate = store.prepare(`UPDATE outbox SET joined_to = NULL WHERE joined_to = ?`);
  return {
    laterInQueue: (seq) => laterInQueue.all(seq).map((row) => storedOutbound(row, [])),
    joinedTo: (seq) => joined.all(seq).map((row) => storedOutbound(row, [])),
    sentWith: (seq) => sentWith.all(seq).map((row) => storedOutbound(row, [])),
    join: (seq, others) =>
      store.transaction(() => {
        join.run(seq, JSON.stringify(others));
        unseal.run(seq);
      }),
    separate: (seq) => void separate.run(seq),
  };
}

function rowQueries(store: StoreFile): Pick<Outbox, Reading> {
  const insert = store.prepare(
    `INSERT INTO outbox (account, lane, message, text, recipient_id, created_at)
     VALUES (?, ?, ?, ?, ?, ?) RETURNING *`,
  );
  const one = store.prepare(`SELECT * FROM outbox WHERE seq = ?`);
  const ids = store.prepare(
    `SELECT x_id FROM sent_messages WHERE outbox_seq = ? ORDER BY CAST(x_id AS INTEGER)`,
  );
  const next = store.prepare(`SELECT * FROM outbox WHERE lane = ? AND ${waiting} ORDER BY seq LIMIT 1`);
  const stored = (row: Record<string, unknown> | undefined) =>
    row &&
    storedOutbound(
      row,
      ids.all(Number(row['seq'])).map((each) => textOf(each, 'x_id')),
    );
  return {
    add: (message, now) => {
      const { account, queueKey, text, recipientId = null } = message;
      const queueName = queueNameOf(account, queueKey);
      const row = stored(insert.get(account, queueName, messageAsStored(message), text, recipientId, now));
      if (!row) throw new Error('the stored reply cannot be read back');
      return row;
    },
    get: (seq) => stored(one.get(seq)),
    nextIn: (queueName) => stored(next.get(queueName)),
    queueNames: waitingQueues(store, 'outbox'),
  };
}

function twins(store: StoreFile, get: Outbox['get']): Pick<Outbox, 'findDuplicate' | 'markAnswered'> {
  const twin = store.prepare(twinQuery);
  const answered = store.prepare(`UPDATE outbox SET answered = 1 WHERE seq = ?`);
  return {
    markAnswered: (seq) => void answered.run(seq),
    findDuplicate: ({ account, queueKey, interactionId, text, attachmentIds }, since) => {
      if (interactionId === undefined) return undefined;
      const found = twin
        .all(queueNameOf(account, queueKey), since, interactionId, JSON.stringify(attachmentIds))
        .find((row) => messageIn(row).text === text || row['text_mark'] === markOf(Number(row['seq']), text));
      return found && get(Number(found['seq']));
    },
  };
}

function knownIds(store: StoreFile): Pick<Outbox, 'knownSentIds'> {
  const known = store.prepare(
    `SELECT x_id FROM sent_messages WHERE account = ? AND x_id IN (SELECT value FROM json_each(?))`,
  );
  return {
    knownSentIds: (account, candidates) =>
      new Set(known.all(account, JSON.stringify(candidates)).map((row) => textOf(row, 'x_id'))),
  };
}

function progressQueries(
  store: StoreFile,
): Omit<Outbox, Reading | Joining | Sending | 'findDuplicate' | 'markAnswered' | 'knownSentIds'> {
  // An admin may take a message out of the queue, or erase it, while something is under way for it.
  const stillWanted = `${waiting} AND erased = 0`;
  const recipient = store.prepare(`UPDATE outbox SET recipient_id = ? WHERE seq = ? AND erased = 0`);
  const media = store.prepare(`UPDATE outbox SET media = ?, text = ? WHERE seq = ? AND ${stillWanted}`);
  const sending = store.prepare(
    `UPDATE outbox SET state = 'delivering', sending_since = coalesce(sending_since, ?)
     WHERE seq = ? AND ${stillWanted}`,
  );
  const postpone = store.prepare(
    `UPDATE outbox SET state = 'received', attempts = attempts + 1, due_at = ?, reason = ?, waited_for_window = ?
     WHERE seq = ? AND ${waiting}`,
  );
  const clear = store.prepare(`UPDATE outbox SET sending_since = NULL WHERE seq = ?`);
  const fail = store.prepare(
    `UPDATE outbox SET state = 'failed', reason = ?
     WHERE seq IN (SELECT value FROM json_each(?)) AND ${waiting}`,
  );
  const drop = store.prepare(`DELETE FROM outbox WHERE seq = ? AND ${waiting} AND sending_since IS NULL`);
  const release = store.prepare(
    `UPDATE outbox SET due_at = ?1
     WHERE ${waiting} AND due_at > 0 AND due_at > ?1`,
  );
  return {
    saveRecipient: (seq, id) => void recipient.run(id, seq),
    saveMedia: (seq, files, text) => media.run(JSON.stringify(files), text, seq) > 0,
    markSending: (seq, now) => sending.run(now, seq) > 0,
    clearSending: (seq) => void clear.run(seq),
    postpone: (seq, dueAt, reason, forWindow) => void postpone.run(dueAt, reason, Number(forWindow), seq),
    markFailed: (seqs, reason) => void fail.run(reason, JSON.stringify(seqs)),
    drop: (seq) => void drop.run(seq),
    release: (at) => void release.run(at),
  };
}

type Sending = 'clearDoubt' | 'saveSealed' | 'savePart' | 'markDelivered' | 'noteOutcome';

function sendingQueries(store: StoreFile, now: () => number): Pick<Outbox, Sending> {
  const delivered = store.prepare(
    `UPDATE outbox SET state = 'delivered', sending_since = NULL, doubt_from = NULL, reason = NULL, delivered_at = ? WHERE seq = ?`,
  );
  const sent = store.prepare(
    `INSERT INTO sent_messages (account, x_id, outbox_seq) SELECT account, ?, seq FROM outbox WHERE seq = ?
     ON CONFLICT DO NOTHING`,
  );
  const sealed = store.prepare(`UPDATE outbox SET sealed = ? WHERE seq = ? AND erased = 0`);
  const erase = createEraser(store, now);
  const clear = store.prepare(`UPDATE outbox SET sending_since = NULL WHERE seq = ?`);
  const saveSent = (save: (seq: number) => void, seqs: number[], sentIds: string[]) =>
    store.transaction(() => {
      for (const seq of seqs) {
        save(seq);
        for (const id of sentIds) sent.run(id, seq);
      }
    });
  const outcome = store.prepare(
    `UPDATE outbox SET reason = ?1 WHERE (seq = ?2 OR joined_to = ?2) AND state = 'delivered'`,
  );
  const clearDoubt = store.prepare(`UPDATE outbox SET doubt_from = NULL WHERE seq = ?1 OR joined_to = ?1`);
  return {
    clearDoubt: (seq) => void clearDoubt.run(seq),
    saveSealed: (seq, answers) => void sealed.run(JSON.stringify(answers), seq),
    savePart: (seq, sentIds) => saveSent((each) => void clear.run(each), [seq], sentIds),
    markDelivered: (seqs, sentIds, isSecret) => {
      store.transaction(() => {
        saveSent((seq) => void delivered.run(now(), seq), seqs, sentIds);
        if (isSecret) erase(seqs);
      });
      if (isSecret) store.forgetFormer();
    },
    noteOutcome: (seq, reason) => void outcome.run(reason, seq),
  };
}

/** Takes words out of their rows. */
function createEraser(store: StoreFile, now: () => number): (seqs: number[]) => void {
  const words = store.prepare(`SELECT * FROM outbox WHERE seq = ?`);
  const erase = store.prepare(
    `UPDATE outbox SET text = '', message = json_set(message, '$.text', ''), sealed = '[]', media = '[]',
       text_mark = ?
     WHERE seq = ? AND text_mark IS NULL`,
  );
  const forgetMarks = store.prepare(
    `UPDATE outbox SET text_mark = NULL WHERE text_mark IS NOT NULL AND created_at < ?`,
  );
  const eraseOne = (seq: number) => {
    const row = words.get(seq);
    if (row) erase.run(markOf(seq, messageIn(row).text), seq);
  };
  return (seqs) => {
    for (const seq of seqs) eraseOne(seq);
    forgetMarks.run(now() - markLife);
  };
}

/** On the disk the key of the queue has its name of earlier versions. */
function messageAsStored({ queueKey, ...rest }: OutboundMessage): string {
  return JSON.stringify({ ...rest, lane: queueKey });
}

function messageIn(row: Record<string, unknown>): OutboundMessage {
  const { lane, ...rest } = JSON.parse(textOf(row, 'message')) as Omit<OutboundMessage, 'queueKey'> & {
    lane: string;
  };
  return { ...rest, queueKey: lane };
}

function storedOutbound(row: Record<string, unknown>, sentIds: string[]): StoredOutbound {
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

const optionalNumber = (value: unknown) => (typeof value === 'number' ? value : undefined);
const optionalText = (value: unknown) => (typeof value === 'string' ? value : undefined);
