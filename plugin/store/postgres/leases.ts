import { optionalText, textOf, type Row } from '../sql';
import type { Queryable } from './postgresSql';

/** Without a word for so long, by the database's clock, a process counts as ended. Milliseconds. */
export const nodeLifeMs = 8_000;

/** The lease of what is done once for all processes; no account has this name. */
export const leadership = '';

/** A process as the database knows it. Times are ms since 1970, by the database's clock. */
export interface NodeRow {
  id: string;
  name: string;
  version: string;
  startedAt: number;
  seenAt: number;
  /** It has not been heard of for too long. */
  isOver: boolean;
  /** What it says of the accounts it handles. */
  standing: Record<string, unknown>;
  /** The accounts among its settings. */
  accounts: string[];
}

export interface LeaseRow {
  name: string;
  owner: string | undefined;
}

const ms = (column: string) => `CAST(extract(epoch FROM ${column}) * 1000 AS BIGINT)`;

/** Which processes there are, and which handles what. All throw the driver's errors. */
export class Leases {
  /** @param self the id of this process, which none has ever had before */
  constructor(
    private readonly database: Queryable,
    readonly self: string,
  ) {}

  async join(name: string, version: string): Promise<void> {
    await this.database.query(
      `INSERT INTO nodes (id, name, version, expires_at)
       VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')`,
      [this.self, name, version, nodeLifeMs],
    );
  }

  /** Goes on, also where its time was over and nobody has noticed. @returns false once another process has */
  async renew(standing: Record<string, unknown>, accounts: string[]): Promise<boolean> {
    const { rowCount } = await this.database.query(
      `UPDATE nodes SET seen_at = clock_timestamp(), expires_at = clock_timestamp() + $2 * interval '1 ms', standing = $3, accounts = $4
       WHERE id = $1`,
      [this.self, nodeLifeMs, JSON.stringify(standing), JSON.stringify(accounts)],
    );
    return rowCount === 1;
  }

  async nodes(): Promise<NodeRow[]> {
    const { rows } = await this.database.query(
      `SELECT id, name, version, ${ms('started_at')} AS started_at, ${ms('seen_at')} AS seen_at,
         expires_at < clock_timestamp() AS is_over, standing, accounts FROM nodes ORDER BY nodes.started_at, id`,
    );
    return rows.map((row) => ({
      id: textOf(row, 'id'),
      name: textOf(row, 'name'),
      version: textOf(row, 'version'),
      startedAt: Number(row['started_at']),
      seenAt: Number(row['seen_at']),
      isOver: row['is_over'] === true,
      standing: JSON.parse(textOf(row, 'standing')) as Record<string, unknown>,
      accounts: JSON.parse(textOf(row, 'accounts')) as string[],
    }));
  }

  async all(): Promise<LeaseRow[]> {
    const { rows } = await this.database.query(`SELECT name, owner FROM leases`);
    return rows.map((row) => ({ name: textOf(row, 'name'), owner: optionalText(row['owner']) }));
  }

  /** What there is to be worked. What is there no longer keeps its row, since messages of it may be left. */
  async add(names: string[]): Promise<void> {
    await this.database.query(
      `INSERT INTO leases (name) SELECT name FROM unnest(CAST($1 AS TEXT[])) AS name ON CONFLICT DO NOTHING`,
      [names],
    );
  }

  /** @param former who had it when it was looked at @returns the epoch; undefined where somebody else was faster */
  async take(name: string, former: string | undefined): Promise<string | undefined> {
    const { rows } = await this.database.query(
      `UPDATE leases SET owner = $2, epoch = epoch + 1
       WHERE name = $1 AND owner IS NOT DISTINCT FROM $3
         AND NOT EXISTS (SELECT 1 FROM nodes WHERE id = leases.owner)
         AND EXISTS (SELECT 1 FROM nodes WHERE id = $2 AND expires_at > clock_timestamp())
       RETURNING CAST(epoch AS TEXT) AS epoch`,
      [name, this.self, former ?? null],
    );
    return optionalText(rows[0]?.['epoch']);
  }

  /** Goes on with what this process has, although it does not know of it: the answer to `take` was lost. @returns the epoch */
  async takeAgain(name: string): Promise<string | undefined> {
    const { rows } = await this.database.query(
      `UPDATE leases SET epoch = epoch + 1 WHERE name = $1 AND owner = $2 RETURNING CAST(epoch AS TEXT) AS epoch`,
      [name, this.self],
    );
    return optionalText(rows[0]?.['epoch']);
  }

  async release(name: string, epoch: string): Promise<void> {
    await this.database.query(
      `UPDATE leases SET owner = NULL WHERE name = $1 AND owner = $2 AND epoch = $3`,
      [name, this.self, epoch],
    );
  }

  /** Whether this process has it at this moment. */
  async has(name: string, epoch: string): Promise<boolean> {
    const { rowCount } = await this.database.query(
      `SELECT 1 FROM leases JOIN nodes ON nodes.id = leases.owner
       WHERE leases.name = $1 AND leases.owner = $2 AND leases.epoch = $3 AND nodes.expires_at > clock_timestamp()`,
      [name, this.self, epoch],
    );
    return rowCount === 1;
  }

  /**
   * Takes processes for ended that were not heard of for too long. X may have called them since, so that whoever works an
   * account hears since when.
   * @returns their names
   */
  async endSilent(): Promise<string[]> {
    const { rows } = await this.database.query(
      `WITH ended AS (DELETE FROM nodes WHERE expires_at < clock_timestamp() RETURNING name, ${ms('seen_at')} AS seen_at),
         told AS (
           INSERT INTO signals (target, body)
           SELECT leases.name, json_build_object('kind', 'refused', 'since', ended.seen_at) FROM ended, leases
           WHERE leases.name <> $1
         )
       SELECT name FROM ended`,
      [leadership],
    );
    return rows.map((row: Row) => textOf(row, 'name'));
  }

  /** Gives everything back. @param left as if it had been left behind, so that whoever takes it waits */
  async leave(left: string[]): Promise<void> {
    await this.database.query(`UPDATE leases SET owner = NULL WHERE owner = $1 AND NOT name = ANY($2)`, [
      this.self,
      left,
    ]);
    await this.database.query(`DELETE FROM nodes WHERE id = $1`, [this.self]);
  }
}
