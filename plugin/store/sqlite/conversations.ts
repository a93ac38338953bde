import type { BotTurn, Conversations, ConversationState } from '../../core/conversations';
import { textOf, type StoreFile } from './database';

/** What writes nothing. */
export const conversationsReads = ['read', 'awaiting', 'turns'] satisfies (keyof Conversations)[];

/** How each conversation stands, in SQLite. */
export function createConversations(store: StoreFile): Conversations {
  return { ...states(store), ...waiting(store), ...turns(store) };
}

type OfStates = 'read' | 'save';

function states(store: StoreFile): Pick<Conversations, OfStates> {
  const one = store.prepare(`SELECT * FROM conversations WHERE account = ? AND conversation = ?`);
  const write = store.prepare(
    `INSERT INTO conversations (account, conversation, customer_at, received_at, agent_at, greeted_at, told_closed,
       with_agents, bot_turns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET customer_at = excluded.customer_at, received_at = excluded.received_at,
       agent_at = excluded.agent_at, greeted_at = excluded.greeted_at, told_closed = excluded.told_closed,
       with_agents = excluded.with_agents, bot_turns = excluded.bot_turns`,
  );
  const read = (account: string, conversation: string) => stateOf(one.get(account, conversation) ?? {});
  return {
    read,
    save: (account, conversation, changes) =>
      store.transaction(() => {
        const next = { ...read(account, conversation), ...changes };
        write.run(
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
      }),
  };
}

function stateOf(row: Record<string, unknown>): ConversationState {
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

function waiting(store: StoreFile): Pick<Conversations, OfWaiting> {
  const customer = store.prepare(
    `INSERT INTO conversations (account, conversation, customer_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET customer_at = excluded.customer_at, awaiting_since = NULL, reminded = 0`,
  );
  const agent = store.prepare(
    `INSERT INTO conversations (account, conversation, agent_at, awaiting_since, with_agents)
     VALUES (?1, ?2, ?3, ?4, 'an agent wrote')
     ON CONFLICT DO UPDATE SET agent_at = ?3, awaiting_since = ?4, reminded = 0,
       with_agents = coalesce(with_agents, 'an agent wrote')`,
  );
  const due = store.prepare(
    `SELECT conversation, awaiting_since, reminded FROM conversations
     WHERE account = ? AND awaiting_since <= ? ORDER BY awaiting_since`,
  );
  const reminded = store.prepare(
    `UPDATE conversations SET awaiting_since = ?, reminded = 1 WHERE account = ? AND conversation = ?`,
  );
  const end = store.prepare(
    `UPDATE conversations SET awaiting_since = NULL, reminded = 0 WHERE account = ? AND conversation = ?`,
  );
  return {
    noteCustomer: (account, conversation, now) => void customer.run(account, conversation, now),
    noteAgent: (account, conversation, now, awaited) =>
      void agent.run(account, conversation, now, awaited ? now : null),
    awaiting: (account, before) =>
      due.all(account, before).map((row) => ({
        conversation: textOf(row, 'conversation'),
        since: Number(row['awaiting_since']),
        reminded: row['reminded'] === 1,
      })),
    noteReminded: (account, conversation, now) => void reminded.run(now, account, conversation),
    endWaiting: (account, conversation) => void end.run(account, conversation),
  };
}

type OfTurns = 'addTurn' | 'turns' | 'dropTurns';

function turns(store: StoreFile): Pick<Conversations, OfTurns> {
  const add = store.prepare(
    `INSERT INTO bot_turns (account, conversation, inbox_seq, answers, at) VALUES (?, ?, ?, ?, ?)`,
  );
  const list = store.prepare(
    `SELECT inbox_seq, answers FROM bot_turns WHERE account = ? AND conversation = ? ORDER BY seq`,
  );
  const drop = store.prepare(`DELETE FROM bot_turns WHERE account = ? AND conversation = ?`);
  const turnOf = (row: Record<string, unknown>): BotTurn => ({
    inboxSeq: Number(row['inbox_seq']),
    answers: JSON.parse(textOf(row, 'answers')) as string[],
  });
  return {
    addTurn: (account, conversation, { inboxSeq, answers }, now) =>
      void add.run(account, conversation, inboxSeq, JSON.stringify(answers), now),
    turns: (account, conversation) => list.all(account, conversation).map(turnOf),
    dropTurns: (account, conversation) => void drop.run(account, conversation),
  };
}
