import type { MessageStore, Tables } from '../../core/ports';
import { asyncTable, withinTransaction, type Executor } from './asyncTable';
import { createCharges } from './charges';
import { createChatStore } from './chat';
import { createContacts, contactsReads } from './contacts';
import { createConversations, conversationsReads } from './conversations';
import { StoreFile } from './database';
import { createDepths } from './depths';
import { forgetCopy, markDoubtful, unclearSince } from './uncleanShutdown';
import { createFacts } from './facts';
import { GroupCommit } from './groupCommit';
import { createHistory } from './history';
import { createInbox, inboxReads } from './inbox';
import { createEraser } from './eraser';
import { createOutbox, outboxReads } from './outbox';
import { createReporting } from './reporting';
import { createPresenceMarks } from './presenceMarks';
import { createThreads, threadsReads } from './threads';
import { createWindows } from './windows';

/**
 * Opens the message store of a data directory.
 * @throws DataDirectoryError when another process uses the directory, or it cannot be opened
 */
export function openMessageStore(directory: string, now: () => number): MessageStore {
  const file = StoreFile.open(directory);
  const contacts = createContacts(file);
  const conversations = createConversations(file);
  const charges = createCharges(file, now);
  const commit = new GroupCommit(file);
  const openedAt = now();
  const unclearFrom = unclearSince(directory, file.wasKilled, openedAt);
  if (unclearFrom !== undefined) file.transaction(() => markDoubtful(file, unclearFrom, openedAt));
  const mayBeKnown = (sentAt: number) =>
    unclearFrom !== undefined && sentAt > unclearFrom && sentAt < openedAt;
  const sync = {
    inbox: createInbox(file, { contacts, conversations, mayBeKnown }, now),
    outbox: createOutbox(file, now),
    contacts,
    conversations,
    threads: createThreads(file, now),
  };
  const tables = (executor: Executor): Tables => ({
    inbox: asyncTable(sync.inbox, inboxReads, executor),
    outbox: asyncTable(sync.outbox, outboxReads, executor),
    contacts: asyncTable(sync.contacts, contactsReads, executor),
    conversations: asyncTable(sync.conversations, conversationsReads, executor),
    threads: asyncTable(sync.threads, threadsReads, executor),
  });
  const inTransaction = tables(withinTransaction);
  return {
    ...tables(commit),
    marks: createPresenceMarks(file),
    windows: createWindows(file),
    facts: createFacts(file),
    depths: createDepths(file),
    history: createHistory(file, now),
    charges,
    chat: createChatStore(file),
    eraser: createEraser(file),
    reporting: createReporting(file),
    copyTo: (target) => file.copyTo(target),
    transaction: (work) => commit.write(() => work(inTransaction)),
    trouble: () => file.trouble(),
    close: async () => {
      await commit.settled();
      try {
        charges.flush();
      } catch {
        // An estimate; a disk that is full must not keep the store from being closed.
      }
      file.close();
      forgetCopy(directory);
    },
  };
}
