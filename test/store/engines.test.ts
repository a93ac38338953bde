import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageStore } from '../../plugin/core/ports';
import { Pool, type PoolClient } from 'pg';
import { isDown } from '../../plugin/store/postgres/faults';
import { Transactions } from '../../plugin/store/postgres/transactions';
import { TextBox } from '../../plugin/disk/textBox';
import { openPostgresStore } from '../../plugin/store/postgres/messageStore';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { everyOperation, inbound } from '../support/everyOperation';
import { PostgresServer, postgresPrograms } from '../support/postgres';
import { until } from '../support/until';

const programs = postgresPrograms();
if (programs === undefined)
  process.stderr.write(
    'PostgreSQL is not installed: what needs it is left out (test/store/engines, test/long/standBy)\n',
  );

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
async function onSqlite(): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'engines-'));
  const store = await openMessageStore(folder, () => 1000);
  const told = await everyOperation(store);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return told;
}

(programs === undefined ? describe.skip : describe)('the store in PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let store: MessageStore | undefined;
  let lost = 0;
  beforeAll(() => (server = new PostgresServer(programs!)));
  afterAll(() => server.stop());
  beforeEach(() => {
    url = server.newDatabase();
    lost = 0;
  });
  afterEach(async () => store?.close());

  const open = async () =>
    openPostgresStore({
      url,
      box: new TextBox('key'),
      now: () => 1000,
      log: quiet,
      onLost: () => (lost += 1),
    });

  test('answers all that SQLite answers, and keeps it', async () => {
    store = await open();
    expect(await everyOperation(store)).toEqual(await onSqlite());
    await store.close();
    store = await open();
    expect([store.facts.read('a', 'colour'), store.facts.read('a', 'size')]).toEqual(['red', '5']);
  });

  test('a database that a newer version has changed too much is not touched', async () => {
    store = await open();
    await store.close();
    store = undefined;
    const pool = new Pool({ connectionString: url });
    await pool.query('UPDATE schema_version SET version = 99, oldest = 99');
    await pool.end();
    await expect(open()).rejects.toThrow('written by a newer version');
  });

  test('what half a character or a NUL is in is kept', async () => {
    store = await open();
    const odd = 'a\0b\uD83D\\u0000';
    expect(await store.inbox.keep([inbound('1', { text: odd })])).toEqual([true]);
    expect((await store.inbox.find('a', '1'))?.message.text).toBe('ab\uFFFD\\u0000');
    expect(
      (
        await store.history.page({
          direction: 'in',
          account: 'a',
          state: undefined,
          search: undefined,
          before: undefined,
        })
      ).rows,
    ).toHaveLength(1);
  });

  test.each([
    ['had gone through', true],
    ['had not', false],
  ])('a commit whose answer is lost counts as what it was: it %s', async (_, isThere) => {
    await (store = await open()).facts.keep('a', 'colour', 'red');
    const pool = new Pool({ connectionString: url });
    const connect = pool.connect.bind(pool) as (hear?: unknown) => Promise<PoolClient>;
    pool.connect = (async (hear?: unknown) => {
      const client = await connect(hear);
      if (hear !== undefined) return client;
      const query = client.query.bind(client) as (...parts: unknown[]) => Promise<unknown>;
      client.query = (async (...parts: unknown[]) => {
        if (parts[0] !== 'COMMIT') return query(...parts);
        await query(isThere ? 'COMMIT' : 'ROLLBACK');
        throw new Error('Connection terminated unexpectedly');
      }) as typeof client.query;
      return client;
    }) as typeof pool.connect;
    const transactions = new Transactions({
      pool,
      hold: () => Promise.resolve(),
      pause: () => Promise.resolve(),
    });
    const writing = transactions.run(async (client) => {
      await client.query(`UPDATE account_facts SET value = 'blue'`);
      return 'done';
    });
    const outcome = await writing.catch((error: unknown) => isDown(error));
    const { rows } = await pool.query<{ value: string }>('SELECT value FROM account_facts');
    await pool.end();
    expect([outcome, rows]).toEqual(isThere ? ['done', [{ value: 'blue' }]] : [true, [{ value: 'red' }]]);
  });

  test('a database that is killed and comes back loses nothing that was said to be kept', async () => {
    store = await open();
    const kept: string[] = [];
    const failed: string[] = [];
    let isDown = false;
    const write = async (id: string) => {
      await store!.inbox.keep([inbound(id)]).then(
        () => kept.push(id),
        () => failed.push(id),
      );
    };
    for (let id = 0; id < 40; id += 1) {
      const writing = write(String(id));
      if (id === 10) server.kill();
      if (id === 10) isDown = true;
      await writing;
      if (isDown && failed.length > 0) {
        expect(store.trouble()).toContain('the database cannot be used');
        server.start();
        isDown = false;
      }
    }
    expect(failed.length).toBeGreaterThan(0);
    expect(await store.inbox.knownMessages('a', kept)).toEqual(new Set(kept));
    await until(() => store!.trouble() === undefined, 'the store to be well');
    expect(lost).toBe(0);
  }, 30_000);
});
