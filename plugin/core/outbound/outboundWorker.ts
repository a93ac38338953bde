import { languageOfAccount } from '../languageOfAccount';
import type { CorePorts } from '../corePorts';
import { concernsAgent, refusedNotice, tellDropped } from './replyNotices';
import { backoff } from '../backoff';
import { mayGoEncrypted } from './chatRoute';
import { queueNameOf, splitQueueName } from '../conversation';
import { noteAgentWrote } from './noteAgentWrote';
import { BridgeError, reasonOf } from '../errors';
import { dropOutdated, finalFault, isTooOld, mayHaveArrived, outdatedBecause } from './givingUp';
import { KeyedQueue, type QueueOutcome } from '../keyedQueue';
import { QueueSweep } from '../queueSweep';
import { isQueueOf, leftCallEndsAt, workIfOurs } from '../handledQueues';
import type { OutboundMessage, StoredOutbound } from '../messages';
import { OpenCalls, outcomeOfEnded, type ReplyResult } from './openCalls';
import { PendingWrites } from '../pendingWrites';
import { retryWindowMs } from '../retriedCall';
import { mayBeOnX } from './mayBeOnX';
import { messageInFlight, noLongerWanted } from './noLongerWanted';
import { deletedPost, sendReply, type SendReplyPorts } from './sendReply';
import type { MessagingAccount } from '../gateways';
import { Uploads } from './uploads';
import { outcomeElsewhere } from './outcomeElsewhere';
import { replyStep } from '../steps';
import { isoTime } from '../isoTime';
import { phrase, spokenLanguage, speakIn } from '../../texts/text';

/** What becomes of a reply, and its number in the outbox. */
export interface SubmittedReply {
  seq: number;
  result: ReplyResult;
}

/** What could not be written down is tried again so soon, in milliseconds. */
const writeAgainMs = 5_000;

/** How many customers are answered side by side. */
const concurrency = 8;

/** How many customers' files are brought to X at a time while their answers wait. */
const uploadsAhead = 2;

/** Takes stored answers to X: each customer's in order, several customers at a time. */
export class OutboundWorker {
  private readonly queue: KeyedQueue;
  private readonly sweep: QueueSweep;
  /** Brings files to X for answers whose turn has not come, so that they need not wait a second time. */
  private readonly ahead: KeyedQueue;
  private readonly uploads: Uploads;
  private readonly pendingWrites: PendingWrites;
  private readonly calls: OpenCalls;
  /** Replies whose call was answered, as long as that is not on the disk. */
  private readonly answered = new Set<number>();
  private readonly inFlight = new Set<number>();

  constructor(private readonly ports: CorePorts) {
    this.pendingWrites = new PendingWrites(ports.transaction);
    this.calls = new OpenCalls(ports.clock);
    this.queue = new KeyedQueue({
      clock: ports.clock,
      concurrency,
      work: (queueName) => workIfOurs(queueName, ports, () => this.work(queueName)),
      onDefect: (queueName, error) => this.defect('sending', queueName, error),
    });
    this.sweep = new QueueSweep(this.queue, ports.outbox.queueNames);
    this.ahead = new KeyedQueue({
      clock: ports.clock,
      concurrency: uploadsAhead,
      work: (queueName) => workIfOurs(queueName, ports, () => this.uploadAhead(queueName)),
      onDefect: (queueName, error) => this.defect('uploading ahead', queueName, error),
    });
    this.uploads = new Uploads({ ...ports, onStep: (row, step) => this.step(row, step) });
  }

  /**
   * Takes up what waits, of one account or of all: what a previous run left, or what whatever held it up is over for.
   * @throws BridgeError `store-unavailable`
   */
  async resume(account?: string): Promise<void> {
    await this.ports.outbox.release(account, this.ports.clock.now());
    for (const queueName of await this.ports.outbox.queueNames())
      if (account === undefined || isQueueOf(queueName, account)) this.queue.wake(queueName);
  }

  /** Resolves when nothing of an account is under way. @throws BridgeError `store-unavailable` while an outcome is not written down */
  async whenIdle(account: string): Promise<void> {
    const isMeant = (queueName: string) => isQueueOf(queueName, account);
    await Promise.all([this.queue.whenIdle(isMeant), this.ahead.whenIdle(isMeant)]);
    await this.pendingWrites.settleAll(account);
  }

  /** Finds what is due and in no queue. @throws BridgeError `store-unavailable` */
  findForgotten(): Promise<void> {
    return this.sweep.next();
  }

  async stop(): Promise<void> {
    await Promise.all([this.queue.stop(), this.ahead.stop()]);
  }

  /**
   * Stores a reply, starts sending it, and reports how it stands after at most `time limit` milliseconds. When the host
   * repeats a call it got no answer to, it is told what becomes of the first one.
   * @throws BridgeError `store-unavailable` when it could not be stored
   */
  async submit(message: OutboundMessage, timeoutMs: number): Promise<SubmittedReply> {
    const { row, isTwin } = await this.add(message);
    if (isTwin)
      this.ports.log.info('XCALLY Motion repeated a call that it got no answer to; the reply goes out once', {
        account: message.account,
        answer: row.seq,
      });
    if (isTwin && row.state === 'delivered')
      return { seq: row.seq, result: { status: 'sent', ids: row.sentIds } };
    if (!isTwin) this.step(row, 'received', message.text);
    const queueName = queueNameOf(message.account, message.queueKey);
    const isOurs = this.ports.cluster.handles(message.account);
    const outcome = isOurs
      ? this.calls.wait(row.seq, queueName, timeoutMs)
      : outcomeElsewhere({ seq: row.seq, queueName, timeoutMs }, this.ports);
    this.ports.wakeReplies(queueName);
    return { seq: row.seq, result: await outcome };
  }

  /** How a reply stands that another process has stored, after at most so many milliseconds. @throws BridgeError `store-unavailable` */
  async outcomeOf(seq: number, queueName: string, timeoutMs: number): Promise<ReplyResult> {
    const outcome = this.calls.wait(seq, queueName, timeoutMs, true);
    this.queue.wake(queueName);
    const ended = outcomeOfEnded(await this.ports.outbox.get(seq));
    if (ended) this.calls.settle(seq, ended);
    return outcome;
  }

  /**
   * An admin takes a reply out of the queue; its agent is told, and those behind it go on.
   * @throws BridgeError `bad-request` while it is being sent
   */
  async setAside(seq: number, reason: string): Promise<boolean> {
    const { outbox, history, tellAgent, clock } = this.ports;
    const row = await outbox.get(seq);
    const head = row && (await outbox.get(row.joinedTo ?? seq));
    if (!row || !head) return false;
    const isUnclear = mayBeOnX(head);
    const group = isUnclear ? [head, ...(await outbox.joinedTo(head.seq))] : [row];
    // Last, so that nothing is sent between this look and the write.
    if (this.inFlight.has(head.seq)) throw messageInFlight();
    if (!(await history.setAside({ direction: 'out', seq }, reason))) return false;
    const error = noLongerWanted(isUnclear);
    for (const each of group) {
      this.step(each, 'failed', reason);
      this.calls.settle(each.seq, { status: 'failed', error });
    }
    this.wake(queueNameOf(row.message.account, row.message.queueKey));
    const [first, ...others] = group.filter(({ message }) => concernsAgent(message));
    const language = languageOfAccount(this.ports.accounts.get(row.message.account));
    if (first) await speakIn(language, () => tellAgent(refusedNotice(first, others, error, clock.now())));
    return true;
  }

  /** The host has been answered: equal words from now on are another reply. */
  noteAnswered(seq: number): void {
    this.answered.add(seq);
    void this.writeAnswered(seq);
  }

  /** Tries until it is written: another process that does not know it would take the next equal reply for this one. Never rejects. */
  private async writeAnswered(seq: number): Promise<void> {
    const { outbox, log, clock } = this.ports;
    try {
      await outbox.markAnswered(seq);
      this.answered.delete(seq);
    } catch (error) {
      log.warn('could not store that XCALLY Motion was answered; it will be tried again', {
        answer: seq,
        reason: reasonOf(error),
      });
      clock.after(writeAgainMs, () => void this.writeAnswered(seq));
    }
  }

  /** Stores a reply, unless it is there already. From an agent's first message on, the bot is silent. */
  private add(message: OutboundMessage): Promise<{ row: StoredOutbound; isTwin: boolean }> {
    const { clock, transaction, cluster } = this.ports;
    const { account } = message;
    const add: Parameters<typeof transaction<{ row: StoredOutbound; isTwin: boolean }>>[0] = async ({
      outbox,
      conversations,
    }) => {
      const twin = await outbox.findDuplicate(message, clock.now() - retryWindowMs);
      if (twin && !this.answered.has(twin.seq)) return { row: twin, isTwin: true };
      await noteAgentWrote(message, clock.now(), conversations);
      return { row: await outbox.add(message, clock.now()), isTwin: false };
    };
    return cluster.within(account, () => transaction(add));
  }

  private async work(queueName: string): Promise<QueueOutcome | undefined> {
    const { outbox, accounts, clock } = this.ports;
    const row = await outbox.nextIn(queueName);
    if (!row) return undefined;
    if (await this.pendingWrites.settle(row.seq)) return { again: 'now' };
    const account = accounts.get(splitQueueName(queueName).account);
    if (!account) return undefined;
    const deleted = await deletedPost(row, this.ports.threads);
    if (deleted) {
      await this.fail(row, deleted);
      return { again: 'now' };
    }
    const reason = await outdatedBecause(row, this.ports);
    if (reason !== undefined) {
      await dropOutdated(row, this.ports);
      this.ports.log.info('an automatic message was dropped', {
        account: account.name,
        automatic: row.message.automatic,
        reason,
      });
      this.step(row, 'dropped', reason);
      return { again: 'now' };
    }
    const dueAt = Math.max(row.dueAt, leftCallEndsAt(row.sendingSince, queueName, this.ports.cluster));
    if (dueAt > clock.now()) {
      if (row.waitedForWindow) this.ahead.wake(queueName);
      return this.rest(queueName, dueAt, row.reason ?? phrase('reply.waitsForEarlier'));
    }
    const started = clock.now();
    try {
      // Before a reply is given up, X is asked once more whether it has it.
      const lookOnly = isTooOld(row, this.ports) && row.sendingSince !== undefined;
      const ports = this.sendPorts(account);
      const { ids, dropped, merged } = await sendReply(row, account, ports, lookOnly);
      for (const each of [row, ...merged]) this.afterSuccess(each, ids, clock.now() - started);
      await tellDropped(row, dropped, this.ports);
      return { again: 'now' };
    } catch (error) {
      return await this.afterFailure(row, queueName, error);
    }
  }

  /** The next file of a queue that waits for its window. What goes wrong for now is left to the answer's turn. */
  private async uploadAhead(queueName: string): Promise<QueueOutcome | undefined> {
    const { outbox, accounts, contacts } = this.ports;
    const account = accounts.get(splitQueueName(queueName).account);
    const head = await outbox.nextIn(queueName);
    if (!head || !account) return undefined;
    const row = [head, ...(await outbox.laterInQueue(head.seq))].find((each) => !this.uploads.isDone(each));
    // Which key a file is to be encrypted with is settled when its turn comes.
    if (!row || (await mayGoEncrypted(row, account, contacts))) return undefined;
    try {
      await this.uploads.provide(row, account);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      // An answer whose turn has come is told of by whoever sends it.
      if (error.retryable || (await outbox.nextIn(queueName))?.seq === row.seq) return undefined;
      await this.fail(row, error);
    }
    return { again: 'now' };
  }

  private defect(what: string, queueName: string, error: unknown): void {
    this.ports.log.error(`${what} failed unexpectedly, trying again`, { queueName, reason: reasonOf(error) });
  }

  /** Looks at the answers of a queue again: something about them has changed. */
  wake(queueName: string): void {
    this.queue.wake(queueName);
  }

  private afterSuccess(row: StoredOutbound, ids: string[], ms: number): void {
    const { account } = row.message;
    this.ports.log.info('reply sent', { account, answer: row.seq, dmEventId: ids.at(-1), ms });
    this.ports.counters.count('outbound', { account, result: 'delivered' });
    this.step(row, 'delivered');
    this.calls.settle(row.seq, { status: 'sent', ids });
  }

  private async afterFailure(row: StoredOutbound, queueName: string, error: unknown): Promise<QueueOutcome> {
    if (!(error instanceof BridgeError)) throw error;
    const { account } = row.message;
    if (error.code === 'message-withheld') {
      this.calls.settle(row.seq, { status: 'failed', error });
      return { again: 'now' };
    }
    const final = await finalFault(row, error, this.ports);
    if (final) {
      await this.fail(row, final);
      return { again: 'now' };
    }
    const forWindow = error.code === 'rate-limited';
    const attempts = row.attempts + 1;
    const dueAt = error.retryAt ?? this.ports.clock.now() + backoff(attempts, this.ports.random());
    const reason = error.text.in(spokenLanguage());
    await this.ports.outbox.postpone(row.seq, dueAt, reason, forWindow);
    if (forWindow) this.ahead.wake(queueName);
    const level = error.code === 'signed-out-of-x' ? 'error' : 'warn';
    const again = isoTime(dueAt);
    this.ports.log[level]('reply waits', {
      account,
      answer: row.seq,
      reason: error.message,
      attempts,
      again,
    });
    this.ports.counters.count('outbound', { account, result: 'postponed' });
    this.step(row, 'waiting', reason);
    return this.rest(queueName, dueAt, reason);
  }

  /** The whole queue waits: whoever is asking about one of its answers hears so now. */
  private rest(queueName: string, dueAt: number, reason: string): QueueOutcome {
    this.calls.settleLane(queueName, { status: 'queued', reason, retryAt: dueAt });
    return { again: 'at', dueAt };
  }

  /**
   * A reply that can never go: told in the answer to the host's call if it still waits for one, else in the
   * interaction. Replies that may be on X in the same message come to the same end; others go out by themselves.
   */
  private async fail(row: StoredOutbound, cause: BridgeError): Promise<void> {
    const { outbox, tellAgent, clock } = this.ports;
    const { account } = row.message;
    const isKnown = cause.code === 'given-up' && !cause.outcomeUnknown;
    const isUnclear = !isKnown && mayBeOnX((await outbox.get(row.seq)) ?? row);
    const error = isUnclear ? mayHaveArrived(cause) : cause;
    const joined = isUnclear ? await outbox.joinedTo(row.seq) : [];
    const failed = [row, ...joined];
    const untold = failed.filter(({ seq, message }) => !this.calls.has(seq) && concernsAgent(message));
    const [first, ...others] = untold;
    if (first) await tellAgent(refusedNotice(first, others, error, clock.now()));
    await this.pendingWrites.write(account, row.seq, async ({ outbox }) => {
      if (!isUnclear) await outbox.separate(row.seq);
      await outbox.markFailed(
        failed.map(({ seq }) => seq),
        error.message,
      );
    });
    for (const each of failed) {
      this.ports.log.error('reply refused', { account, answer: each.seq, reason: error.message });
      this.ports.counters.count('outbound', { account, result: 'failed' });
      this.step(each, 'failed', error.text.in('en'));
      this.calls.settle(each.seq, { status: 'failed', error });
    }
  }

  private step(row: StoredOutbound, step: string, detail?: string): void {
    this.ports.activity(replyStep(row, step, detail));
  }

  private sendPorts({ name: account, x }: MessagingAccount): SendReplyPorts {
    const onStep: SendReplyPorts['onStep'] = (row, step, detail) => this.step(row, step, detail);
    return {
      ...this.ports,
      pendingWrites: this.pendingWrites,
      uploads: this.uploads,
      aside: (wait) => this.queue.aside(wait),
      inFlight: this.inFlight,
      xNow: () => x.now(),
      log: this.ports.log.with({ account }),
      onStep,
    };
  }
}
