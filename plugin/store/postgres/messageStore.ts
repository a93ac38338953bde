import { randomUUID } from 'node:crypto';
import { Pool, type QueryResult } from 'pg';
import { pause, systemClock } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import { OneAtATime } from '../../core/oneAtATime';
import type { Log, MessageStore } from '../../core/ports';
import { createTables, type AllTables, type TablesOptions } from '../allTables';
import { createStore, type CreatedStore } from '../store';
import { PostgresCluster } from './cluster';
import type { Row, Sql } from '../sql';
import { isDown, storeFault } from './faults';
import type { TextBox } from './questions';
import { PostgresDocuments } from './documents';
import { Leases } from './leases';
import { isTooOld, migrate, SchemaTooNew } from './migrate';
import { countByIndex, postgresSql, type Queryable } from './postgresSql';
import { readers } from './readers';
import { scopes, type Scope } from './scope';
import { Signals } from './signals';
import { Transactions } from './transactions';

/** Getting a connection, and any one statement, may take this long. Milliseconds. */
const connectTimeoutMs = 5_000;
const statementTimeoutMs = 10_000;
const maxConnections = 10;
const maxClusterConnections = 3;
/** What keeps a process from being taken for ended takes less time than that. Milliseconds. */
const clusterTimeoutMs = 3_000;

/** How often it is asked whether a database that could not be used can be used again. */
const probeEveryMs = 1_000;
/** Of the commits, so much is kept: whoever asks about one does so within seconds. */
const commitsLife = '1 hour';

/** What to do instead of copying the store into a file. */
export const noCopy =
  'messages are kept in PostgreSQL: back the database up with its own tools (pg_dump), and the data folder as files';

export interface PostgresOptions {
  /** Such as `postgres://user:password@host/database`. */
  url: string;
  /** Encrypts what processes tell each other. */
  box: TextBox;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Other processes took this one for ended: it must end. */
  onLost: () => void;
}

/** Opens the message store in PostgreSQL, which other processes may use as well. @throws SchemaTooNew, BridgeError `store-unavailable` */
export async function openPostgresStore(options: PostgresOptions): Promise<MessageStore> {
  const { url } = options;
  await migrate(url).catch((error: unknown) => {
    throw error instanceof SchemaTooNew ? error : storeFault(error);
  });
  const shared = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs,
    types: readers(),
  };
  const pool = quietly(new Pool({ ...shared, max: maxConnections }));
  // Of its own, so that this process is not taken for ended because the others are busy.
  const clusterPool = quietly(
    new Pool({ ...shared, query_timeout: clusterTimeoutMs, max: maxClusterConnections }),
  );
  try {
    return await new PostgresStore(options, pool, clusterPool).open();
  } catch (error) {
    await Promise.all([pool.end(), clusterPool.end()]);
    throw error;
  }
}

/** Whoever uses a connection hears by its statement that it broke. */
function quietly(pool: Pool): Pool {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The database as an engine of the store. */
class PostgresStore {
  /** The id of this process, which none has ever had before. */
  private readonly self = randomUUID();
  private readonly transactions: Transactions;
  private readonly cluster: PostgresCluster;
  private refreshFacts: CreatedStore['refreshFacts'] = () => Promise.resolve();
  /** Why it could not be used last. */
  private fault: string | undefined;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly options: PostgresOptions,
    private readonly pool: Pool,
    private readonly clusterPool: Pool,
  ) {
    this.cluster = new PostgresCluster({
      ...options,
      leases: new Leases(clusterPool, this.self),
      signals: new Signals(clusterPool),
      isTooOld: () => isTooOld(clusterPool),
      refreshFacts: (isMeant) => this.refreshFacts(isMeant),
    });
    this.transactions = new Transactions({
      pool,
      hold: (scopes, transaction) => this.cluster.hold(scopes, transaction),
      pause: (ms) => pause(systemClock, ms),
    });
  }

  async open(): Promise<MessageStore> {
    const { now } = this.options;
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
    const { store, refreshFacts } = await createStore<Scope>(
      {
        tables: tablesOn({ query: (text, values) => this.read(text, values) }),
        readsWait: false,
        cluster: this.cluster,
        documents: new PostgresDocuments(this.pool, this.options.box, this.self),
        scope: () => scopes.getStore(),
        transaction: (work, held) =>
          this.written(
            this.transactions.run((client) => {
              const tables = ofConnections.get(client) ?? tablesOn(client);
              ofConnections.set(client, tables);
              return work(tables);
            }, held),
          ),
        isDown,
        copyTo: () => Promise.reject(new BridgeError('bad-request', noCopy)),
        trouble: () => this.fault,
        close: () => this.close(),
      },
      now,
    );
    this.refreshFacts = refreshFacts;
    this.every(probeEveryMs, () => this.probe());
    this.every(60_000, () => this.forgetCommits());
    return store;
  }

  private async read(text: string, values?: unknown[]): Promise<QueryResult<Row>> {
    try {
      return await this.pool.query(text, values);
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
      this.note(error);
      throw error;
    }
  }

  private note(error: unknown): void {
    if (isDown(error)) this.fault = reasonOf(error);
  }

  /** Asks again while the database cannot be used, as nobody else may. */
  private async probe(): Promise<void> {
    if (this.fault !== undefined) await this.written(this.transactions.run(() => Promise.resolve()));
  }

  private async forgetCommits(): Promise<void> {
    await this.pool.query(`DELETE FROM commits WHERE at < now() - interval '${commitsLife}'`);
  }

  /** What fails is tried again the next time; `/health` says it. */
  private every(ms: number, work: () => Promise<void>): void {
    const one = new OneAtATime(work, (error) => this.note(error));
    const timer = setInterval(() => void one.run(), ms);
    timer.unref();
    this.timers.push(timer);
  }

  private async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.cluster.leave();
    await Promise.all([this.pool.end(), this.clusterPool.end()]);
  }
}
