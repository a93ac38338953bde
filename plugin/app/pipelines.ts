import type { EventBatch } from '../core/inbound/events';
import { InboundWorker } from '../core/inbound/inboundWorker';
import { ingestEvents, type IngestPorts, type ReceivingAccount } from '../core/inbound/ingestEvents';
import { OtherUsers } from '../core/inbound/otherUsers';
import { retryUnread } from '../core/inbound/retryUnread';
import { Unstorable } from '../core/inbound/unstorable';
import type { Clock } from '../core/clock';
import { reasonOf } from '../core/errors';
import type { MessagingAccount } from '../core/gateways';
import type { InboundMessage } from '../core/messages';
import { OutboundWorker } from '../core/outbound/outboundWorker';
import type { ActivityListener, Counters, Log, MessageStore } from '../core/ports';
import { keepNotice } from '../core/systemNotice';
import type { Config } from '../settings/schema';

const hourMs = 60 * 60_000;

export interface PipelinesOptions {
  accounts: ReadonlyMap<string, MessagingAccount>;
  store: MessageStore;
  clock: Clock;
  /** A number from 0 to 1. */
  random: () => number;
  log: Log;
  counters: Counters;
  activity: ActivityListener;
  /** The configuration in force. */
  live: () => Config;
}

/** The two ways of a message: from X to Motion, and from Motion to X. Each says to the other when there is something to do. */
export class Pipelines {
  readonly inbound: InboundWorker;
  readonly outbound: OutboundWorker;
  readonly ingestPorts: IngestPorts;

  constructor(private readonly options: PipelinesOptions) {
    this.inbound = this.createInboundWorker();
    this.outbound = this.createOutboundWorker();
    this.ingestPorts = this.createIngestPorts();
  }

  /** Stores what X delivered to an account. @throws BridgeError `store-unavailable` */
  ingest(batch: EventBatch, account: ReceivingAccount): Promise<void> {
    return ingestEvents(batch, account, this.ingestPorts);
  }

  /** Encrypted messages that could not be read may be readable now; see `retryUnread` of the core. */
  retryUnread(account: string, conversationId: string | undefined, tag: string): void {
    void retryUnread(account, conversationId, tag, this.ingestPorts);
  }

  /** What an agent has to be told goes the way of the customers' messages. @throws BridgeError `store-unavailable` */
  tellAgent(notice: InboundMessage): Promise<void> {
    return keepNotice(notice, this.ingestPorts);
  }

  /** Goes on with all that waits. @throws BridgeError `store-unavailable` */
  resume(): void {
    this.inbound.resume();
    this.outbound.resume();
  }

  /** Goes on with replies that wait. Asked for in the middle of a call of X, whose outcome must not depend on the store. */
  resumeReplies(): void {
    try {
      this.outbound.resume();
    } catch (error) {
      this.options.log.warn('could not resume queued replies', { reason: reasonOf(error) });
    }
  }

  /** Looks for messages that are due and in no queue. */
  findForgotten(): void {
    this.inbound.findForgotten();
    this.outbound.findForgotten();
  }

  /** Resolves when what is in flight has ended. */
  async stop(): Promise<void> {
    await Promise.all([this.inbound.stop(), this.outbound.stop()]);
  }

  private createInboundWorker(): InboundWorker {
    const { accounts, store, clock, random, log, counters, activity } = this.options;
    return new InboundWorker({
      accounts,
      inbox: store.inbox,
      outbox: store.outbox,
      history: store.history,
      chat: store.chat,
      eraser: store.eraser,
      contacts: store.contacts,
      threads: store.threads,
      conversations: store.conversations,
      batchTransaction: (writes) => store.batchTransaction(writes),
      transaction: (writes) => store.transaction(writes),
      clock,
      random,
      log,
      counters,
      activity,
      wakeReplies: (queueName) => this.outbound.wake(queueName),
    });
  }

  private createOutboundWorker(): OutboundWorker {
    const { accounts, store, clock, random, log, counters, activity, live } = this.options;
    return new OutboundWorker({
      accounts,
      inbox: store.inbox,
      outbox: store.outbox,
      history: store.history,
      chat: store.chat,
      contacts: store.contacts,
      threads: store.threads,
      conversations: store.conversations,
      batchTransaction: (writes) => store.batchTransaction(writes),
      transaction: (writes) => store.transaction(writes),
      clock,
      random,
      log,
      counters,
      activity,
      maxWait: () => live().reply.maxRetryHours * hourMs,
      tellAgent: (notice) => this.tellAgent(notice),
    });
  }

  private createIngestPorts(): IngestPorts {
    const { store, clock, log, counters, activity, live } = this.options;
    const trouble = () => store.trouble();
    return {
      inbox: store.inbox,
      outbox: store.outbox,
      chat: store.chat,
      eraser: store.eraser,
      contacts: store.contacts,
      threads: store.threads,
      marks: store.marks,
      charges: store.charges,
      facts: store.facts,
      trouble,
      unstorable: new Unstorable({ trouble, clock, log, counters }),
      otherUsers: new OtherUsers({ counters, log }),
      clock,
      log,
      counters,
      activity,
      wake: (queueName) => this.inbound.wake(queueName),
      wakeReplies: (queueName) => this.outbound.wake(queueName),
      logText: () => live().log.messageText === 'full',
    };
  }
}
