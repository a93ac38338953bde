import { BridgeError, reasonOf } from '../../core/errors';
import { idBefore } from '../../core/sortKey';
import {
  readBackMentions,
  readBackMessages,
  type ReadBackPorts,
  type ReadBackResult,
  type Until,
} from './readBack';
import { deliveryFault } from './deliveryFaults';
import { Cursors, type CursorOf } from './cursors';
import { DowntimeTracker } from './downtimeTracker';
import { QuotePoll } from './quotePoll';
import type { DeliveryKind } from './deliveryKind';
import { signedOut, type Receiver, type ReceiverPorts, type IngestionState } from './receiver';
import { each } from './schedules';

/** How many messages the first page of a poll has; each message read has its price. */
const smallestPage = 20;
const largestPage = 100;

/** X's ids grow with time only roughly, and a list may show a message a moment after a later one. Milliseconds. */
const slackMs = 2 * 60_000;

/** Reading each minute, for account levels without pushes. */
export const poll: DeliveryKind = {
  label: 'polling every minute',
  webhook: 'none',
  create: (ports) => new PollReceiver(ports),
};

/** Reads each minute what is new, page by page back to the last id known. */
class PollReceiver implements Receiver {
  private current: IngestionState = { state: 'starting' };
  private polling: Promise<void> | undefined;
  private readonly ending = new AbortController();
  /** Where reading begins while nothing was read yet, in ms since 1970. */
  private readonly begin: number;
  /** The newest id of each kind, and when it was first read, in ms since 1970. */
  private readonly newest = new Map<CursorOf, { id: string; at: number }>();
  private pageSize = smallestPage;
  private readonly cursors: Cursors;
  private readonly downtime: DowntimeTracker;
  private quotes: QuotePoll | undefined;
  private end = () => {};

  constructor(private readonly ports: ReceiverPorts) {
    const { account, facts, clock } = ports;
    this.cursors = new Cursors(account.name, facts);
    this.downtime = new DowntimeTracker(account.name, facts);
    this.begin = this.downtime.safelyBefore(this.downtime.aliveAt() ?? clock.now());
  }

  start(): void {
    const { account } = this.ports;
    if (!account.wants.directMessages) this.cursors.forget('messages');
    if (!account.wants.mentions) this.cursors.forget('mentions');
    this.end = each('minute', () => this.poll(), this.ports);
    if (account.wants.quotes) {
      this.quotes = new QuotePoll(this.ports, this.ending.signal);
      this.quotes.start();
    }
    void this.poll();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.end();
    await Promise.all([this.polling, this.quotes?.stop()]);
  }

  state(): IngestionState {
    return this.current;
  }

  onRevoked(): void {
    this.current = signedOut;
  }

  /** Reads what is new. Runs once at a time: catching up over many pages may take longer than a minute. */
  poll(): Promise<void> {
    this.polling ??= this.readNew().finally(() => (this.polling = undefined));
    return this.polling;
  }

  private async readNew(): Promise<void> {
    const { account, client, clock, log } = this.ports;
    const ports: ReadBackPorts = { client, clock, signal: this.ending.signal };
    try {
      if (!(await account.signedIn())) {
        this.onRevoked();
        return;
      }
      if (account.wants.directMessages)
        await this.take('messages', (until) => this.readMessages(ports, until));
      if (account.wants.mentions)
        await this.take('mentions', async (until) => readBackMentions(ports, await account.userId(), until));
      if (this.ending.signal.aborted) return;
      if (this.current.state === 'trouble') log.info('X can be read again');
      // Before it is said that all is well: killed a moment later, the next process has to know of this one.
      await this.downtime.heartbeat(clock.now());
      this.current = { state: 'ok' };
    } catch (error) {
      this.noteTrouble(error);
    }
  }

  /** Busy accounts are read in large pages, so that one read a minute will do. */
  private async readMessages(ports: ReadBackPorts, until: Until): Promise<ReadBackResult> {
    const result = await readBackMessages(ports, until, { size: this.pageSize });
    this.pageSize = Math.min(largestPage, Math.max(smallestPage, 2 * result.batch.messages.length));
    return result;
  }

  /** Reads one kind. A used-up window is daily life: a minute later it reads on from the same place. */
  private async take(of: CursorOf, read: (until: Until) => Promise<ReadBackResult>): Promise<void> {
    const { accept, log } = this.ports;
    try {
      const { batch, newest } = await read(this.until(of));
      await accept(batch);
      if (newest !== undefined) this.noteNewest(of, newest);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'rate-limited') throw error;
      log.debug('reading is rate-limited by X', { of, reason: reasonOf(error) });
    }
  }

  private noteNewest(of: CursorOf, id: string): void {
    this.cursors.advance(of, id);
    if (this.newest.get(of)?.id !== id) this.newest.set(of, { id, at: this.ports.clock.now() });
  }

  /**
   * Back to the last id, and a little further until nothing can come late any longer, since each message read has its
   * price. Without an id, to where another way of delivery left off, or to this start.
   */
  private until(of: CursorOf): Until {
    const id = this.cursors.read(of);
    if (id === undefined) return { at: this.begin };
    const newest = this.newest.get(of);
    const isSettled = newest?.id === id && this.ports.clock.now() - newest.at > slackMs;
    // Never back to what was written before the account was switched on.
    return { id: isSettled ? id : idBefore(id, slackMs, this.downtime.safelyBefore(this.begin)) };
  }

  private noteTrouble(error: unknown): void {
    if (this.ending.signal.aborted) return;
    const { account, log } = this.ports;
    const reason = deliveryFault(error, account.delivery);
    if (this.current.reason !== reason) log.error('X cannot be read', { reason });
    this.current = { state: 'trouble', reason };
  }
}
