import { alone } from '../../core/cluster';
import type { MessageStore } from '../../core/ports';
import { createTables } from '../allTables';
import { createStore } from '../store';
import { StoreFile } from './database';
import { countedRows, sqliteSql } from './sqliteSql';
import { forgetCopy, markDoubtful, unclearSince } from './uncleanShutdown';

/**
 * Opens the message store of a data directory, in SQLite.
 * @param now milliseconds since 1970
 * @throws DataDirectoryError when another process uses the directory, or it cannot be opened
 */
export async function openMessageStore(directory: string, now: () => number): Promise<MessageStore> {
  const file = StoreFile.open(directory);
  const openedAt = now();
  const unclearFrom = unclearSince(directory, file.wasKilled, openedAt);
  if (unclearFrom !== undefined) file.transaction(() => markDoubtful(file, unclearFrom, openedAt));
  const mayBeKnown = (sentAt: number) =>
    unclearFrom !== undefined && sentAt > unclearFrom && sentAt < openedAt;
  const sql = sqliteSql(file);
  const tables = createTables(sql, { now, mayBeKnown, count: countedRows(sql) });
  const { store } = await createStore(
    {
      tables,
      readsWait: true,
      cluster: alone,
      documents: undefined,
      // Nobody else writes.
      scope: () => undefined,
      transaction: (work) => file.longTransaction(() => work(tables)),
      flush: () => file.flush(),
      // A full disk may have room for something smaller.
      isDown: () => false,
      copyTo: (target) => file.copyTo(target),
      trouble: () => file.trouble(),
      close: () => {
        file.close();
        forgetCopy(directory);
        return Promise.resolve();
      },
    },
    now,
  );
  return store;
}
