import type { FactsTable } from '../core/accountFacts';
import type { ChargesTable } from '../core/charges';
import type { Async, Tables } from '../core/ports';
import type { Sql } from './sql';
import { chargesReads, createCharges } from './tables/charges';
import { chatReads, createChatStore } from './tables/chat';
import { contactsReads, createContacts } from './tables/contacts';
import { conversationsReads, createConversations } from './tables/conversations';
import { createDepths, depthsReads, type CountRows } from './tables/depths';
import { createEraser, eraserReads } from './tables/eraser';
import { createFacts, factsReads } from './tables/facts';
import { createHistory, historyReads } from './tables/history';
import { createInbox, inboxReads } from './tables/inbox';
import { createOutbox, outboxReads } from './tables/outbox';
import { createReporting, reportingReads } from './tables/reporting';
import { createThreads, threadsReads } from './tables/threads';

/** All tables, those included that only the store itself works with. */
export interface AllTables extends Tables {
  facts: Async<FactsTable>;
  charges: Async<ChargesTable>;
}

export interface TablesOptions {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Whether XCALLY Motion may have a message that is new here, sent at that time (ms since 1970): the store may have lost it. */
  mayBeKnown: (sentAt: number) => boolean;
  count: CountRows;
}

/** The tables on one connection to the store. */
export function createTables(sql: Sql, { now, mayBeKnown, count }: TablesOptions): AllTables {
  const contacts = createContacts(sql);
  const conversations = createConversations(sql);
  return {
    inbox: createInbox(sql, { contacts, conversations, mayBeKnown }, now),
    outbox: createOutbox(sql, now),
    contacts,
    conversations,
    threads: createThreads(sql, now),
    chat: createChatStore(sql),
    history: createHistory(sql, now),
    depths: createDepths(sql, count),
    reporting: createReporting(sql),
    eraser: createEraser(sql),
    facts: createFacts(sql),
    charges: createCharges(sql),
  };
}

/** The operations that write nothing. */
export const tableReads: { [Name in keyof AllTables]: readonly (keyof AllTables[Name])[] } = {
  inbox: inboxReads,
  outbox: outboxReads,
  contacts: contactsReads,
  conversations: conversationsReads,
  threads: threadsReads,
  chat: chatReads,
  history: historyReads,
  depths: depthsReads,
  reporting: reportingReads,
  eraser: eraserReads,
  facts: factsReads,
  charges: chargesReads,
};
