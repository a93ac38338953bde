import type { MessageStore } from '../../core/ports';
import { createCharges } from './charges';
import { createChatStore } from './chat';
import { createContacts } from './contacts';
import { createConversations } from './conversations';
import { StoreFile } from './database';
import { createDepths } from './depths';
import { forgetDoubt, forgottenMessages } from './uncleanShutdown';
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
  return {
    inbox: createInbox(file, { contacts, conversations, commit }, now),
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
    mayBeSent: forgottenMessages(directory, file.wasKilled, now()),
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
      forgetDoubt(directory);
    },
  };
}
