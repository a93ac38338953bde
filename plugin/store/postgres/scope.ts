import { AsyncLocalStorage } from 'node:async_hooks';
import type { Queryable } from './postgresSql';
import { LeaseLost, storeFault } from './faults';

/** Whose data something that is done belongs to. */
export interface Scope {
  account: string;
  /** Of the lease it is done under; absent where this process only takes in. */
  epoch?: string;
}

/** Known to all that is begun within it, so that no write of a worker can be without it. */
export const scopes = new AsyncLocalStorage<Scope>();

/**
 * In a transaction: nobody else writes for these accounts, or takes one of them over, before it ends.
 * @param owner this process
 * @throws LeaseLost; BridgeError `store-unavailable`
 */
export async function hold(wanted: Scope[], owner: string, transaction: Queryable): Promise<void> {
  if (wanted.length === 0) return;
  const names = [...new Set(wanted.map(({ account }) => account))];
  const { rows } = await transaction
    // In one order, so that no two transactions wait for each other.
    .query(
      `SELECT name, owner, CAST(epoch AS TEXT) AS epoch FROM leases WHERE name = ANY($1) ORDER BY name FOR UPDATE`,
      [names],
    )
    .catch((error: unknown) => {
      throw storeFault(error);
    });
  const held = new Map(
    rows.filter((row) => row['owner'] === owner).map((row) => [row['name'], row['epoch']]),
  );
  for (const { account, epoch } of wanted)
    if (epoch !== undefined && held.get(account) !== epoch) throw new LeaseLost(account);
}
