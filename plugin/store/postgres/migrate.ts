import { Client } from 'pg';
import { migrations, type Migration } from './migrations';
import type { Queryable } from './postgresSql';

const connectTimeoutMs = 5_000;

/** The database was written by a version of this product that is newer than this one. */
export class SchemaTooNew extends Error {
  constructor() {
    super('the database was written by a newer version of openchannel-x; install that version');
    this.name = 'SchemaTooNew';
  }
}

/** Never changed once released. `oldest`: the schema that a version of this product must know of to go on working. */
const foundation = [
  `CREATE TABLE IF NOT EXISTS schema_version (
     only_row INTEGER PRIMARY KEY,
     version INTEGER NOT NULL,
     oldest INTEGER NOT NULL
   )`,
  `INSERT INTO schema_version VALUES (1, 0, 0) ON CONFLICT DO NOTHING`,
];

/**
 * Brings the schema up to date, while processes of a former version may be at work.
 * @param steps the schema's versions, of which one that a former version cannot work with says so
 * @throws SchemaTooNew; the driver's errors
 */
export function migrate(url: string, steps: readonly Migration[] = migrations): Promise<void> {
  return withClient(url, async (client) => {
    for (const each of foundation) await client.query(each).catch(unlessThere);
    await client.query('BEGIN');
    const { rows } = await client.query<{ version: number; oldest: number }>(
      'SELECT version, oldest FROM schema_version FOR UPDATE',
    );
    const { version = 0, oldest = 0 } = rows[0] ?? {};
    if (oldest > steps.length) throw new SchemaTooNew();
    for (const { sql } of steps.slice(version)) await client.query(sql);
    await client.query('UPDATE schema_version SET version = $1, oldest = $2', [
      Math.max(version, steps.length),
      Math.max(oldest, steps.findLastIndex(({ endsFormer }) => endsFormer) + 1),
    ]);
    await client.query('COMMIT');
  });
}

/** Whether this version is too old for the schema by now. @throws the driver's errors */
export async function isTooOld(database: Queryable): Promise<boolean> {
  const { rows } = await database.query(`SELECT 1 FROM schema_version WHERE oldest > $1`, [
    migrations.length,
  ]);
  return rows.length > 0;
}

/** A connection of its own, on which nothing has a time limit. What was not committed is undone with it. */
async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Two that create it at the same moment stand in each other's way (unique_violation, duplicate_table or duplicate_object). */
function unlessThere(error: unknown): void {
  const { code } = error as { code?: unknown };
  if (!['23505', '42P07', '42710'].includes(String(code))) throw error;
}
