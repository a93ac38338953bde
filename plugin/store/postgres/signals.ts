import { textOf } from '../sql';
import type { Queryable } from './postgresSql';

/** Says that there is news; what it is, is in the table. */
export const channel = 'openchannel_x';
/** What it says where it is that a lease is free. */
export const leaseIsFree = 'lease';

/** Read at a time, and written in one statement. */
const atATime = 200;
/** Of what is written in one statement. Characters. */
const maxBatchLength = 4 * 1024 * 1024;
/** So many wait while the database cannot be used; what is beyond it is found by looking. */
const maxWaiting = 10_000;

export interface SignalRow {
  id: string;
  /** An account, or a process. */
  target: string;
  body: unknown;
}

/** What processes tell each other by way of the database. */
export class Signals {
  /** By target and body, so that nothing is told twice. */
  private waiting = new Map<string, { target: string; body: string }>();
  private sending: Promise<void> | undefined;

  constructor(private readonly database: Queryable) {}

  /** Tells soon, and as soon as the database can be used. @param isVital it must not be dropped, however much waits */
  tell(target: string, body: unknown, isVital: boolean): void {
    const text = JSON.stringify(body);
    if (this.waiting.size >= maxWaiting && !isVital) return;
    this.waiting.set(`${target} ${text}`, { target, body: text });
    this.sendSoon();
  }

  /** Takes back what was not told yet. */
  withdraw(target: string, body: unknown): void {
    this.waiting.delete(`${target} ${JSON.stringify(body)}`);
  }

  /** Tries again what could not be told. */
  sendSoon(): void {
    this.sending ??= this.send()
      .catch(() => undefined)
      .finally(() => (this.sending = undefined));
  }

  /** @throws the driver's errors */
  async of(targets: string[]): Promise<SignalRow[]> {
    const { rows } = await this.database.query(
      `SELECT CAST(id AS TEXT) AS id, target, body FROM signals WHERE target = ANY($1) ORDER BY signals.id LIMIT ${atATime}`,
      [targets],
    );
    return rows.map((row) => ({
      id: textOf(row, 'id'),
      target: textOf(row, 'target'),
      body: JSON.parse(textOf(row, 'body')) as unknown,
    }));
  }

  /** @throws the driver's errors */
  async done(ids: string[]): Promise<void> {
    if (ids.length > 0)
      await this.database.query(`DELETE FROM signals WHERE id = ANY(CAST($1 AS BIGINT[]))`, [ids]);
  }

  /** Deletes what nobody has taken: for an account after an hour, for a process after two minutes. @throws the driver's errors */
  async forgetOld(): Promise<void> {
    await this.database.query(
      `DELETE FROM signals WHERE at < now() - interval '1 hour'
         OR (at < now() - interval '2 minutes' AND NOT EXISTS (SELECT 1 FROM leases WHERE name = target))`,
    );
  }

  /** Says to all that a lease is free. @throws the driver's errors */
  async hint(): Promise<void> {
    await this.database.query(`SELECT pg_notify($1, $2)`, [channel, leaseIsFree]);
  }

  private nextBatch(): [string, { target: string; body: string }][] {
    let length = 0;
    return [...this.waiting].slice(0, atATime).filter(([, { body }], index) => {
      length += body.length;
      return index === 0 || length <= maxBatchLength;
    });
  }

  private async send(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = this.nextBatch();
      // What is told while this is under way is news again.
      for (const [key] of batch) this.waiting.delete(key);
      try {
        await this.database.query(
          `INSERT INTO signals (target, body)
           SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS JSON[]))`,
          [batch.map(([, { target }]) => target), batch.map(([, { body }]) => body)],
        );
      } catch (error) {
        this.waiting = new Map([...batch, ...this.waiting]);
        throw error;
      }
      await this.database.query(`SELECT pg_notify($1, '')`, [channel]);
    }
  }
}
