import { Client } from 'pg';
import { channel, leaseIsFree } from './signals';

const connectAgainMs = 5_000;

/**
 * Hears at once that there is news, on a connection of its own. Where the database cannot say so, as behind PgBouncer in
 * transaction mode, the news is found by looking for it all the same.
 */
export class NewsListener {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  /** @param onNews hears whether it is that a lease is free */
  constructor(
    private readonly url: string,
    private readonly onNews: (isLease: boolean) => void,
  ) {}

  open(): void {
    if (this.isClosed) return;
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: connectAgainMs });
    this.client = client;
    const over = () => {
      if (this.client !== client) return;
      this.client = undefined;
      void client.end().catch(() => undefined);
      this.timer = setTimeout(() => this.open(), connectAgainMs).unref();
    };
    client.on('error', over);
    client.on('end', over);
    client.on('notification', ({ payload }) => this.onNews(payload === leaseIsFree));
    client
      .connect()
      .then(() => client.query(`LISTEN ${channel}`))
      .catch(over);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }
}
