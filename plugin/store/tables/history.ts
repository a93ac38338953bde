import type { Async, History, HistoryRow } from '../../core/ports';
import { mayBeOnX } from './outbox';
import { outcomeOf } from './outcome';
import { createPeople } from './people';
import { waiting } from './waitingQueues';
import { optionalText, type Query, type Row, type Sql, type Value } from '../sql';

type Table = Async<History>;

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
export const historyReads = ['page', 'hours', 'people', 'conversation', 'latest'] satisfies (keyof History)[];

/** What went in and out, for the panel. */
export function createHistory(sql: Sql, now: () => number): Table {
  const hours = (table: 'inbox' | 'outbox', column: string) =>
    sql.prepare(
      `SELECT ${column} / 3600000 AS hour, count(*) AS n FROM ${table}
       WHERE account = ? AND ${column} >= ? ${table === 'inbox' ? `AND received_by IS DISTINCT FROM 'nobody'` : ''}
       GROUP BY hour ORDER BY hour`,
    );
  const [inHours, outHours] = [hours('inbox', 'received_at'), hours('outbox', 'created_at')];
  const due = `state = 'received', due_at = 0, attempts = 0, reason = NULL`;
  const retryInbox = sql.prepare(
    `UPDATE inbox SET ${due} WHERE seq = ?1 AND state <> 'delivered' AND erased = 0 RETURNING lane`,
  );
  // What may be on X as one message is tried again as one.
  const retryOutbox = sql.prepare(
    `UPDATE outbox SET ${due}, waited_for_window = 0, retried_at = ?2
     WHERE (seq = ${headOf} OR joined_to = ${headOf}) AND state <> 'delivered' AND erased = 0 RETURNING lane`,
  );
  const setAsideIn = sql.prepare(
    `UPDATE inbox SET state = 'failed', reason = ?2 WHERE seq = ?1 AND ${waiting}`,
  );
  const setAsideOut = outboxSetAside(sql);
  const perHour = async (query: Query, account: string, since: number) => {
    const rows = await query.all(account, since);
    return new Map(rows.map((row) => [Number(row['hour']) * 3_600_000, Number(row['n'])]));
  };
  return {
    ...createPeople(sql),
    page: pageReader(sql),
    hours: async (account, since) => ({
      in: await perHour(inHours, account, since),
      out: await perHour(outHours, account, since),
    }),
    retry: async ({ direction, seq }) => {
      const [row] = direction === 'in' ? await retryInbox.all(seq) : await retryOutbox.all(seq, now());
      return optionalText(row?.['lane']);
    },
    setAside: async ({ direction, seq }, reason) =>
      direction === 'in' ? (await setAsideIn.change(seq, reason)) > 0 : setAsideOut(seq, reason),
  };
}

/** Replies that may be on X as one message are set aside together; otherwise the others go out without this one. */
function outboxSetAside(sql: Sql): (seq: number, reason: string) => Promise<boolean> {
  const isUnclear = sql.prepare(`SELECT 1 AS unclear FROM outbox WHERE seq = ${headOf} AND ${mayBeOnX}`);
  const unseal = sql.prepare(`UPDATE outbox SET sealed = '[]' WHERE seq = ${headOf} AND seq <> ?1`);
  const separate = sql.prepare(`UPDATE outbox SET joined_to = NULL WHERE joined_to = ${headOf}`);
  const together = sql.prepare(
    `UPDATE outbox SET state = 'failed', reason = ?2
     WHERE (seq = ${headOf} OR joined_to = ${headOf}) AND ${waiting}`,
  );
  const alone = sql.prepare(`UPDATE outbox SET state = 'failed', reason = ?2 WHERE seq = ?1 AND ${waiting}`);
  return async (seq, reason) => {
    if (await isUnclear.get(seq)) return (await together.change(seq, reason)) > 0;
    await unseal.run(seq);
    await separate.run(seq);
    return (await alone.change(seq, reason)) > 0;
  };
}

function shownColumns(sql: Sql, direction: 'in' | 'out'): string {
  const handle = `(SELECT c.username FROM contacts c WHERE c.account = m.account AND c.x_user_id = `;
  return direction === 'in'
    ? `m.received_at AS at, m.message ->> 'text' AS words,
       coalesce(m.message -> 'sender' ->> 'username', ${handle} m.message -> 'sender' ->> 'id'),
         m.message -> 'sender' ->> 'id') AS who`
    : `m.created_at AS at, m.text AS words,
       coalesce(${handle} m.recipient_id), m.message ->> 'recipientValue') AS who,
       CASE WHEN EXISTS (SELECT 1 FROM chat_sent s${sql.by('chat_sent_of')}
         WHERE s.outbox_seq = coalesce(m.joined_to, m.seq) AND s.sequence IS NOT NULL) THEN 1 ELSE 0 END AS recallable`;
}

/** One statement for each combination of filters that is asked for. */
function pageReader(sql: Sql): Table['page'] {
  const known = new Map<string, Query>();
  return async ({ direction, account, state, search, before }) => {
    const table = direction === 'in' ? 'inbox' : 'outbox';
    const indexed = state !== undefined && state !== 'delivered' && states[direction][state] !== 'false';
    const source = `SELECT m.*, ${shownColumns(sql, direction)} FROM ${table} m${sql.by(indexed ? `${table}_${state}` : undefined)}`;
    const values: Value[] = [];
    const value = (each: Value) => `?${values.push(each)}`;
    const wanted = [
      ...(direction === 'in' ? [`m.received_by IS DISTINCT FROM 'nobody'`] : []),
      ...(account === undefined ? [] : [`m.account = ${value(account)}`]),
      ...(state === undefined ? [] : [states[direction][state]]),
      ...(before === undefined ? [] : [`m.seq < ${value(before)}`]),
      ...(indexed ? [] : [`m.seq > (SELECT coalesce(max(seq), 0) FROM ${table}) - ${lookedThrough}`]),
    ];
    const where = wanted.length > 0 ? `WHERE ${wanted.join(' AND ')}` : '';
    const pattern = `%${(search ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    const like = search === undefined ? '' : `WHERE lower(who) LIKE ${value(pattern)} ESCAPE '\\'`;
    const text = `SELECT * FROM (${source} ${where}) AS shown ${like} ORDER BY seq DESC LIMIT ${pageSize + 1}`;
    const query = known.get(text) ?? sql.prepare(text);
    known.set(text, query);
    const rows = (await query.all(...values)).map((row) => historyRow(direction, row));
    return { rows: rows.slice(0, pageSize), more: rows.length > pageSize };
  };
}

function historyRow(direction: 'in' | 'out', row: Row): HistoryRow {
  const state = String(row['state']);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    direction,
    seq: Number(row['seq']),
    account: text(row['account']),
    who: text(row['who']),
    at: Number(row['at']),
    state: outcomeOf(state, row['filtered']),
    erased: row['erased'] === 1,
    recallable: row['recallable'] === 1 && state === 'delivered',
    attempts: Number(row['attempts']),
    dueAt: Number(row['due_at']),
    reason: [row['reason'], row['filtered']].find((reason) => typeof reason === 'string'),
    words: text(row['words']),
  };
}
