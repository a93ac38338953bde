import type { QueryResult } from 'pg';
import type { Row, Sql } from '../sql';
import { withoutNul } from '../../core/links';
import type { CountRows } from '../tables/depths';
import { storeFault } from './faults';

/** A connection, or a pool of them. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<QueryResult<Row>>;
}

/** PostgreSQL's side of the tables. Statements have no names, which PgBouncer would lose between transactions. */
export function postgresSql(database: Queryable): Sql {
  return {
    prepare: (text) => {
      const numbered = withNumbers(text);
      const ask = async (values: unknown[]) => {
        try {
          return await database.query(
            numbered,
            values.map((value) => (typeof value === 'string' ? withoutNul(value) : value)),
          );
        } catch (error) {
          throw storeFault(error);
        }
      };
      return {
        run: async (...values) => {
          await ask(values);
        },
        change: async (...values) => (await ask(values)).rowCount ?? 0,
        get: async (...values) => (await ask(values)).rows[0],
        all: async (...values) => (await ask(values)).rows,
      };
    },
    // It finds the index by itself.
    by: () => '',
    textsIn: (parameter) => `(SELECT json_array_elements_text(CAST(${parameter} AS json)))`,
    numbersIn: (parameter) =>
      `(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(${parameter} AS json)) AS value)`,
    patched: (column, patch) =>
      `CAST(jsonb_strip_nulls(CAST(${column} AS jsonb) || CAST(${patch} AS jsonb)) AS json)`,
    isName: (column, parameter) => `lower(${column}) = lower(${parameter})`,
    // What PostgreSQL keeps of former rows is its administrator's concern: VACUUM, and the life of backups.
    forgetFormer: () => undefined,
  };
}

/** `?` and `?1` as PostgreSQL has them: `$1`. */
function withNumbers(sql: string): string {
  let count = 0;
  return sql.replace(/\?(\d*)/g, (_, number: string) => `$${number === '' ? (count += 1) : number}`);
}

const kinds = {
  waiting: `state IN ('received', 'delivering')`,
  failed: { inbox: `state = 'failed' AND filtered IS NULL`, outbox: `state = 'failed'` },
  filtered: `state = 'failed' AND filtered IS NOT NULL`,
};

/** Counts by the partial indexes, since a row of counts would be what all transactions wait for. */
export function countByIndex(sql: Sql): CountRows {
  const count = (queue: 'inbox' | 'outbox', where: string) =>
    sql.prepare(`SELECT count(*) AS n FROM ${queue} WHERE account = ? AND ${where}`);
  const counts = {
    inbox: {
      waiting: count('inbox', kinds.waiting),
      failed: count('inbox', kinds.failed.inbox),
      filtered: count('inbox', kinds.filtered),
    },
    outbox: {
      waiting: count('outbox', kinds.waiting),
      failed: count('outbox', kinds.failed.outbox),
    },
  };
  return async (account, queue, kind) => {
    const query =
      queue === 'inbox' ? counts.inbox[kind] : kind === 'filtered' ? undefined : counts.outbox[kind];
    return Number((await query?.get(account))?.['n'] ?? 0);
  };
}
