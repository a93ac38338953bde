import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { BridgeError, reasonOf } from '../../core/errors';
import { isConflict, isDown, storeFault } from './faults';
import type { Queryable } from './postgresSql';
import type { Scope } from './scope';

/**
 * What a transaction may take while it waits for this process, which may have been stopped in the middle: then the database
 * ends it. For the transaction only, since PgBouncer gives the connection to somebody else afterwards.
 */
const begin = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '4s'; SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '10s'`;

const maxAttempts = 5;
/** After a lost connection, so often it is looked for what became of a commit. */
const maxLooks = 5;
const lookAgainMs = 1_000;

export interface TransactionsOptions {
  pool: Pool;
  /** In each transaction, takes hold of what it writes for. @throws LeaseLost; BridgeError `store-unavailable` */
  hold: (scopes: Scope[], transaction: Queryable) => Promise<void>;
  pause: (ms: number) => Promise<void>;
}

/** Transactions of PostgreSQL: each happens once or not at all, whatever becomes of the connection. */
export class Transactions {
  constructor(private readonly options: TransactionsOptions) {}

  /** @param scopes what it is done for @throws BridgeError `store-unavailable`; whatever `work` throws */
  async run<T>(work: (client: PoolClient) => Promise<T>, scopes: Scope[] = []): Promise<T> {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await this.attempt(work, scopes);
      } catch (error) {
        if (!isConflict(error) || attempt === maxAttempts) throw error;
      }
  }

  private async attempt<T>(work: (client: PoolClient) => Promise<T>, scopes: Scope[]): Promise<T> {
    const client = await this.options.pool.connect().catch((error: unknown) => {
      throw storeFault(error);
    });
    const id = randomUUID();
    let done: { result: T } | undefined;
    try {
      await asStore(client.query(begin));
      await this.options.hold(scopes, client);
      const result = await work(client);
      await asStore(client.query(`INSERT INTO commits (id) VALUES ($1)`, [id]));
      done = { result };
      await asStore(client.query('COMMIT'));
      client.release();
      return result;
    } catch (error) {
      await this.giveUp(client, error);
      if (done && isDown(error) && (await this.wasCommitted(id))) return done.result;
      throw error;
    }
  }

  private async giveUp(client: PoolClient, error: unknown): Promise<void> {
    const isUsable =
      !isDown(error) &&
      (await client.query('ROLLBACK').then(
        () => true,
        () => false,
      ));
    client.release(!isUsable);
  }

  /**
   * Whether a commit, whose answer was lost, went through. Its row is voided where it is not there, so that it never will.
   * @throws BridgeError `store-unavailable` where that cannot be found out
   */
  private async wasCommitted(id: string): Promise<boolean> {
    for (let look = 1; ; look += 1)
      try {
        const { pool } = this.options;
        await pool.query(`INSERT INTO commits (id, is_void) VALUES ($1, true) ON CONFLICT DO NOTHING`, [id]);
        const { rows } = await pool.query<{ is_void: boolean }>(`SELECT is_void FROM commits WHERE id = $1`, [
          id,
        ]);
        return rows[0]?.is_void === false;
      } catch (error) {
        if (look === maxLooks)
          throw new BridgeError(
            'store-unavailable',
            `it is not known whether the database has kept what was written: ${reasonOf(error)}`,
            { retryable: true },
          );
        await this.options.pause(lookAgainMs);
      }
  }
}

async function asStore<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw storeFault(error);
  }
}
