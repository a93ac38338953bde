import type { Row } from '../sql';

/** The tables a store consists of; each engine has them with the same columns. */
export const copiedTables = [
  'inbox',
  'outbox',
  'host_messages',
  'handed_over',
  'sent_messages',
  'contacts',
  'interactions',
  'threads',
  'account_facts',
  'charges',
  'conversations',
  'waiting_customers',
  'bot_turns',
  'chat_messages',
  'chat_conversations',
  'chat_keys',
  'public_keys',
  'chat_sent',
  'chat_unread',
] as const;
export type CopiedTable = (typeof copiedTables)[number];

/** Rows read, and written, at a time. */
export const batchSize = 500;

/** A store that nobody works with, to be copied from or to. All reject with an Error in words. */
export interface StoreEnd {
  /** The columns of a table, in the order they were declared. */
  columns(table: CopiedTable): Promise<string[]>;
  count(table: CopiedTable): Promise<number>;
  rows(table: CopiedTable): AsyncIterable<Row[]> | Iterable<Row[]>;
  /** Writes within one transaction, and undoes it all where `work` rejects. */
  fill(work: (insert: Insert) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export type Insert = (table: CopiedTable, columns: string[], rows: Row[]) => Promise<void>;
