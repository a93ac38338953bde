import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Pool, TypeOverrides, type QueryResult } from 'pg';
import { pause, systemClock } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import type { Log, MessageStore } from '../../core/ports';
import { createTables, type AllTables, type TablesOptions } from '../allTables';
import { createStore } from '../store';
import type { Row, Sql } from '../sql';
import { isDown, storeFault } from './faults';
import { Lease } from './lease';
import { migrate, prepare, SchemaTooNew } from './migrate';
import { countByIndex, postgresSql, type Queryable } from './postgresSql';
import { LeaseLost, Transactions } from './transactions';

/** Getting a connection, and any one statement, may take this long. Milliseconds. */
const connectTimeoutMs = 5_000;
const statementTimeoutMs = 10_000;
const maxConnections = 10;

const renewEveryMs = 2_000;
/** How often a process that stands by asks whether it is its turn. */
const standByEveryMs = 1_000;
/** Of the commits, so much is kept: whoever asks about one does so within seconds. */
const commitsLife = '1 hour';

/** What to do instead of copying the store into a file. */
export const noCopy =
  'messages are kept in PostgreSQL: back the database up with its own tools (pg_dump), and the data folder as files';

type StoreLog = Pick<Log, 'info' | 'warn' | 'error'>;

export interface PostgresOptions {
  /** Such as `postgres://user:password@host/database`. */
  url: string;
  /** Milliseconds since 1970. */
  now: () => number;
  log: StoreLog;
  /** Another process works with the database now: this one must end. */
  onLost: () => void;
  /** Whether to wait while another process works with the database. */
  standBy: boolean;
}

/** Another process works with the database. */
export class DatabaseInUse extends Error {
  constructor() {
    super('another process works with the database');
    this.name = 'DatabaseInUse';
  }
}

/** PostgreSQL's numbers of its types BIGINT and JSON (its catalog `pg_type`). */
const bigint = 20;
const json = 114;

/** As tables read them: big numbers as numbers, JSON as the text it is. All else the driver's way. */
function readers(): TypeOverrides {
  const types = new TypeOverrides();
  types.setTypeParser(bigint, Number);
  types.setTypeParser(json, String);
  return types;
}

/**
 * Opens the message store in PostgreSQL, once no other process works with it; until then this one stands by.
 * @throws SchemaTooNew; where this process is not to stand by also DatabaseInUse, and BridgeError `store-unavailable`
 */
export async function openPostgresStore({
  url,
  now,
  log,
  onLost,
  standBy,
}: PostgresOptions): Promise<MessageStore> {
  const shared = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs,
    types: readers(),
  };
  const pool = quietly(new Pool({ ...shared, max: maxConnections }));
  // Its own, so that the lease is renewed however busy the others are.
  const leasePool = quietly(new Pool({ ...shared, max: 1 }));
  const lease = new Lease(`${hostname()} ${process.pid} ${randomUUID()}`);
  try {
    let isPrepared = false;
    const take = async () => {
      try {
        if (!isPrepared) await prepare(url);
        isPrepared = true;
        if (!(await lease.take(leasePool))) return false;
        await migrate(url);
        return true;
      } catch (error) {
        throw error instanceof SchemaTooNew ? error : storeFault(error);
      }
    };
    if (standBy) await whenFree(take, log);
    else if (!(await take())) throw new DatabaseInUse();
    return await new PostgresStore({ pool, leasePool, lease, log, onLost }).open(now);
  } catch (error) {
    await lease.release(leasePool).catch(() => undefined);
    await Promise.all([pool.end(), leasePool.end()]);
    throw error;
  }
}

/** Whoever uses a connection hears by its statement that it broke. */
function quietly(pool: Pool): Pool {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Waits until the lease is free, also through outages of the database. @throws what waiting does not help against */
async function whenFree(take: () => Promise<boolean>, log: StoreLog): Promise<void> {
  let told = '';
  const tell = (words: string, level: 'info' | 'error' = 'info') => {
    if (words !== told) log[level](words);
    told = words;
  };
  for (;;) {
    try {
      if (await take()) break;
      tell('another process works with the database; this one stands by and takes over when it ends');
    } catch (error) {
      if (!isDown(error)) throw error;
      tell(`${reasonOf(error)}; it is tried again`, 'error');
    }
    await pause(systemClock, standByEveryMs);
  }
  if (told !== '') log.warn('this process works with the database now');
}

interface PostgresStoreOptions extends Pick<PostgresOptions, 'log' | 'onLost'> {
  pool: Pool;
  leasePool: Pool;
  lease: Lease;
}

/** The database as an engine of the store, for as long as the lease is held. */
class PostgresStore {
  private readonly transactions: Transactions;
  /** Why it could not be used last. */
  private fault: string | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private isLost = false;

  constructor(private readonly options: PostgresStoreOptions) {
    const { pool, lease } = options;
    this.transactions = new Transactions({
      pool,
      mayWrite: (transaction) => lease.hold(transaction),
      pause: (ms) => pause(systemClock, ms),
    });
  }

  async open(now: () => number): Promise<MessageStore> {
    const optionsOf = (sql: Sql): TablesOptions => ({
      now,
      mayBeKnown: () => false,
      count: countByIndex(sql),
    });
    const tablesOn = (database: Queryable): AllTables => {
      const sql = postgresSql(database);
      return createTables(sql, optionsOf(sql));
    };
    const ofConnections = new WeakMap<Queryable, AllTables>();
    const store = await createStore(
      {
        tables: tablesOn({ query: (text, values) => this.read(text, values) }),
        readsWait: false,
        transaction: (work) =>
          this.written(
            this.transactions.run((client) => {
              const tables = ofConnections.get(client) ?? tablesOn(client);
              ofConnections.set(client, tables);
              return work(tables);
            }),
          ),
        isDown,
        copyTo: () => Promise.reject(new BridgeError('bad-request', noCopy)),
        trouble: () => this.fault,
        close: () => this.close(),
      },
      now,
    );
    this.every(renewEveryMs, () => this.renew());
    this.every(standByEveryMs, () => this.probe());
    this.every(60_000, () => this.forgetCommits());
    return store;
  }

  private async read(text: string, values?: unknown[]): Promise<QueryResult<Row>> {
    try {
      return await this.options.pool.query(text, values);
    } catch (error) {
      const fault = storeFault(error);
      this.note(fault);
      throw fault;
    }
  }

  /** Only what can be written shows that all is well: a database may be left that can be read alone. */
  private async written<T>(writing: Promise<T>): Promise<T> {
    try {
      const result = await writing;
      this.fault = undefined;
      return result;
    } catch (error) {
      if (error instanceof LeaseLost) this.lost();
      this.note(error);
      throw error;
    }
  }

  private note(error: unknown): void {
    if (isDown(error)) this.fault = reasonOf(error);
  }

  private async renew(): Promise<void> {
    const { lease, leasePool } = this.options;
    if (!(await lease.renew(leasePool))) this.lost();
  }

  /** Asks again while the database cannot be used, as nobody else may. */
  private async probe(): Promise<void> {
    if (this.fault !== undefined) await this.written(this.transactions.run(() => Promise.resolve()));
  }

  private async forgetCommits(): Promise<void> {
    await this.options.pool.query(`DELETE FROM commits WHERE at < now() - interval '${commitsLife}'`);
  }

  private lost(): void {
    if (this.isLost) return;
    this.isLost = true;
    const { log, onLost } = this.options;
    log.error('another process works with the database now: this one ends, to stand by at its next start');
    onLost();
  }

  /** What fails is tried again the next time. */
  private every(ms: number, work: () => Promise<void>): void {
    let isRunning = false;
    const timer = setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      work()
        .catch(() => undefined)
        .finally(() => (isRunning = false));
    }, ms);
    timer.unref();
    this.timers.push(timer);
  }

  private async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    const { lease, pool, leasePool } = this.options;
    await lease.release(leasePool).catch(() => undefined);
    await Promise.all([pool.end(), leasePool.end()]);
  }
}
