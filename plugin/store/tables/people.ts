import type { ConversationRow, PeopleQuery, Person } from '../../core/people';
import type { Async, History } from '../../core/ports';
import { optionalNumber, optionalText, textOf, type Query, type Row, type Sql, type Value } from '../sql';
import { outcomeOf } from './outcome';

type Table = Async<History>;

const pageSize = 50;

/** Messages of a conversation that are shown at a time. */
const messagesShown = 200;

/** Without a day to go by, so many of the newest messages are looked through, of each direction. */
const lookedThrough = { newest: 2_000, search: 50_000 };

/** Of the messages that were postponed, so many are looked at, the next ones first. */
const postponedLookedAt = 1_000;

const senderId = `m.message -> 'sender' ->> 'id'`;

/** Rows of people who were forgotten name nobody. */
const isSomebody = `${senderId} <> 'forgotten'`;

/** What agents and customers see of it; what nobody received is no message. */
const isMessage = `m.received_by IS DISTINCT FROM 'nobody'`;

/** Who wrote and who was written to, for the panel. */
export function createPeople(sql: Sql): Pick<Table, 'people' | 'conversation' | 'latest'> {
  return { people: peopleReader(sql), conversation: conversationReader(sql), latest: latestReader(sql) };
}

/** The parameters of a statement that is put together, by their numbers. */
function parameters() {
  const values: Value[] = [];
  return { values, value: (each: Value) => `?${values.push(each)}` };
}

function peopleReader(sql: Sql): Table['people'] {
  const known = new Map<string, Query>();
  return async (query) => {
    const { values, value } = parameters();
    const text = peopleStatement(query, value);
    const statement = known.get(text) ?? sql.prepare(text);
    known.set(text, statement);
    const rows = (await statement.all(...values)).map(personOf);
    return { people: rows.slice(0, pageSize), more: rows.length > pageSize };
  };
}

/** One statement for each combination of what is asked for. @param value names a parameter */
function peopleStatement(query: PeopleQuery, value: (each: Value) => string): string {
  const { account, search, inWords } = query;
  const hasDay = query.from !== undefined || query.to !== undefined;
  const messages = `SELECT m.account, ${senderId} AS person, m.received_at AS at, m.message ->> 'text' AS words
      FROM inbox m WHERE ${isMessage} AND ${isSomebody} AND ${within('inbox', 'received_at', query, value)}
    UNION ALL
    SELECT m.account, m.recipient_id AS person, m.created_at AS at, m.text AS words
      FROM outbox m WHERE m.recipient_id IS NOT NULL AND ${within('outbox', 'created_at', query, value)}`;
  if (search === undefined) return groupedByPerson(messages, 'true');
  const pattern = value(`%${search.replace(/[\\%_]/g, '\\$&')}%`);
  // Folded by the engine on both sides: SQLite folds plain letters only.
  const isLike = (column: string) => `lower(${column}) LIKE lower(${pattern}) ESCAPE '\\'`;
  const isNamed = `(${isLike('c.username')} OR ${isLike('c.name')} OR c.x_user_id = ${value(search)})`;
  const isFound = inWords ? `(${isLike('found.words')} OR ${isNamed})` : isNamed;
  if (hasDay) return groupedByPerson(messages, isFound);
  // Somebody who wrote long ago is found by their name all the same.
  const ofAccount = account === undefined ? 'true' : `c.account = ${value(account)}`;
  const formerly = `SELECT c.account, c.x_user_id AS person, c.wrote_at AS at, '' AS words
    FROM contacts c WHERE ${ofAccount} AND ${isNamed}`;
  return groupedByPerson(`${messages} UNION ALL ${formerly}`, isFound);
}

/** Which messages are looked through: those of the time that is asked for, else the newest ones. */
function within(
  table: 'inbox' | 'outbox',
  time: string,
  { account, search, from, to }: PeopleQuery,
  value: (each: Value) => string,
): string {
  const count = lookedThrough[search === undefined ? 'newest' : 'search'];
  const ofAccount = account === undefined ? undefined : value(account);
  return [
    ...(ofAccount === undefined ? [] : [`m.account = ${ofAccount}`]),
    ...(from === undefined && to === undefined
      ? [newest(table, time, count, ofAccount)]
      : [`m.${time} >= ${value(from ?? 0)}`, `m.${time} < ${value(to ?? Number.MAX_SAFE_INTEGER)}`]),
  ].join(' AND ');
}

/** The newest rows, of one account or of all. @param account the parameter */
function newest(table: string, time: string, count: number, account: string | undefined): string {
  return account === undefined
    ? `m.seq > (SELECT coalesce(max(seq), 0) FROM ${table}) - ${count}`
    : `m.${time} >= coalesce((SELECT n.${time} FROM ${table} n WHERE n.account = ${account}
        ORDER BY n.${time} DESC LIMIT 1 OFFSET ${count}), 0)`;
}

function groupedByPerson(messages: string, isWanted: string): string {
  return `SELECT found.account, found.person, max(found.at) AS at, max(c.username) AS username, max(c.name) AS name
    FROM (${messages}) AS found
    LEFT JOIN contacts c ON c.account = found.account AND c.x_user_id = found.person
    WHERE ${isWanted}
    GROUP BY found.account, found.person ORDER BY max(found.at) DESC LIMIT ${pageSize + 1}`;
}

function personOf(row: Row): Person {
  const [handle, name] = [optionalText(row['username']), optionalText(row['name'])];
  return {
    account: textOf(row, 'account'),
    id: textOf(row, 'person'),
    lastAt: Number(row['at']),
    ...(handle === undefined ? {} : { handle }),
    ...(name === undefined ? {} : { name }),
  };
}

function conversationReader(sql: Sql): Table['conversation'] {
  const inboxOf = (more: string) =>
    sql.prepare(
      `SELECT m.seq, m.received_at AS at, m.message ->> 'text' AS words, m.state, m.filtered, m.reason, m.attempts,
         m.due_at, m.delivered_at, m.erased, m.message ->> 'notice' AS notice, m.message ->> 'closed' AS closed,
         m.message ->> 'thread' AS thread, m.message ->> 'media' AS media, m.received_by, NULL AS automatic, i.interaction_id
       FROM inbox m LEFT JOIN interactions i
         ON i.account = m.account AND i.x_user_id = ?2 AND i.thread = coalesce(m.message ->> 'thread', '')
       WHERE m.account = ?1 AND ${senderId} = ?2 AND ${isMessage} AND ${more} ORDER BY m.seq DESC LIMIT ${messagesShown}`,
    );
  const outboxOf = (more: string) =>
    sql.prepare(
      `SELECT m.seq, m.created_at AS at, m.text AS words, m.state, NULL AS filtered, m.reason, m.attempts, m.due_at,
         m.delivered_at, m.erased, NULL AS notice, NULL AS closed, m.message -> 'publicReply' ->> 'thread' AS thread,
         m.message ->> 'attachmentIds' AS media, NULL AS received_by, m.message ->> 'automatic' AS automatic,
         m.message ->> 'interactionId' AS interaction_id,
         CASE WHEN m.sealed <> '[]' THEN 1 ELSE 0 END AS encrypted
       FROM outbox m WHERE m.account = ?1 AND m.recipient_id = ?2 AND ${more}
       ORDER BY m.seq DESC LIMIT ${messagesShown}`,
    );
  const newestOf = (table: string, time: string) =>
    `${newest(table, time, lookedThrough.search, '?1')} AND ?3 = 0`;
  const all = {
    in: inboxOf(newestOf('inbox', 'received_at')),
    out: outboxOf(newestOf('outbox', 'created_at')),
  };
  const recent = { in: inboxOf('m.received_at >= ?3'), out: outboxOf('m.created_at >= ?3') };
  return async ({ account, person, since }) => {
    const { in: incoming, out: outgoing } = since === undefined ? all : recent;
    const parts = [account, person, since ?? 0] as const;
    const rows = [
      ...(await incoming.all(...parts)).map((row) => conversationRow('in', row)),
      ...(await outgoing.all(...parts)).map((row) => conversationRow('out', row)),
    ];
    return rows.sort((one, other) => one.at - other.at || one.seq - other.seq).slice(-messagesShown);
  };
}

function conversationRow(direction: 'in' | 'out', row: Row): ConversationRow {
  const [automatic, notice] = [optionalText(row['automatic']), optionalText(row['notice'])];
  const by = direction === 'in' ? (notice === undefined ? 'customer' : 'plugin') : automatic;
  const deliveredAt = optionalNumber(row['delivered_at']);
  const [reason, interactionId] = [
    optionalText(row['reason']) ?? optionalText(row['filtered']),
    optionalText(row['interaction_id']),
  ];
  return {
    direction,
    seq: Number(row['seq']),
    at: Number(row['at']),
    by: by === undefined ? 'agent' : by === 'customer' || by === 'bot' ? by : 'plugin',
    state: row['received_by'] === 'bot' ? 'bot' : outcomeOf(textOf(row, 'state'), row['filtered']),
    words: textOf(row, 'words'),
    erased: row['erased'] === 1,
    isEncrypted: typeof row['closed'] === 'string' || row['encrypted'] === 1,
    isPublic: typeof row['thread'] === 'string' && !row['thread'].startsWith('group'),
    attachments: (JSON.parse(optionalText(row['media']) ?? '[]') as unknown[]).length,
    attempts: Number(row['attempts']),
    dueAt: Number(row['due_at']),
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(interactionId === undefined ? {} : { interactionId }),
  };
}

function latestReader(sql: Sql): Table['latest'] {
  const one = (text: string) => {
    const query = sql.prepare(text);
    return async (account: string) => optionalNumber((await query.get(account))?.['at']);
  };
  // Whatever waits, the first of its conversation was postponed.
  const waiting = (table: 'inbox' | 'outbox', time: string) => {
    const query = sql.prepare(
      `SELECT min(at) AS since, min(due_at) AS next FROM (
         SELECT m.${time} AS at, m.due_at FROM ${table} m${sql.by(`${table}_postponed`)}
         WHERE m.account = ? AND m.state IN ('received', 'delivering') AND m.due_at > 0
         ORDER BY m.due_at LIMIT ${postponedLookedAt}) AS postponed`,
    );
    return async (account: string) => {
      const row = await query.get(account);
      return { since: optionalNumber(row?.['since']), nextTryAt: optionalNumber(row?.['next']) };
    };
  };
  const queries = {
    in: one(
      `SELECT m.received_at AS at FROM inbox m${sql.by('inbox_history')} WHERE m.account = ? AND ${isMessage}
         AND m.message ->> 'notice' IS NULL ORDER BY m.received_at DESC LIMIT 1`,
    ),
    delivered: one(
      `SELECT m.received_at AS at FROM inbox m${sql.by('inbox_history')} WHERE m.account = ? AND m.state = 'delivered'
         AND ${isMessage} AND m.message ->> 'notice' IS NULL ORDER BY m.received_at DESC LIMIT 1`,
    ),
    out: one(
      `SELECT m.created_at AS at FROM outbox m${sql.by('outbox_history')} WHERE m.account = ? AND m.state = 'delivered'
       ORDER BY m.created_at DESC LIMIT 1`,
    ),
    waitingIn: waiting('inbox', 'received_at'),
    waitingOut: waiting('outbox', 'created_at'),
  };
  return async (account) => ({
    in: await queries.in(account),
    delivered: await queries.delivered(account),
    out: await queries.out(account),
    waitingIn: await queries.waitingIn(account),
    waitingOut: await queries.waitingOut(account),
  });
}
