import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreFile, storeFile } from '../../plugin/store/sqlite/database';
import { scratchFolder } from './scratch';

let template: string | undefined;

/** A data folder with an empty store, as copies of one, since making its tables for every test takes a tenth of the time. */
export function folderWithStore(): string {
  const folder = scratchFolder();
  template ??= emptyStore();
  copyFileSync(template, join(folder, storeFile));
  return folder;
}

function emptyStore(): string {
  const folder = scratchFolder();
  StoreFile.open(folder).close();
  return join(folder, storeFile);
}
