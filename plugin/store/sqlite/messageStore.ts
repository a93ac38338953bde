import { RememberedFacts } from '../../core/accountFacts';
import { GatheredCharges } from '../../core/charges';
import type { MessageStore, Tables } from '../../core/ports';
import { asyncTable, withinTransaction, type Executor } from './asyncTable';
import { chargesReads, createCharges } from './charges';
import { chatReads, createChatStore } from './chat';
import { createContacts, contactsReads } from './contacts';
import { createConversations, conversationsReads } from './conversations';
import { StoreFile } from './database';
import { createDepths, depthsReads } from './depths';
import { forgetCopy, markDoubtful, unclearSince } from './uncleanShutdown';
import { createFacts, factsReads } from './facts';
import { GroupCommit } from './groupCommit';
import { createHistory, historyReads } from './history';
import { createInbox, inboxReads } from './inbox';
import { createEraser, eraserReads } from './eraser';
import { createOutbox, outboxReads } from './outbox';
import { createReporting, reportingReads } from './reporting';
import { createThreads, threadsReads } from './threads';

/**
 * Opens the message store of a data directory.
 * @throws DataDirectoryError when another process uses the directory, or it cannot be opened
 */
export function openMessageStore(directory: string, now: () => number): MessageStore {
  const file = StoreFile.open(directory);
  const commit = new GroupCommit(file);
  const openedAt = now();
  const unclearFrom = unclearSince(directory, file.wasKilled, openedAt);
  if (unclearFrom !== undefined) file.transaction(() => markDoubtful(file, unclearFrom, openedAt));
  const mayBeKnown = (sentAt: number) =>
    unclearFrom !== undefined && sentAt > unclearFrom && sentAt < openedAt;
  const contacts = createContacts(file);
  const conversations = createConversations(file);
  const sync = {
    inbox: createInbox(file, { contacts, conversations, mayBeKnown }, now),
    outbox: createOutbox(file, now),
    contacts,
    conversations,
    threads: createThreads(file, now),
    chat: createChatStore(file),
    history: createHistory(file, now),
    depths: createDepths(file),
    reporting: createReporting(file),
    eraser: createEraser(file),
  };
  const tables = (executor: Executor): Tables => ({
    inbox: asyncTable(sync.inbox, inboxReads, executor),
    outbox: asyncTable(sync.outbox, outboxReads, executor),
    contacts: asyncTable(sync.contacts, contactsReads, executor),
    conversations: asyncTable(sync.conversations, conversationsReads, executor),
    threads: asyncTable(sync.threads, threadsReads, executor),
    chat: asyncTable(sync.chat, chatReads, executor),
    history: asyncTable(sync.history, historyReads, executor),
    depths: asyncTable(sync.depths, depthsReads, executor),
    reporting: asyncTable(sync.reporting, reportingReads, executor),
    eraser: asyncTable(sync.eraser, eraserReads, executor),
  });
  const inTransaction = tables(withinTransaction);
  const factsTable = createFacts(file);
  const facts = new RememberedFacts(asyncTable(factsTable, factsReads, commit).write, factsTable.all());
  const charges = new GatheredCharges(asyncTable(createCharges(file), chargesReads, commit), now);
  return {
    ...tables(commit),
    facts,
    charges,
    copyTo: async (target) => {
      await commit.settled();
      await file.copyTo(target);
    },
    transaction: (work) => commit.write(() => work(inTransaction)),
    trouble: () => file.trouble(),
    close: async () => {
      await Promise.all([facts.close(), charges.write()]);
      await commit.settled();
      file.close();
      forgetCopy(directory);
    },
  };
}
