import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { copyStore } from '../store/copy/copyStore';
import { openPostgresEnd } from '../store/copy/postgresEnd';
import { openSqliteEnd } from '../store/copy/sqliteEnd';
import { storeFile } from '../store/sqlite/database';
import type { StoreEnd } from '../store/copy/storeEnd';

const progressEvery = 10_000;

/**
 * `copy-store --from … --to …`: each a data folder, for SQLite, or the address of a PostgreSQL database.
 * @param print hears how far it is
 * @returns what to tell whoever called it @throws Error in words
 */
export async function runCopyStore(from: string, to: string, print: (line: string) => void): Promise<string> {
  if (!isDatabase(from) && !existsSync(join(from, storeFile)))
    throw new Error(`there is no ${storeFile} in ${from}`);
  const source = await open(from);
  try {
    const target = await open(to);
    try {
      const rows = await copyStore(source, target, (table, done, all) => {
        if (done === all || done % progressEvery === 0) print(`${table}: ${done} of ${all}`);
      });
      return `Copied ${rows} rows; both sides have the same.`;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

function open(where: string): Promise<StoreEnd> {
  return isDatabase(where) ? openPostgresEnd(where) : openSqliteEnd(where);
}

function isDatabase(where: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(where);
}
