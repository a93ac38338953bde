import { languageOfAccount } from '../core/languageOfAccount';
import { speakIn } from '../texts/text';
import type { CorePorts, Ports } from '../core/corePorts';
import type { EventBatch } from '../core/inbound/events';
import { InboundWorker } from '../core/inbound/inboundWorker';
import { ingestEvents, type ReceivingAccount } from '../core/inbound/ingestEvents';
import { OtherUsers } from '../core/inbound/otherUsers';
import { retryUnread } from '../core/inbound/retryUnread';
import { Unstorable } from '../core/inbound/unstorable';
import { splitQueueName } from '../core/conversation';
import { reasonOf } from '../core/errors';
import { OutboundWorker } from '../core/outbound/outboundWorker';
import type { MessageStore } from '../core/ports';
import { keepNotice } from '../core/systemNotice';
import type { Config } from '../settings/schema';

const hourMs = 60 * 60_000;

export interface PipelinesOptions extends Ports<
  'accounts' | 'clock' | 'random' | 'log' | 'counters' | 'activity'
> {
  store: MessageStore;
  /** The configuration in force. */
  live: () => Config;
}

/** The two ways of a message: from X to Motion, and from Motion to X. Each says to the other when there is something to do. */
export class Pipelines {
  readonly inbound: InboundWorker;
  readonly outbound: OutboundWorker;
  readonly ports: CorePorts;

  constructor({ store, live, ...shared }: PipelinesOptions) {
    this.ports = {
      ...store,
      ...shared,
      unstorable: new Unstorable({ ...shared, trouble: store.trouble }),
      otherUsers: new OtherUsers(shared),
      wake: (queueName) => this.wake('inbound', queueName),
      wakeReplies: (queueName) => this.wake('outbound', queueName),
      tellAgent: (notice) => keepNotice(notice, this.ports),
      maxWait: () => live().reply.maxRetryHours * hourMs,
      logText: () => live().log.messageText === 'full',
    };
    this.inbound = new InboundWorker(this.ports);
    this.outbound = new OutboundWorker(this.ports);
  }

  /** Stores what X delivered to an account. @throws BridgeError `store-unavailable` */
  ingest(batch: EventBatch, account: ReceivingAccount): Promise<void> {
    return this.ports.cluster.within(account.name, () =>
      speakIn(languageOfAccount(this.ports.accounts.get(account.name)), () =>
        ingestEvents(batch, account, this.ports),
      ),
    );
  }

  /** Encrypted messages that could not be read may be readable now; see `retryUnread` of the core. */
  retryUnread(account: string, conversationId: string | undefined, tag: string): void {
    void retryUnread(account, conversationId, tag, this.ports);
  }

  /** Has whichever process handles a queue look at it. */
  wake(direction: 'inbound' | 'outbound', queueName: string): void {
    const { cluster } = this.ports;
    const { account } = splitQueueName(queueName);
    if (cluster.handles(account)) this[direction].wake(queueName);
    else cluster.signal(account, { kind: direction, queueName });
  }

  /** Goes on with all that waits and is this process's to work. @throws BridgeError `store-unavailable` */
  async resume(): Promise<void> {
    const { cluster, accounts } = this.ports;
    const mine = cluster.isShared
      ? [...accounts.keys()].filter((name) => cluster.handles(name))
      : [undefined];
    for (const account of mine) await this.resumeOf(account);
  }

  /** The same of one account, or of all. @throws BridgeError `store-unavailable` */
  async resumeOf(account: string | undefined): Promise<void> {
    await Promise.all([this.inbound.resume(account), this.outbound.resume(account)]);
  }

  /** Resolves when nothing of an account is under way. @throws BridgeError `store-unavailable` while an outcome is not written down */
  async whenIdle(account: string): Promise<void> {
    await Promise.all([this.inbound.whenIdle(account), this.outbound.whenIdle(account)]);
  }

  /** Goes on with replies that wait. Asked for in the middle of a call of X, whose outcome must not depend on the store. */
  resumeReplies(account: string): void {
    this.outbound.resume(account).catch((error: unknown) => {
      this.ports.log.warn('could not resume queued replies', { reason: reasonOf(error) });
    });
  }

  /** Looks for messages that are due and in no queue. */
  async findForgotten(): Promise<void> {
    await Promise.all([this.inbound.findForgotten(), this.outbound.findForgotten()]);
  }

  /** Resolves when what is in flight has ended. */
  async stop(): Promise<void> {
    await Promise.all([this.inbound.stop(), this.outbound.stop()]);
  }
}
