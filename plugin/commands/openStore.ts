import { existsSync } from 'node:fs';
import type { MessageStore } from '../core/ports';
import { DataDirectoryInUse } from '../store/sqlite/dataDirectory';
import { openMessageStore } from '../store/sqlite/messageStore';

/** Works on the store itself, or asks the plugin that has it. @throws Error in words, or DataDirectoryError */
export async function withStore<T>(
  dataDir: string,
  work: (store: MessageStore) => Promise<T>,
  ask: () => Promise<T>,
): Promise<T> {
  if (!existsSync(dataDir)) throw new Error(`there is no data folder ${dataDir}`);
  try {
    const store = await openMessageStore(dataDir, () => Date.now());
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
