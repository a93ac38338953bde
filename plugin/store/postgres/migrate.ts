import { Client } from 'pg';
import { migrations } from './migrations';

const connectTimeoutMs = 5_000;

/** The database was written by a version of this product that is newer than this one. */
export class SchemaTooNew extends Error {
  constructor() {
    super('the database was written by a newer version of openchannel-x; install that version');
    this.name = 'SchemaTooNew';
  }
}

/** What has to be there before a process knows whether it may work with the database. Never changed once released. */
const foundation = [
  `CREATE TABLE IF NOT EXISTS schema_version (only_row INTEGER PRIMARY KEY, version INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS leases (
     name TEXT PRIMARY KEY,
     owner TEXT NOT NULL,
     epoch BIGINT NOT NULL,
     expires_at TIMESTAMPTZ NOT NULL
   )`,
  `INSERT INTO schema_version VALUES (1, 0) ON CONFLICT DO NOTHING`,
];

/** Creates the table the lease is in. @throws the driver's errors */
export function prepare(url: string): Promise<void> {
  return withClient(url, async (client) => {
    for (const each of foundation) await client.query(each).catch(unlessThere);
  });
}

/**
 * Brings the schema up to date; only whoever has the lease does so, since an older process may be at work before.
 * @throws SchemaTooNew; the driver's errors
 */
export function migrate(url: string): Promise<void> {
  return withClient(url, async (client) => {
    await client.query('BEGIN');
    const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version FOR UPDATE');
    const version = rows[0]?.version ?? 0;
    if (version > migrations.length) throw new SchemaTooNew();
    for (const each of migrations.slice(version)) await client.query(each);
    await client.query('UPDATE schema_version SET version = $1', [migrations.length]);
    await client.query('COMMIT');
  });
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

/** Two that create it at the same moment stand in each other's way (unique_violation, duplicate_table). */
function unlessThere(error: unknown): void {
  const { code } = error as { code?: unknown };
  if (code !== '23505' && code !== '42P07') throw error;
}
