import type { Queryable } from './postgresSql';

/** So long after it was renewed last, by the database's clock, a lease is somebody else's to take. Milliseconds. */
const leaseMs = 8_000;

/** The process that works on the database; its epoch tells one owner from the next. */
const name = 'plugin';

/** Which process works with the database. There is one; another one stands by. */
export class Lease {
  private epoch: string | undefined;

  /** @param owner tells this process from others */
  constructor(private readonly owner: string) {}

  /** Takes it where nobody has it any longer. @returns whether it is ours @throws the driver's errors */
  async take(database: Queryable): Promise<boolean> {
    const { rows } = await database.query(
      `INSERT INTO leases AS held (name, owner, epoch, expires_at)
         VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 ms')
       ON CONFLICT (name) DO UPDATE
         SET owner = excluded.owner, epoch = held.epoch + 1, expires_at = excluded.expires_at
         WHERE held.expires_at < clock_timestamp()
       RETURNING CAST(epoch AS TEXT) AS epoch`,
      [name, this.owner, leaseMs],
    );
    const epoch = rows[0]?.['epoch'];
    if (typeof epoch !== 'string') return false;
    this.epoch = epoch;
    return true;
  }

  /** Goes on with it, also when its time was over and nobody took it. @returns whether it is ours @throws the driver's errors */
  async renew(database: Queryable): Promise<boolean> {
    const { rowCount } = await database.query(
      `UPDATE leases SET expires_at = clock_timestamp() + $4 * interval '1 ms'
       WHERE name = $1 AND epoch = $2 AND owner = $3`,
      [name, this.epoch, this.owner, leaseMs],
    );
    return rowCount === 1;
  }

  /** In a transaction: nobody else can take it before that is over. @returns whether it is ours @throws the driver's errors */
  async hold(transaction: Queryable): Promise<boolean> {
    const { rowCount } = await transaction.query(
      `SELECT 1 FROM leases WHERE name = $1 AND epoch = $2 AND owner = $3 FOR SHARE`,
      [name, this.epoch, this.owner],
    );
    return rowCount === 1;
  }

  /** Gives it up, so that whoever stands by need not wait. @throws the driver's errors */
  async release(database: Queryable): Promise<void> {
    await database.query(
      `UPDATE leases SET expires_at = clock_timestamp() - interval '1 s'
       WHERE name = $1 AND epoch = $2 AND owner = $3`,
      [name, this.epoch, this.owner],
    );
  }
}
