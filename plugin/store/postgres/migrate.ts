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

/**
 * Brings the schema up to date; of several processes that start at once, one does it and the others wait.
 * @throws SchemaTooNew; the driver's errors
 */
export async function migrate(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(versionTable).catch(unlessThere);
    await client.query('INSERT INTO schema_version VALUES (1, 0) ON CONFLICT DO NOTHING');
    await client.query('BEGIN');
    const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version FOR UPDATE');
    const version = rows[0]?.version ?? 0;
    if (version > migrations.length) throw new SchemaTooNew();
    for (const each of migrations.slice(version)) await client.query(each);
    await client.query('UPDATE schema_version SET version = $1', [migrations.length]);
    await client.query('COMMIT');
  } finally {
    // What was not committed is undone with the connection.
    await client.end().catch(() => undefined);
  }
}

const versionTable = `CREATE TABLE IF NOT EXISTS schema_version (only_row INTEGER PRIMARY KEY, version INTEGER NOT NULL)`;

/** Two that create it at the same moment stand in each other's way (unique_violation, duplicate_table). */
function unlessThere(error: unknown): void {
  const { code } = error as { code?: unknown };
  if (code !== '23505' && code !== '42P07') throw error;
}
