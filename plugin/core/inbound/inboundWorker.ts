import type { CorePorts } from '../corePorts';
import { backoff } from '../backoff';
import { BoundedMap } from '../boundedMap';
import { BotDispatcher } from '../automation/botDispatcher';
import { ContactValues } from './contactValue';
import { isPostConversation, queueNameOf, splitQueueName } from '../conversation';
import { BridgeError, reasonOf } from '../errors';
import { deliverMessage, type DeliverPorts } from './deliverMessage';
import { HostRefusals } from './hostRefusals';
import { KeyedQueue, type QueueOutcome } from '../keyedQueue';
import { QueueSweep } from '../queueSweep';
import { isQueueOf, leftCallEndsAt, workIfOurs } from '../handledQueues';
import type { StoredInbound } from '../messages';
import { messageInFlight } from '../outbound/noLongerWanted';
import { noteShown, decryptMessage } from './decryptMessage';
import { PendingWrites } from '../pendingWrites';
import { routeMessage } from './routeMessage';
import type { MessagingAccount } from '../gateways';
import { inboundStep } from '../steps';
import { isoTime } from '../isoTime';

/** How many conversations are handed to the host side by side. */
const concurrency = 16;

/** Takes stored messages to the host: each conversation in order, many conversations at a time. */
export class InboundWorker {
  private readonly queue: KeyedQueue;
  private readonly sweep: QueueSweep;
  private readonly pendingWrites: PendingWrites;
  private readonly mediaFaults = new BoundedMap<number, number>(10_000);
  private readonly inFlight = new Set<number>();
  private readonly refusals = new HostRefusals();
  private readonly contactValues: ContactValues;
  private readonly bot: BotDispatcher;
  /** Accounts whose last hand-over failed on the host's side. */
  private readonly troubled = new Set<string>();

  constructor(private readonly ports: CorePorts) {
    this.pendingWrites = new PendingWrites(ports.transaction);
    this.contactValues = new ContactValues(ports);
    this.bot = new BotDispatcher({ ...ports, done: (queueName) => this.queue.wake(queueName) });
    this.queue = new KeyedQueue({
      clock: ports.clock,
      concurrency,
      work: (queueName) => workIfOurs(queueName, ports, () => this.work(queueName)),
      onDefect: (queueName, error) =>
        ports.log.error('handing over failed unexpectedly, trying again', {
          queueName,
          reason: reasonOf(error),
        }),
    });
    this.sweep = new QueueSweep(this.queue, ports.inbox.queueNames);
  }

  /**
   * Takes up what waits, of one account or of all: what a previous run left, or what whatever held it up is over for.
   * @throws BridgeError `store-unavailable`
   */
  async resume(account?: string): Promise<void> {
    await this.ports.inbox.release(account, this.ports.clock.now());
    for (const queueName of await this.ports.inbox.queueNames())
      if (account === undefined || isQueueOf(queueName, account)) this.queue.wake(queueName);
  }

  /** Resolves when nothing of an account is under way. @throws BridgeError `store-unavailable` while an outcome is not written down */
  async whenIdle(account: string): Promise<void> {
    await this.queue.whenIdle((queueName) => isQueueOf(queueName, account));
    await this.bot.whenIdle(account);
    await this.pendingWrites.settleAll(account);
  }

  wake(queueName: string): void {
    this.queue.wake(queueName);
  }

  /** Finds what is due and in no queue. @throws BridgeError `store-unavailable` */
  findForgotten(): Promise<void> {
    return this.sweep.next();
  }

  /**
   * An admin takes a message out of the queue; those behind it go on.
   * @throws BridgeError `bad-request` while it is being handed over
   */
  async setAside(seq: number, reason: string): Promise<boolean> {
    const { inbox, history } = this.ports;
    const row = await inbox.get(seq);
    if (!row) return false;
    if (this.inFlight.has(seq)) throw messageInFlight();
    if (!(await history.setAside({ direction: 'in', seq }, reason))) return false;
    this.step(row, 'failed', reason);
    this.wake(queueNameOf(row.message.account, row.message.conversation));
    return true;
  }

  async stop(): Promise<void> {
    await Promise.all([this.queue.stop(), this.bot.stop()]);
  }

  private async work(queueName: string): Promise<QueueOutcome | undefined> {
    const { inbox, clock, accounts } = this.ports;
    const row = await inbox.nextIn(queueName);
    if (!row) return undefined;
    if (await this.pendingWrites.settle(row.seq)) return { again: 'now' };
    const dueAt = Math.max(row.dueAt, leftCallEndsAt(row.notifyingSince, queueName, this.ports.cluster));
    if (dueAt > clock.now()) return { again: 'at', dueAt };
    const account = accounts.get(splitQueueName(queueName).account);
    if (!account) return undefined;
    try {
      return await this.deliver(row, queueName, account);
    } catch (error) {
      return await this.afterFailure(row, error);
    }
  }

  /** Brings a message to whoever it is for. */
  private async deliver(
    stored: StoredInbound,
    queueName: string,
    account: MessagingAccount,
  ): Promise<QueueOutcome | undefined> {
    const { clock } = this.ports;
    const log = this.ports.log.with({ account: account.name });
    const started = clock.now();
    const ports = { ...this.ports, log };
    const row = await decryptMessage(stored, account, ports);
    if (!row) {
      await this.pendingWrites.write(account.name, stored.seq, (tables) =>
        tables.inbox.markNothing(stored.seq),
      );
      this.step(stored, 'nothing for an agent');
      return { again: 'now' };
    }
    const destination = await routeMessage(row, account, ports);
    if (destination === 'bot') {
      this.bot.take(queueName, row, account);
      return undefined;
    }
    if (destination === 'nobody') return { again: 'now' };
    const { pendingWrites, contactValues, mediaFaults, inFlight } = this;
    const onStep: DeliverPorts['onStep'] = (...step) => this.step(...step);
    await deliverMessage(row, account, {
      ...ports,
      host: isPostConversation(row.message.conversation) ? account.publicHost : account.host,
      pendingWrites,
      contactValues,
      mediaFaults,
      inFlight,
      onStep,
    });
    await this.afterSuccess(row, started);
    return { again: 'now' };
  }

  private async afterSuccess(row: StoredInbound, started: number): Promise<void> {
    const { account, messageId } = row.message;
    this.ports.log.info('message forwarded', { account, messageId, ms: this.ports.clock.now() - started });
    this.mediaFaults.delete(row.seq);
    if (row.message.reopens !== undefined) await this.ports.chat.noteRead(row.message.reopens);
    await noteShown(row, this.ports.chat, this.ports.clock.now());
    this.step(row, 'delivered');
    this.ports.counters.count('inbound', { account, result: 'delivered' });
    const wasRefusing = this.refusals.noteAccepted(account, row.seq);
    if (this.troubled.delete(account) || wasRefusing) {
      this.ports.log.info('XCALLY Motion accepts messages again', { account });
      await this.ports.inbox.release(account, this.ports.clock.now());
      this.queue.wakeAll();
    }
  }

  private async afterFailure(row: StoredInbound, error: unknown): Promise<QueueOutcome> {
    if (!(error instanceof BridgeError)) throw error;
    if (error.code === 'message-withheld') return { again: 'now' };
    const { account, messageId } = row.message;
    const { inbox, log, clock, counters } = this.ports;
    if (!error.retryable && !(await this.hostRefusesAll(row, error))) {
      await this.pendingWrites.write(account, row.seq, (tables) =>
        tables.inbox.markFailed(row.seq, error.message),
      );
      log.error('message set aside: XCALLY Motion will never accept it', {
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
    await inbox.postpone(row.seq, dueAt, error.message);
    const level = error.code === 'signed-out-of-host' ? 'error' : 'warn';
    const again = isoTime(dueAt);
    log[level]('message waits', { account, messageId, reason: error.message, attempts, again });
    this.step(row, 'waiting', error.message);
    counters.count('inbound', { account, result: 'postponed' });
    return { again: 'at', dueAt };
  }

  /**
   * Whether a message was refused because the host refuses them all. Then it waits; what was set aside before that was known
   * waits with it.
   */
  private async hostRefusesAll({ seq, message }: StoredInbound, { code }: BridgeError): Promise<boolean> {
    if (code !== 'refused-by-host') return false;
    const { account, conversation } = message;
    const refusal = this.refusals.noteRefused(account, seq, queueNameOf(account, conversation));
    if (refusal.verdict === 'set-aside') return false;
    const { history, log } = this.ports;
    for (const each of refusal.restore) {
      const queueName = await history.retry({ direction: 'in', seq: each });
      if (queueName !== undefined) this.queue.wake(queueName);
    }
    if (refusal.restore.length > 0)
      log.error(
        'XCALLY Motion refuses the messages of several conversations: all wait until it accepts them again',
        {
          account,
          putBack: refusal.restore.length,
        },
      );
    return true;
  }

  private step(row: StoredInbound, step: string, detail?: string): void {
    this.ports.activity(inboundStep(row.message, step, detail));
  }
}
