import type { MessageStore } from '../../core/ports';
import { createCharges } from './charges';
import { createChatStore } from './chat';
import { createContacts } from './contacts';
import { createConversations } from './conversations';
import { StoreFile } from './database';
import { createDepths } from './depths';
import { forgetCopy, markDoubtful, unclearSince } from './uncleanShutdown';
import { createFacts } from './facts';
import { GroupCommit } from './groupCommit';
import { createHistory } from './history';
import { createInbox } from './inbox';
import { createEraser } from './eraser';
import { createOutbox } from './outbox';
import { createReporting } from './reporting';
import { createPresenceMarks } from './presenceMarks';
import { createThreads } from './threads';
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
  if (unclearFrom !== undefined) markDoubtful(file, unclearFrom, openedAt);
  const mayBeKnown = (sentAt: number) =>
    unclearFrom !== undefined && sentAt > unclearFrom && sentAt < openedAt;
  return {
    inbox: createInbox(file, { contacts, conversations, commit, mayBeKnown }, now),
    outbox: createOutbox(file, now),
    contacts,
    conversations,
    threads: createThreads(file, now),
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
    transaction: (writes) => file.transaction(writes),
    batchTransaction: (writes) => commit.batchTransaction(writes),
    trouble: () => file.trouble(),
    close: () => {
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
