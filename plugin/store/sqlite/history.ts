import type { History, HistoryRow } from '../../core/ports';
import type { Query, StoreFile } from './database';
import { mayBeOnX } from './outbox';
import { waiting } from './waitingQueues';

const pageSize = 50;

/** Without a state to go by, this many of the newest messages are looked through; more would hold everything up. */
const lookedThrough = 50_000;

/** As the tables' partial indexes have it, so that they are used. */
const states = {
  in: {
    waiting: "m.state IN ('received', 'delivering')",
    delivered: "m.state = 'delivered'",
    failed: "m.state = 'failed' AND m.filtered IS NULL",
    filtered: "m.state = 'failed' AND m.filtered IS NOT NULL",
  },
  out: {
    waiting: "m.state IN ('received', 'delivering')",
    delivered: "m.state = 'delivered'",
    failed: "m.state = 'failed'",
    filtered: 'false',
  },
};

/** The reply whose message the reply `?1` goes out in. */
const headOf = `(SELECT coalesce(joined_to, seq) FROM outbox WHERE seq = ?1)`;

/** What writes nothing. */
export const historyReads = ['page', 'hours'] satisfies (keyof History)[];

/** What went in and out, for the panel. */
export function createHistory(store: StoreFile, now: () => number): History {
  const hours = (table: 'inbox' | 'outbox', column: string) =>
    store.prepare(
      `SELECT ${column} / 3600000 AS hour, count(*) AS n FROM ${table}
       WHERE account = ? AND ${column} >= ? ${table === 'inbox' ? `AND received_by IS NOT 'nobody'` : ''}
       GROUP BY hour ORDER BY hour`,
    );
  const [inHours, outHours] = [hours('inbox', 'received_at'), hours('outbox', 'created_at')];
  const due = `state = 'received', due_at = 0, attempts = 0, reason = NULL`;
  const retryInbox = store.prepare(
    `UPDATE inbox SET ${due} WHERE seq = ?1 AND state <> 'delivered' AND erased = 0 RETURNING lane`,
  );
  // What may be on X as one message is tried again as one.
  const retryOutbox = store.prepare(
    `UPDATE outbox SET ${due}, waited_for_window = 0, retried_at = ?2
     WHERE (seq = ${headOf} OR joined_to = ${headOf}) AND state <> 'delivered' AND erased = 0 RETURNING lane`,
  );
  const setAsideIn = store.prepare(
    `UPDATE inbox SET state = 'failed', reason = ?2 WHERE seq = ?1 AND ${waiting}`,
  );
  const setAsideOut = outboxSetAside(store);
  const perHour = (query: Query, account: string, since: number) =>
    new Map(query.all(account, since).map((row) => [Number(row['hour']) * 3_600_000, Number(row['n'])]));
  return {
    page: pageReader(store),
    hours: (account, since) => ({
      in: perHour(inHours, account, since),
      out: perHour(outHours, account, since),
    }),
    retry: ({ direction, seq }) => {
      const [row] = direction === 'in' ? retryInbox.all(seq) : retryOutbox.all(seq, now());
      const queueName = row?.['lane'];
      return typeof queueName === 'string' ? queueName : undefined;
    },
    setAside: ({ direction, seq }, reason) =>
      direction === 'in' ? setAsideIn.run(seq, reason) > 0 : setAsideOut(seq, reason),
  };
}

/** Replies that may be on X as one message are set aside together; otherwise the others go out without this one. */
function outboxSetAside(store: StoreFile): (seq: number, reason: string) => boolean {
  const isUnclear = store.prepare(`SELECT 1 FROM outbox WHERE seq = ${headOf} AND ${mayBeOnX}`);
  const unseal = store.prepare(`UPDATE outbox SET sealed = '[]' WHERE seq = ${headOf} AND seq <> ?1`);
  const separate = store.prepare(`UPDATE outbox SET joined_to = NULL WHERE joined_to = ${headOf}`);
  const transaction = store.prepare(
    `UPDATE outbox SET state = 'failed', reason = ?2
     WHERE (seq = ${headOf} OR joined_to = ${headOf}) AND ${waiting}`,
  );
  const alone = store.prepare(
    `UPDATE outbox SET state = 'failed', reason = ?2 WHERE seq = ?1 AND ${waiting}`,
  );
  return (seq, reason) =>
    store.transaction(() => {
      if (isUnclear.get(seq)) return transaction.run(seq, reason) > 0;
      unseal.run(seq);
      separate.run(seq);
      return alone.run(seq, reason) > 0;
    });
}

/** One statement for each combination of filters that is asked for. */
function pageReader(store: StoreFile): History['page'] {
  const known = new Map<string, Query>();
  return ({ direction, account, state, search, before }) => {
    const table = direction === 'in' ? 'inbox' : 'outbox';
    const handle = `(SELECT c.username FROM contacts c WHERE c.account = m.account AND c.x_user_id = `;
    const columns =
      direction === 'in'
        ? `m.received_at AS at, json_extract(m.message, '$.text') AS words,
           coalesce(json_extract(m.message, '$.sender.username'),
             ${handle} json_extract(m.message, '$.sender.id')), json_extract(m.message, '$.sender.id')) AS who`
        : `m.created_at AS at, m.text AS words,
           coalesce(${handle} m.recipient_id), json_extract(m.message, '$.recipientValue')) AS who,
           EXISTS (SELECT 1 FROM chat_sent s INDEXED BY chat_sent_of
             WHERE s.outbox_seq = coalesce(m.joined_to, m.seq) AND s.sequence IS NOT NULL) AS recallable`;
    const indexed = state !== undefined && state !== 'delivered' && states[direction][state] !== 'false';
    const source = `SELECT m.*, ${columns} FROM ${table} m ${indexed ? `INDEXED BY ${table}_${state}` : 'NOT INDEXED'}`;
    const wanted = [
      ...(direction === 'in' ? [`m.received_by IS NOT 'nobody'`] : []),
      ...(account === undefined ? [] : ['m.account = :account']),
      ...(state === undefined ? [] : [states[direction][state]]),
      ...(before === undefined ? [] : ['m.seq < :before']),
      ...(indexed ? [] : [`m.seq > (SELECT coalesce(max(seq), 0) FROM ${table}) - ${lookedThrough}`]),
    ];
    const where = wanted.length > 0 ? `WHERE ${wanted.join(' AND ')}` : '';
    const like = search === undefined ? '' : `WHERE who LIKE :search ESCAPE '\\'`;
    const sql = `SELECT * FROM (${source} ${where}) ${like} ORDER BY seq DESC LIMIT ${pageSize + 1}`;
    const query = known.get(sql) ?? store.prepare(sql);
    known.set(sql, query);
    const named = {
      ...(account === undefined ? {} : { ':account': account }),
      ...(before === undefined ? {} : { ':before': before }),
      ...(search === undefined ? {} : { ':search': `%${search.replace(/[\\%_]/g, '\\$&')}%` }),
    };
    const rows = query.named(named).map((row) => historyRow(direction, row));
    return { rows: rows.slice(0, pageSize), more: rows.length > pageSize };
  };
}

function shownState(state: string, filtered: unknown): HistoryRow['state'] {
  if (state === 'failed') return typeof filtered === 'string' ? 'filtered' : 'failed';
  return state === 'delivered' ? 'delivered' : 'waiting';
}

function historyRow(direction: 'in' | 'out', row: Record<string, unknown>): HistoryRow {
  const state = String(row['state']);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    direction,
    seq: Number(row['seq']),
    account: text(row['account']),
    who: text(row['who']),
    at: Number(row['at']),
    state: shownState(state, row['filtered']),
    erased: row['erased'] === 1,
    recallable: row['recallable'] === 1 && state === 'delivered',
    attempts: Number(row['attempts']),
    dueAt: Number(row['due_at']),
    reason: [row['reason'], row['filtered']].find((reason) => typeof reason === 'string'),
    words: text(row['words']),
  };
}
