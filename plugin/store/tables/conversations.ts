import type { BotTurn, Conversations, ConversationState, WaitingCustomer } from '../../core/conversations';
import type { Async } from '../../core/ports';
import { jsonOf, optionalNumber, optionalText, textOf, type Row, type Sql } from '../sql';

type Table = Async<Conversations>;

/** What writes nothing. */
export const conversationsReads = [
  'read',
  'awaiting',
  'turns',
  'waitingCustomers',
  'unanswered',
] satisfies (keyof Conversations)[];

/** How each conversation stands. */
export function createConversations(sql: Sql): Table {
  return { ...states(sql), ...waiting(sql), ...customersWaiting(sql), ...turns(sql) };
}

type OfStates = 'read' | 'save';

function states(sql: Sql): Pick<Table, OfStates> {
  const one = sql.prepare(`SELECT * FROM conversations WHERE account = ? AND conversation = ?`);
  const write = sql.prepare(
    `INSERT INTO conversations (account, conversation, customer_at, received_at, agent_at, greeted_at, told_closed,
       with_agents, bot_turns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (account, conversation) DO UPDATE SET customer_at = excluded.customer_at, received_at = excluded.received_at,
       agent_at = excluded.agent_at, greeted_at = excluded.greeted_at, told_closed = excluded.told_closed,
       with_agents = excluded.with_agents, bot_turns = excluded.bot_turns`,
  );
  const read = async (account: string, conversation: string) =>
    stateOf((await one.get(account, conversation)) ?? {});
  return {
    read,
    save: async (account, conversation, changes) => {
      const next = { ...(await read(account, conversation)), ...changes };
      await write.run(
        account,
        conversation,
        next.customerAt ?? null,
        next.receivedAt ?? null,
        next.agentAt ?? null,
        next.greetedAt ?? null,
        next.toldClosed ?? null,
        next.withAgents ?? null,
        next.botTurns,
      );
    },
  };
}

function stateOf(row: Row): ConversationState {
  const number = (column: string) => (typeof row[column] === 'number' ? row[column] : undefined);
  const text = (column: string) => (typeof row[column] === 'string' ? row[column] : undefined);
  return {
    customerAt: number('customer_at'),
    receivedAt: number('received_at'),
    agentAt: number('agent_at'),
    greetedAt: number('greeted_at'),
    toldClosed: text('told_closed'),
    withAgents: text('with_agents'),
    botTurns: number('bot_turns') ?? 0,
  };
}

type OfWaiting = 'noteCustomer' | 'noteAgent' | 'awaiting' | 'noteReminded' | 'endWaiting';

function waiting(sql: Sql): Pick<Table, OfWaiting> {
  const customer = sql.prepare(
    `INSERT INTO conversations (account, conversation, customer_at) VALUES (?, ?, ?)
     ON CONFLICT (account, conversation) DO UPDATE SET customer_at = excluded.customer_at, awaiting_since = NULL, reminded = 0`,
  );
  const agent = sql.prepare(
    `INSERT INTO conversations (account, conversation, agent_at, awaiting_since, with_agents)
     VALUES (?1, ?2, ?3, ?4, 'an agent wrote')
     ON CONFLICT (account, conversation) DO UPDATE SET
       agent_at = CASE WHEN conversations.agent_at > ?3 THEN conversations.agent_at ELSE ?3 END, awaiting_since = ?4, reminded = 0,
       with_agents = coalesce(conversations.with_agents, 'an agent wrote')`,
  );
  const due = sql.prepare(
    `SELECT conversation, awaiting_since, reminded FROM conversations
     WHERE account = ? AND awaiting_since <= ? ORDER BY awaiting_since`,
  );
  const reminded = sql.prepare(
    `UPDATE conversations SET awaiting_since = ?, reminded = 1
     WHERE account = ? AND conversation = ? AND awaiting_since IS NOT NULL`,
  );
  const end = sql.prepare(
    `UPDATE conversations SET awaiting_since = NULL, reminded = 0
     WHERE account = ? AND conversation = ? AND awaiting_since IS NOT NULL`,
  );
  return {
    noteCustomer: (account, conversation, now) => customer.run(account, conversation, now),
    noteAgent: (account, conversation, wroteAt, awaitedSince) =>
      agent.run(account, conversation, wroteAt, awaitedSince ?? null),
    awaiting: async (account, before) =>
      (await due.all(account, before)).map((row) => ({
        conversation: textOf(row, 'conversation'),
        since: Number(row['awaiting_since']),
        reminded: row['reminded'] === 1,
      })),
    noteReminded: async (account, conversation, now) =>
      (await reminded.change(now, account, conversation)) > 0,
    endWaiting: async (account, conversation) => (await end.change(account, conversation)) > 0,
  };
}

type OfCustomersWaiting =
  | 'noteWaiting'
  | 'waitingCustomers'
  | 'noteToldPlace'
  | 'forgetToldPlace'
  | 'noteUnanswered'
  | 'unanswered'
  | 'noteAnswered'
  | 'endOldWaits';

/** An agent has written since, though the row says nothing of it. */
const isAnswered = `EXISTS (SELECT 1 FROM conversations c WHERE c.account = waiting_customers.account
  AND c.conversation = waiting_customers.conversation AND c.agent_at >= waiting_customers.since)`;

/** The customers whom no agent has answered yet. */
function customersWaiting(sql: Sql): Pick<Table, OfCustomersWaiting> {
  const add = sql.prepare(
    `INSERT INTO waiting_customers (account, conversation, user_id, thread, interaction_id, since)
     SELECT ?1, ?2, ?3, CAST(?4 AS TEXT), CAST(?5 AS TEXT), CAST(?6 AS BIGINT) WHERE NOT EXISTS (
       SELECT 1 FROM conversations WHERE account = ?1 AND conversation = ?2 AND agent_at >= CAST(?6 AS BIGINT))
     ON CONFLICT (account, conversation, user_id) DO UPDATE SET since = excluded.since,
       interaction_id = excluded.interaction_id, told_at = NULL, told_position = NULL, reported = 0
     WHERE waiting_customers.interaction_id <> excluded.interaction_id`,
  );
  const list = sql.prepare(
    `SELECT w.*, c.agent_at FROM waiting_customers w LEFT JOIN conversations c
       ON c.account = w.account AND c.conversation = w.conversation
     WHERE w.account = ? AND coalesce(c.agent_at, 0) < w.since ORDER BY w.since, w.conversation`,
  );
  const isThis = `account = ? AND conversation = ? AND user_id = ? AND since = ? AND NOT ${isAnswered}`;
  const told = sql.prepare(`UPDATE waiting_customers SET told_at = ?, told_position = ? WHERE ${isThis}`);
  const untold = sql.prepare(
    `UPDATE waiting_customers SET told_position = NULL WHERE account = ? AND conversation = ?`,
  );
  const report = sql.prepare(`UPDATE waiting_customers SET reported = 1 WHERE ${isThis}`);
  const reported = sql.prepare(
    `SELECT count(*) AS n FROM waiting_customers WHERE account = ? AND reported = 1 AND NOT ${isAnswered}`,
  );
  const answered = sql.prepare(
    `DELETE FROM waiting_customers WHERE account = ?1 AND conversation = ?2 AND since <= CAST(?3 AS BIGINT)
       AND (CAST(?4 AS TEXT) IS NULL OR user_id = ?4)`,
  );
  const end = sql.prepare(`DELETE FROM waiting_customers WHERE since < ?`);
  return {
    noteWaiting: (account, { conversation, userId, thread, interactionId, since }) =>
      add.run(account, conversation, userId, thread ?? null, interactionId ?? null, since),
    waitingCustomers: async (account) => (await list.all(account)).map(waitingCustomerOf),
    noteToldPlace: async (account, { conversation, userId, since }, now, position) =>
      (await told.change(now, position, account, conversation, userId, since)) > 0,
    forgetToldPlace: (account, conversation) => untold.run(account, conversation),
    noteUnanswered: async (account, { conversation, userId, since }) =>
      (await report.change(account, conversation, userId, since)) > 0,
    unanswered: async (account) => Number((await reported.get(account))?.['n'] ?? 0),
    noteAnswered: (account, conversation, at, userId) =>
      answered.run(account, conversation, at, userId ?? null),
    endOldWaits: (before) => end.change(before),
  };
}

function waitingCustomerOf(row: Row): WaitingCustomer {
  return {
    conversation: textOf(row, 'conversation'),
    userId: textOf(row, 'user_id'),
    thread: optionalText(row['thread']),
    interactionId: optionalText(row['interaction_id']),
    since: Number(row['since']),
    toldAt: optionalNumber(row['told_at']),
    toldPosition: optionalNumber(row['told_position']),
    isReported: row['reported'] === 1,
    agentAt: optionalNumber(row['agent_at']),
  };
}

type OfTurns = 'addTurn' | 'turns' | 'dropTurns';

function turns(sql: Sql): Pick<Table, OfTurns> {
  const add = sql.prepare(
    `INSERT INTO bot_turns (account, conversation, inbox_seq, answers, at) VALUES (?, ?, ?, ?, ?)`,
  );
  const list = sql.prepare(
    `SELECT inbox_seq, answers FROM bot_turns WHERE account = ? AND conversation = ? ORDER BY seq`,
  );
  const drop = sql.prepare(`DELETE FROM bot_turns WHERE account = ? AND conversation = ?`);
  const turnOf = (row: Row): BotTurn => ({
    inboxSeq: Number(row['inbox_seq']),
    answers: JSON.parse(textOf(row, 'answers')) as string[],
  });
  return {
    addTurn: (account, conversation, { inboxSeq, answers }, now) =>
      add.run(account, conversation, inboxSeq, jsonOf(answers), now),
    turns: async (account, conversation) => (await list.all(account, conversation)).map(turnOf),
    dropTurns: (account, conversation) => drop.run(account, conversation),
  };
}
