import { StoreFile } from '../sqlite/database';
import { openMessageStore } from '../sqlite/messageStore';
import { textOf, type Row, type Value } from '../sql';
import { batchSize, type CopiedTable, type Insert, type StoreEnd } from './storeEnd';

/** The store in a data folder. @throws DataDirectoryError where a process works with it */
export async function openSqliteEnd(directory: string): Promise<StoreEnd> {
  // Whatever is to be settled after a kill is settled first.
  await (await openMessageStore(directory, () => Date.now())).close();
  return new SqliteEnd(StoreFile.open(directory));
}

class SqliteEnd implements StoreEnd {
  constructor(private readonly file: StoreFile) {}

  columns(table: CopiedTable): Promise<string[]> {
    return Promise.resolve(this.describe(table).map(({ name }) => name));
  }

  count(table: CopiedTable): Promise<number> {
    return Promise.resolve(Number(this.file.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'] ?? 0));
  }

  *rows(table: CopiedTable): Iterable<Row[]> {
    const keys = this.describe(table)
      .filter(({ key }) => key > 0)
      .sort((one, other) => one.key - other.key)
      .map(({ name }) => name);
    const order = keys.length === 0 ? ['rowid'] : keys;
    const select = `SELECT *${keys.length === 0 ? ', rowid' : ''} FROM ${table}`;
    const page = `ORDER BY ${order.join(', ')} LIMIT ${batchSize}`;
    const first = this.file.prepare(`${select} ${page}`);
    const next = this.file.prepare(
      `${select} WHERE (${order.join(', ')}) > (${order.map(() => '?').join(', ')}) ${page}`,
    );
    let rows: Row[] = first.all();
    while (rows.length > 0) {
      yield rows;
      const last = rows.at(-1);
      rows = next.all(...order.map((name) => last?.[name] as Value));
    }
  }

  async fill(work: (insert: Insert) => Promise<void>): Promise<void> {
    await this.file.longTransaction(() =>
      work((table, columns, rows) => {
        const insert = this.file.prepare(
          `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
        );
        for (const row of rows) insert.run(...columns.map((column) => row[column] as Value));
        return Promise.resolve();
      }),
    );
    await this.file.flush();
  }

  close(): Promise<void> {
    this.file.close();
    return Promise.resolve();
  }

  private describe(table: CopiedTable): { name: string; key: number }[] {
    return this.file
      .prepare(`SELECT name, pk FROM pragma_table_info('${table}') ORDER BY cid`)
      .all()
      .map((row) => ({ name: textOf(row, 'name'), key: Number(row['pk']) }));
  }
}
