import { z } from 'zod';
import { BridgeError, reasonOf } from '../../core/errors';
import type { EventBatch } from '../../core/inbound/events';
import { quoteCounts, readBackQuotes } from './readBack';
import type { ReceiverPorts } from './receiver';
import { each } from './schedules';

/** X shows a post a moment after a later one, now and then. Milliseconds. */
const slackMs = 2 * 60_000;

/** Where X does not let quotes be read, it is asked again after this. Milliseconds. */
const refusedPauseMs = 24 * 60 * 60_000;

const fact = 'quotes read';
const progress = z.object({
  /** X's time up to which quotes were taken in, in ms since 1970. */
  at: z.number(),
  /** How often each post had been quoted by then. */
  counts: z.record(z.string(), z.number()),
});

/**
 * Finds posts that quote the account where X pushes nothing: how often each of the account's newest posts was quoted tells
 * which of them to look at.
 */
export class QuotePoll {
  private notBefore = 0;
  private polling: Promise<void> | undefined;
  private end = () => {};

  constructor(
    private readonly ports: ReceiverPorts,
    private readonly signal: AbortSignal,
  ) {}

  start(): void {
    this.end = each('quarter', () => this.poll(), this.ports);
    void this.poll();
  }

  async stop(): Promise<void> {
    this.end();
    await this.polling;
  }

  private poll(): Promise<void> {
    this.polling ??= this.readNew()
      .catch((error: unknown) => this.noteFault(error))
      .finally(() => (this.polling = undefined));
    return this.polling;
  }

  private async readNew(): Promise<void> {
    const { account, client, clock, accept, facts } = this.ports;
    if (clock.now() < this.notBefore || !(await account.signedIn())) return;
    const startedAt = clock.now();
    const counts = await quoteCounts(client, await account.userId());
    const before = progress.safeParse(JSON.parse(facts.read(account.name, fact) ?? '{}')).data;
    for (const [id, count] of counts) {
      // Nothing from before the account was switched on.
      if (!before || count <= (before.counts[id] ?? 0)) continue;
      const batch = await this.quotesOf(id, { at: before.at - slackMs });
      if (this.signal.aborted) return;
      if (batch) await accept(batch);
    }
    facts.save(account.name, fact, JSON.stringify({ at: startedAt, counts: Object.fromEntries(counts) }));
  }

  /** @returns undefined where X does not show them: one post must not hold up the others */
  private async quotesOf(postId: string, until: { at: number }): Promise<EventBatch | undefined> {
    const { client, clock, log } = this.ports;
    try {
      return (await readBackQuotes({ client, clock, signal: this.signal }, postId, until)).batch;
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'refused-by-x') throw error;
      log.warn('X does not show what quotes a post', { postId, reason: reasonOf(error) });
      return undefined;
    }
  }

  private noteFault(error: unknown): void {
    if (this.signal.aborted) return;
    const { clock, log } = this.ports;
    const isRefused = error instanceof BridgeError && error.code === 'refused-by-x';
    if (isRefused) this.notBefore = clock.now() + refusedPauseMs;
    log.warn(
      isRefused
        ? 'X does not let posts that quote the account be read; asked again in a day'
        : 'posts that quote the account could not be read; tried again in a quarter of an hour',
      { reason: reasonOf(error) },
    );
  }
}
