import type { Pool } from 'pg';
import { migrations } from './migrations';

/**
 * Brings the schema up to date; of several processes that start at once, one does it and the others wait.
 * @throws Error in words when the database was written by a newer version; the driver's errors
 */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_version (only_row INTEGER PRIMARY KEY, version INTEGER NOT NULL)`,
    );
    await client.query('INSERT INTO schema_version VALUES (1, 0) ON CONFLICT DO NOTHING');
    await client.query('BEGIN');
    const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version FOR UPDATE');
    const version = rows[0]?.version ?? 0;
    if (version > migrations.length)
      throw new Error('the database was written by a newer version of openchannel-x; install that version');
    for (const each of migrations.slice(version)) await client.query(each);
    await client.query('UPDATE schema_version SET version = $1', [migrations.length]);
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    client.release();
    throw error;
  }
}
