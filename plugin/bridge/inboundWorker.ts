import { backoff } from './backoff';
import { BotDesk } from './botDesk';
import type { ChatStore } from './chat';
import { ContactValues } from './contactValue';
import { splitLane } from './conversation';
import { BridgeError, reasonOf } from './errors';
import { forwardInbound, type ForwardPorts } from './forwardInbound';
import type { Keeping } from './keeping';
import { LaneQueue, type LaneOutcome } from './laneQueue';
import type { StoredInbound } from './messages';
import { openInbound } from './openInbound';
import { OwedWrites } from './owedWrites';
import type { Inbox, MessageStore } from './ports';
import { receive, type ReceptionPorts } from './reception';
import type { BridgeAccount } from './sides';
import type { WorkerPorts } from './workerPorts';

export interface InboundWorkerPorts extends WorkerPorts, ReceptionPorts {
  inbox: Inbox;
  chat: ChatStore;
  keeping: Keeping;
  gather: MessageStore['gather'];
  doubtfulSince: number | undefined;
}

/** How many conversations are handed to the host side by side. */
const concurrency = 16;

/** Takes stored messages to the host: each conversation in order, many conversations at a time. */
export class InboundWorker {
  private readonly queue: LaneQueue;
  private readonly owed: OwedWrites;
  private readonly mediaFaults = new Map<number, number>();
  private readonly contactValues: ContactValues;
  private readonly bot: BotDesk;
  /** Accounts whose last hand-over failed on the host's side. */
  private readonly troubled = new Set<string>();
  private readonly startedAt: number;

  constructor(private readonly ports: InboundWorkerPorts) {
    this.startedAt = ports.clock.now();
    this.owed = new OwedWrites(ports.gather);
    this.contactValues = new ContactValues(ports);
    this.bot = new BotDesk({ ...ports, done: (lane) => this.queue.wake(lane) });
    this.queue = new LaneQueue({
      clock: ports.clock,
      concurrency,
      work: (lane) => this.work(lane),
      onDefect: (lane, error) =>
        ports.log.error('handing over failed unexpectedly, trying again', {
          lane,
          reason: reasonOf(error),
        }),
    });
  }

  /** Takes up all that waits: what a previous run left, or what whatever held it up is over for. */
  takeUp(): void {
    this.ports.inbox.release(undefined, this.ports.clock.now());
    for (const lane of this.ports.inbox.lanes()) this.queue.wake(lane);
  }

  wake(lane: string): void {
    this.queue.wake(lane);
  }

  async stop(): Promise<void> {
    await Promise.all([this.queue.stop(), this.bot.stop()]);
  }

  private async work(lane: string): Promise<LaneOutcome | undefined> {
    const { inbox, clock, accounts } = this.ports;
    const row = inbox.nextOf(lane);
    if (!row) return undefined;
    if (await this.owed.settle(row.seq)) return { again: 'now' };
    if (row.dueAt > clock.now()) return { again: 'at', dueAt: row.dueAt };
    const account = accounts.get(splitLane(lane).account);
    if (!account) return undefined;
    try {
      return await this.bring(row, lane, account);
    } catch (error) {
      return await this.afterFailure(row, error);
    }
  }

  /** Brings a message to whoever takes it up. */
  private async bring(
    stored: StoredInbound,
    lane: string,
    account: BridgeAccount,
  ): Promise<LaneOutcome | undefined> {
    const { inbox, clock, chat, keeping } = this.ports;
    const log = this.ports.log.with({ account: account.name });
    const started = clock.now();
    const row = await openInbound(stored, account, { chat, inbox, keeping, log });
    if (!row) {
      await this.owed.write(stored.seq, () => inbox.saveNotified(stored.seq, undefined, true));
      this.step(stored, 'nothing for an agent');
      return { again: 'now' };
    }
    const receiver = receive(row, account, { ...this.ports, log });
    if (receiver === 'bot') {
      this.bot.take(lane, row, account);
      return undefined;
    }
    if (receiver === 'nobody') return { again: 'now' };
    await forwardInbound(row, account, this.forwardPorts(account.name));
    this.afterSuccess(row, started);
    return { again: 'now' };
  }

  private afterSuccess(row: StoredInbound, started: number): void {
    const { account, messageId } = row.message;
    this.ports.log.info('message forwarded', { account, messageId, ms: this.ports.clock.now() - started });
    this.mediaFaults.delete(row.seq);
    this.step(row, 'delivered');
    this.ports.counters.count('inbound', { account, result: 'delivered' });
    if (this.troubled.delete(account)) {
      this.ports.log.info('the host takes messages again', { account });
      this.ports.inbox.release(account, this.ports.clock.now());
      this.queue.wakeAll();
    }
  }

  private async afterFailure(row: StoredInbound, error: unknown): Promise<LaneOutcome> {
    if (!(error instanceof BridgeError)) throw error;
    const { account, messageId } = row.message;
    const { inbox, log, clock, counters } = this.ports;
    if (!error.retryable) {
      await this.owed.write(row.seq, () => inbox.markFailed(row.seq, error.message));
      log.error('message set aside: the host can never take it', {
        account,
        messageId,
        reason: error.message,
      });
      this.step(row, 'failed', error.message);
      counters.count('inbound', { account, result: 'failed' });
      return { again: 'now' };
    }
    if (error.code === 'host-unavailable' || error.code === 'signed-out-of-host') this.troubled.add(account);
    const attempts = row.attempts + 1;
    const dueAt = error.retryAt ?? clock.now() + backoff(attempts, this.ports.random());
    inbox.postpone(row.seq, dueAt, error.message);
    const level = error.code === 'signed-out-of-host' ? 'error' : 'warn';
    const again = new Date(dueAt).toISOString();
    log[level]('message waits', { account, messageId, reason: error.message, attempts, again });
    this.step(row, 'waiting', error.message);
    counters.count('inbound', { account, result: 'postponed' });
    return { again: 'at', dueAt };
  }

  private step(row: StoredInbound, step: string, detail?: string): void {
    const { account, messageId, conversation } = row.message;
    this.ports.activity({
      direction: 'in',
      account,
      messageId,
      conversation,
      step,
      ...(detail === undefined ? {} : { detail }),
    });
  }

  /** Whether the host may have a message although nothing is written of it. */
  private mayBeThere(sentAt: number): boolean {
    return sentAt < this.startedAt && sentAt > (this.ports.doubtfulSince ?? Infinity);
  }

  private forwardPorts(account: string): ForwardPorts {
    const { inbox, contacts, conversations, gather, clock, log } = this.ports;
    return {
      inbox,
      contacts,
      conversations,
      gather,
      clock,
      owed: this.owed,
      contactValues: this.contactValues,
      mediaFaults: this.mediaFaults,
      log: log.with({ account }),
      mayBeThere: ({ message }) => this.mayBeThere(message.sentAt),
      onStep: (row, step, detail) => this.step(row, step, detail),
    };
  }
}
