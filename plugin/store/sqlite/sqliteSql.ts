import type { Sql } from '../sql';
import type { CountRows } from '../tables/depths';
import type { StoreFile } from './database';

/** SQLite's side of the tables. */
export function sqliteSql(file: StoreFile): Sql {
  return {
    prepare: (text) => {
      const query = file.prepare(text);
      return {
        run: (...values) => promised(() => void query.run(...values)),
        change: (...values) => promised(() => query.run(...values)),
        get: (...values) => promised(() => query.get(...values)),
        all: (...values) => promised(() => query.all(...values)),
      };
    },
    by: (index) => (index === undefined ? ' NOT INDEXED' : ` INDEXED BY ${index}`),
    textsIn: (parameter) => `(SELECT value FROM json_each(${parameter}))`,
    numbersIn: (parameter) => `(SELECT value FROM json_each(${parameter}))`,
    patched: (column, patch) => `json_patch(${column}, ${patch})`,
    // The columns' collation is NOCASE.
    isName: (column, parameter) => `${column} = ${parameter}`,
    forgetFormer: () => file.forgetFormer(),
  };
}

/** SQLite answers at once; what it throws becomes a rejection. */
function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

/** Counts rows as triggers have counted them while they changed. */
export function countedRows(sql: Sql): CountRows {
  const counted = sql.prepare(`SELECT rows FROM row_counts WHERE account = ? AND queue = ? AND kind = ?`);
  return async (account, queue, kind) => Number((await counted.get(account, queue, kind))?.['rows'] ?? 0);
}
