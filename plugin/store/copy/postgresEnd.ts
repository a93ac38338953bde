import { Client } from 'pg';
import { migrate } from '../postgres/migrate';
import { readers } from '../postgres/readers';
import { textOf, type Row } from '../sql';
import { batchSize, type CopiedTable, type Insert, type StoreEnd } from './storeEnd';

/** The store in a database, with its tables where there are none yet. @throws Error in words where processes work with it */
export async function openPostgresEnd(url: string): Promise<StoreEnd> {
  await migrate(url);
  const client = new Client({ connectionString: url, types: readers() });
  await client.connect();
  const { rows } = await client.query<Row>(`SELECT name FROM nodes WHERE expires_at > clock_timestamp()`);
  if (rows.length === 0) return new PostgresEnd(client);
  await client.end();
  const names = rows.map((row) => textOf(row, 'name')).join(', ');
  throw new Error(`the plugin works with the database (${names}): stop it first`);
}

class PostgresEnd implements StoreEnd {
  constructor(private readonly client: Client) {}

  async columns(table: CopiedTable): Promise<string[]> {
    const rows = await this.all(
      `SELECT column_name FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`,
      [table],
    );
    return rows.map((row) => textOf(row, 'column_name'));
  }

  async count(table: CopiedTable): Promise<number> {
    return Number((await this.all(`SELECT count(*) AS n FROM ${table}`))[0]?.['n'] ?? 0);
  }

  async *rows(table: CopiedTable): AsyncIterable<Row[]> {
    await this.client.query('BEGIN');
    await this.client.query(`DECLARE copied CURSOR FOR SELECT * FROM ${table}`);
    for (;;) {
      const rows = await this.all(`FETCH ${batchSize} FROM copied`);
      if (rows.length === 0) break;
      yield rows;
    }
    await this.client.query('COMMIT');
  }

  async fill(work: (insert: Insert) => Promise<void>): Promise<void> {
    await this.client.query('BEGIN');
    try {
      await work((table, columns, rows) => this.insert(table, columns, rows));
      for (const table of ['inbox', 'outbox', 'bot_turns'] as const) await this.countOn(table);
      await this.client.query('COMMIT');
    } catch (error) {
      await this.client.query('ROLLBACK');
      throw error;
    }
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async insert(table: CopiedTable, columns: string[], rows: Row[]): Promise<void> {
    const values: unknown[] = [];
    const place = (value: unknown) => `$${values.push(value)}`;
    const lines = rows.map((row) => `(${columns.map((column) => place(row[column])).join(', ')})`);
    await this.client.query(
      `INSERT INTO ${table} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES ${lines.join(', ')}`,
      values,
    );
  }

  /** New rows get numbers behind those that were copied. */
  private async countOn(table: CopiedTable): Promise<void> {
    const [column] = await this.all(
      `SELECT column_name FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'`,
      [table],
    );
    if (!column) return;
    const name = textOf(column, 'column_name');
    await this.client.query(
      `SELECT setval(pg_get_serial_sequence('${table}', '${name}'), max(${name})) FROM ${table} HAVING max(${name}) > 0`,
    );
  }

  private async all(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, values)).rows;
  }
}
