import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Pool, TypeOverrides } from 'pg';
import { pause, systemClock } from '../../core/clock';
import { reasonOf, refusal } from '../../core/errors';
import type { Log, MessageStore } from '../../core/ports';
import { say } from '../../texts/text';
import { createTables, type AllTables, type TablesOptions } from '../allTables';
import { createStore } from '../store';
import { isDown } from './faults';
import { Lease } from './lease';
import { migrate } from './migrate';
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
 * @throws Error in words for the admin, when the database cannot be reached at the start or was written by a newer version;
 *   DatabaseInUse where another process works with it and this one is not to stand by
 */
export async function openPostgresStore({
  url,
  now,
  log,
  onLost,
  standBy,
}: PostgresOptions): Promise<MessageStore> {
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs,
    types: readers(),
  });
  // Whoever uses a connection hears by its statement that it broke.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await migrate(pool);
    const lease = new Lease(`${hostname()} ${process.pid} ${randomUUID()}`);
    await takeLease(lease, pool, log, standBy);
    return await new PostgresStore(pool, lease, log, onLost).open(now);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function takeLease(lease: Lease, pool: Pool, log: StoreLog, standBy: boolean): Promise<void> {
  let isTold = false;
  while (!(await lease.take(pool))) {
    if (!standBy) throw new DatabaseInUse();
    if (!isTold)
      log.info('another process works with the database; this one stands by and takes over when it ends');
    isTold = true;
    await pause(systemClock, standByEveryMs);
  }
  if (isTold) log.warn('this process has taken over: it works with the database now');
}

/** The database as an engine of the store, for as long as the lease is held. */
class PostgresStore {
  private readonly transactions: Transactions;
  /** Why it could not be used last. */
  private fault: string | undefined;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly pool: Pool,
    private readonly lease: Lease,
    private readonly log: StoreLog,
    private readonly onLost: () => void,
  ) {
    this.transactions = new Transactions({
      pool,
      mayWrite: (transaction) => lease.hold(transaction),
      pause: (ms) => pause(systemClock, ms),
    });
  }

  async open(now: () => number): Promise<MessageStore> {
    const options = (sql: ReturnType<typeof postgresSql>): TablesOptions => ({
      now,
      mayBeKnown: () => false,
      count: countByIndex(sql),
    });
    const tablesOn = (database: Queryable): AllTables => {
      const sql = postgresSql(database);
      return createTables(sql, options(sql));
    };
    const ofConnections = new WeakMap<Queryable, AllTables>();
    const store = await createStore(
      {
        tables: tablesOn({ query: (text, values) => this.watched(this.pool.query(text, values)) }),
        readsWait: false,
        transaction: (work) =>
          this.watched(
            this.transactions.run((client) => {
              const tables = ofConnections.get(client) ?? tablesOn(client);
              ofConnections.set(client, tables);
              return work(tables);
            }),
          ),
        isDown,
        copyTo: () => Promise.reject(refusal(say('backup.inDatabase'))),
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

  /** Notes whether the database can be used. */
  private async watched<T>(asked: Promise<T>): Promise<T> {
    try {
      const answer = await asked;
      this.fault = undefined;
      return answer;
    } catch (error) {
      if (error instanceof LeaseLost) this.lost();
      if (isDown(error)) this.fault = reasonOf(error);
      throw error;
    }
  }

  private async renew(): Promise<void> {
    if (!(await this.lease.renew(this.pool))) this.lost();
  }

  /** Asks again while the database cannot be used, as nobody else may; and sees whether the lease has run out unrenewed. */
  private async probe(): Promise<void> {
    if (!this.lease.isHeld()) this.lost();
    if (this.fault !== undefined) await this.watched(this.transactions.run(() => Promise.resolve()));
  }

  private async forgetCommits(): Promise<void> {
    await this.pool.query(`DELETE FROM commits WHERE at < now() - interval '${commitsLife}'`);
  }

  private lost(): void {
    this.log.error(
      'another process may work with the database now: this one ends, and starts again to stand by',
    );
    this.onLost();
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
    await this.lease.release(this.pool).catch(() => undefined);
    await this.pool.end();
  }
}
