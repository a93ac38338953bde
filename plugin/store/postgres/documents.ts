import type { Pool } from 'pg';
import { OtherDataKey, type Documents } from '../../core/documents';
import { storeFault } from './faults';
import { leadership } from './leases';
import type { TextBox } from './questions';

/** The row whose version counts all changes, so that they are seen in the order they were made. */
export const changes = '';
/** The row that is locked by whoever makes the first version of documents. */
export const start = '*';

/** Documents in the database, encrypted. */
export class PostgresDocuments implements Documents {
  constructor(
    private readonly pool: Pool,
    private readonly box: TextBox,
    /** The id of this process. */
    private readonly self: string,
  ) {}

  async since(version: string): ReturnType<Documents['since']> {
    const { rows } = await this.pool
      .query<{ name: string; content: string; version: string }>(
        `SELECT name, content, CAST(version AS TEXT) AS version FROM documents
         WHERE documents.version > CAST($1 AS BIGINT) AND name NOT IN ($2, $3) ORDER BY documents.version`,
        [version, changes, start],
      )
      .catch(asStoreFault);
    const opened = rows.map(async ({ name, content }) => ({ name, content: await this.open(content) }));
    return { documents: await Promise.all(opened), version: rows.at(-1)?.version ?? version };
  }

  private async open(content: string): Promise<string> {
    try {
      return await this.box.open(content);
    } catch (error) {
      throw new OtherDataKey('documents are encrypted with another DATA_KEY', { cause: error });
    }
  }

  async get(name: string): Promise<string> {
    const { rows } = await this.pool
      .query<{ content: string }>(`SELECT content FROM documents WHERE name = $1`, [name])
      .catch(asStoreFault);
    return rows[0] ? this.open(rows[0].content) : '';
  }

  put(name: string, content: string): Promise<void> {
    return this.write(name, content, 'true', []);
  }

  putAsLeader(name: string, content: string): Promise<void> {
    const leads = `EXISTS (SELECT 1 FROM leases JOIN nodes ON nodes.id = leases.owner
      WHERE leases.name = $4 AND leases.owner = $5 AND nodes.expires_at > clock_timestamp())`;
    return this.write(name, content, leads, [leadership, this.self]);
  }

  private async write(name: string, content: string, condition: string, values: string[]): Promise<void> {
    const sealed = await this.box.seal(content);
    await this.pool
      .query(
        `WITH counted AS (UPDATE documents SET version = version + 1 WHERE name = $3 AND ${condition} RETURNING version)
         INSERT INTO documents (name, content, version) SELECT $1, $2, version FROM counted
         ON CONFLICT (name) DO UPDATE SET content = excluded.content, version = excluded.version`,
        [name, sealed, changes, ...values],
      )
      .catch(asStoreFault);
  }

  async oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch(asStoreFault);
    try {
      await client.query('BEGIN').catch(asStoreFault);
      await client.query('SELECT 1 FROM documents WHERE name = $1 FOR UPDATE', [start]).catch(asStoreFault);
      const result = await work();
      await client.query('COMMIT').catch(asStoreFault);
      client.release();
      return result;
    } catch (error) {
      // Its end ends the transaction, and so the lock.
      client.release(true);
      throw error;
    }
  }
}

function asStoreFault(error: unknown): never {
  throw storeFault(error);
}
