import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { BridgeError, reasonOf } from '../core/errors';
import type { MessageStore } from '../core/ports';
import { askPlugin } from './requestFiles';
import { noCopy } from '../store/postgres/messageStore';
import { storeFile } from '../store/sqlite/database';
import { copiedAtFile } from '../store/sqlite/uncleanShutdown';
import { withStore, type StoreConfig } from './openStore';

/** What is of this running process only, or is copied in its own way. */
const leftOut = /^(?:openchannel-x\.(?:db.*|pid)|forget|backup|logs?|.*\.part)$/;

/** `backup --to FOLDER`, also while messages come. @returns words for whoever called it. @throws Error in words */
export async function runBackup(config: StoreConfig, folder: string): Promise<string> {
  const { dataDir, store } = config;
  if (store.url !== '') throw new Error(noCopy);
  const target = resolve(folder);
  return withStore(
    config,
    (store) => backUp(dataDir, target, store),
    async () => {
      const words = await askPlugin(dataDir, 'backup', target);
      // A service may have a /tmp of its own (systemd: PrivateTmp).
      if (!existsSync(join(target, storeFile)))
        throw new Error(
          `the plugin has made the copy, but there is none in ${target} as seen from here: run this as the plugin's own user, with a folder that is not in /tmp`,
        );
      return words;
    },
  );
}

/** A folder with half a copy in it would refuse the next one. What cannot be removed stays: what went wrong first is told. */
async function removeCopy(dataDir: string, target: string): Promise<void> {
  for (const name of [storeFile, copiedAtFile, ...readdirSync(dataDir)])
    await rm(join(target, name), { recursive: true, force: true }).catch(() => undefined);
}

/** Copies what has to survive (store, secrets, keys) into an empty folder. @throws BridgeError in words */
export async function backUp(
  dataDir: string,
  target: string,
  { copyTo }: Pick<MessageStore, 'copyTo'>,
): Promise<string> {
  const inside = relative(resolve(dataDir), target);
  if (inside === '' || !inside.startsWith('..'))
    throw new BridgeError('bad-request', 'the copy must not be in the data folder itself');
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new BridgeError('bad-request', `the folder ${target} is not empty`);
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const at = new Date();
    await copyTo(join(target, storeFile));
    await cp(dataDir, target, {
      recursive: true,
      filter: (path) => resolve(path) === resolve(dataDir) || !leftOut.test(basename(path)),
    });
    await writeFile(join(target, copiedAtFile), at.toISOString(), { mode: 0o600 });
  } catch (error) {
    await removeCopy(dataDir, target);
    if (error instanceof BridgeError) throw error;
    throw new BridgeError('bad-request', `the copy in ${target} failed: ${reasonOf(error)}`);
  }
  return `Copied to ${target}. To restore: stop the plugin, replace ${dataDir} with the copy, start it.`;
}
