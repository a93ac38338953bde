import { existsSync } from 'node:fs';
import { TextBox } from '../disk/textBox';
import type { MessageStore } from '../core/ports';
import { DataDirectoryInUse } from '../store/sqlite/dataDirectory';
import { openMessageStore } from '../store/sqlite/messageStore';
import { openPostgresStore } from '../store/postgres/messageStore';

/** Where the store is. */
export interface StoreConfig {
  dataDir: string;
  /** `url`: empty for SQLite in the data folder. */
  store: { url: string };
}

/** Works on the store itself, or asks the plugin that has it. @throws Error in words, or DataDirectoryError */
export async function withStore<T>(
  { dataDir, store: { url } }: StoreConfig,
  work: (store: MessageStore) => Promise<T>,
  ask: () => Promise<T>,
): Promise<T> {
  if (!existsSync(dataDir)) throw new Error(`there is no data folder ${dataDir}`);
  try {
    const store = await (url === '' ? openMessageStore(dataDir, () => Date.now()) : openDatabase(url));
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof DataDirectoryInUse)) throw error;
    return ask();
  }
}

function openDatabase(url: string): Promise<MessageStore> {
  return openPostgresStore({
    url,
    now: () => Date.now(),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    // It takes no part in what the processes tell each other.
    box: new TextBox(''),
    onLost: () => undefined,
  });
}
