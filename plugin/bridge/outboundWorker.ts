import { droppedNotice, refusedNotice } from './answerNotices';
import { backoff } from './backoff';
import { mayGoEncrypted } from './chatRoute';
import { directConversation, laneOf, splitLane } from './conversation';
import type { Conversations } from './conversations';
import { BridgeError, reasonOf } from './errors';
import { isReminder } from './joinWaiting';
import { LaneQueue, type LaneOutcome } from './laneQueue';
import type { InboundMessage, OutboundMessage, StoredOutbound } from './messages';
import { OwedWrites } from './owedWrites';
import type { MessageStore, Outbox } from './ports';
import { postDeleted, sendOutbound, type SendPorts } from './sendOutbound';
import { Uploads } from './uploads';
import type { WorkerPorts } from './workerPorts';

/** How an answer stands when the host has to be told something. */
export type ReplyResult =
  | { status: 'sent'; ids: string[] }
  | { status: 'queued'; reason: string; retryAt: number | undefined }
  | { status: 'failed'; error: BridgeError };

export interface OutboundWorkerPorts extends WorkerPorts {
  outbox: Outbox;
  conversations: Conversations;
  together: MessageStore['together'];
  gather: MessageStore['gather'];
  /** How long an answer is tried in spite of faults, in milliseconds. */
  longestWait: () => number;
  /** Puts a notice for the agent on its way to the host. */
  tellAgent: (notice: InboundMessage) => Promise<void>;
}

const hour = 60 * 60_000;

/** How many customers are answered side by side; memory for media is bounded by it. */
const concurrency = 8;

/** How many customers' files are brought to X at a time while their answers wait. */
const uploadsAhead = 2;

/**
 * A host that got no answer in time calls again; the same words in the same interaction within this time are
 * taken for that. Milliseconds.
 */
const twinWindow = 60_000;

interface Waiter {
  seq: number;
  lane: string;
  settle: (result: ReplyResult) => void;
}

/** Takes stored answers to X: each customer's in order, several customers at a time. */
export class OutboundWorker {
  private readonly queue: LaneQueue;
  /** Brings files to X for answers whose turn has not come, so that they need not wait a second time. */
  private readonly ahead: LaneQueue;
  private readonly uploads: Uploads;
  private readonly owed: OwedWrites;
  private readonly waiters = new Set<Waiter>();

  constructor(private readonly ports: OutboundWorkerPorts) {
    this.owed = new OwedWrites(ports.gather);
    this.queue = new LaneQueue({
      clock: ports.clock,
      concurrency,
      work: (lane) => this.work(lane),
      onDefect: (lane, error) => this.defect('sending', lane, error),
    });
    this.ahead = new LaneQueue({
      clock: ports.clock,
      concurrency: uploadsAhead,
      work: (lane) => this.uploadAhead(lane),
      onDefect: (lane, error) => this.defect('uploading ahead', lane, error),
    });
    this.uploads = new Uploads({ ...ports, onStep: (row, step) => this.step(row, step) });
  }

  /** Takes up all that waits: what a previous run left, or what whatever held it up is over for. */
  takeUp(): void {
    this.ports.outbox.release(this.ports.clock.now());
    for (const lane of this.ports.outbox.lanes()) this.queue.wake(lane);
  }

  async stop(): Promise<void> {
    await Promise.all([this.queue.stop(), this.ahead.stop()]);
  }

  /**
   * Stores an answer, starts sending it, and reports how it stands after at most `patience` milliseconds. The
   * host's second call with the same answer is told what becomes of the first.
   * @throws BridgeError `store-unavailable` when it could not be stored
   */
  submit(message: OutboundMessage, patience: number): Promise<ReplyResult> {
    const { outbox, clock, log } = this.ports;
    const twin = outbox.twinOf(message, clock.now() - twinWindow);
    if (twin)
      log.info('the host called again with the same answer; it goes out once', {
        account: message.account,
        answer: twin.seq,
      });
    if (twin?.state === 'delivered') return Promise.resolve({ status: 'sent', ids: twin.sentIds });
    const row = twin ?? this.add(message);
    if (!twin) this.step(row, 'received', message.text);
    const lane = laneOf(message.account, message.lane);
    return new Promise((resolve) => {
      const cancel = clock.after(patience, () =>
        waiter.settle({ status: 'queued', reason: 'It is still being sent.', retryAt: undefined }),
      );
      const waiter: Waiter = {
        seq: row.seq,
        lane,
        settle: (result) => {
          cancel();
          this.waiters.delete(waiter);
          resolve(result);
        },
      };
      this.waiters.add(waiter);
      this.queue.wake(lane);
    });
  }

  /** From an agent's first message on, the bot is silent. */
  private add(message: OutboundMessage): StoredOutbound {
    const { outbox, conversations, clock, together } = this.ports;
    const { account, recipientId, groupId, publicReply } = message;
    const isPrivate = groupId === undefined && publicReply === undefined;
    return together(() => {
      if (isPrivate && recipientId !== undefined)
        conversations.noteAgent(account, directConversation(recipientId), clock.now(), false);
      return outbox.add(message, clock.now());
    });
  }

  private waitersFor(seq: number): Waiter[] {
    return [...this.waiters].filter((waiter) => waiter.seq === seq);
  }

  private async work(lane: string): Promise<LaneOutcome | undefined> {
    const { outbox, accounts, clock } = this.ports;
    const row = outbox.nextOf(lane);
    if (!row) return undefined;
    if (await this.owed.settle(row.seq)) return { again: 'now' };
    const account = accounts.get(splitLane(lane).account);
    if (!account) return undefined;
    const deleted = this.deletedPost(row);
    if (deleted) {
      await this.fail(row, deleted);
      return { again: 'now' };
    }
    if (this.isOutdated(row)) {
      outbox.drop(row.seq);
      const { automatic } = row.message;
      this.ports.log.info('not said any more: the customer has written', {
        account: account.name,
        automatic,
      });
      this.step(row, 'dropped', 'the customer has written meanwhile');
      return { again: 'now' };
    }
    if (row.dueAt > clock.now()) {
      if (row.waitedForWindow) this.ahead.wake(lane);
      return this.rest(lane, row.dueAt, row.reason ?? 'It waits for an earlier message.');
    }
    const started = clock.now();
    try {
      const { ids, dropped, together } = await sendOutbound(row, account, this.sendPorts(account.name));
      for (const each of [row, ...together]) this.afterSuccess(each, ids, clock.now() - started);
      await this.tellDropped(row, dropped);
      return { again: 'now' };
    } catch (error) {
      return await this.afterFailure(row, lane, error);
    }
  }

  /** The next file of a lane that waits for its window. What goes wrong for now is left to the answer's turn. */
  private async uploadAhead(lane: string): Promise<LaneOutcome | undefined> {
    const { outbox, accounts, contacts } = this.ports;
    const account = accounts.get(splitLane(lane).account);
    const head = outbox.nextOf(lane);
    if (!head || !account) return undefined;
    const row = [head, ...outbox.behind(head.seq)].find((each) => !this.uploads.isDone(each));
    // Which key a file is to be encrypted with is settled when its turn comes.
    if (!row || mayGoEncrypted(row, account, contacts)) return undefined;
    try {
      await this.uploads.provide(row, account);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      // An answer whose turn has come is told of by whoever sends it.
      if (error.retryable || outbox.nextOf(lane)?.seq === row.seq) return undefined;
      await this.fail(row, error);
    }
    return { again: 'now' };
  }

  private defect(what: string, lane: string, error: unknown): void {
    this.ports.log.error(`${what} failed unexpectedly, trying again`, { lane, reason: reasonOf(error) });
  }

  /** What a customer has deleted is not answered, and the agent hears so at once, not when the answer were due. */
  private deletedPost({ message, sendingSince }: StoredOutbound): BridgeError | undefined {
    const { account, publicReply } = message;
    const gone = publicReply !== undefined && this.ports.threads.isDeleted(account, publicReply.postId);
    return gone && sendingSince === undefined ? postDeleted() : undefined;
  }

  /** A reminder is of no use any more to a customer who has written. */
  private isOutdated({ message, recipientId, createdAt, sendingSince }: StoredOutbound): boolean {
    if (!isReminder(message) || sendingSince !== undefined || recipientId === undefined) return false;
    const conversation = directConversation(recipientId);
    const { customerAt, agentAt } = this.ports.conversations.read(message.account, conversation);
    return Math.max(customerAt ?? 0, agentAt ?? 0) >= createdAt;
  }

  /** Looks at the answers of a lane again: something about them has changed. */
  wake(lane: string): void {
    this.queue.wake(lane);
  }

  /** The answer is out, whatever becomes of these words. */
  private async tellDropped(row: StoredOutbound, dropped: string[]): Promise<void> {
    if (dropped.length === 0) return;
    const { tellAgent, clock, log } = this.ports;
    await tellAgent(droppedNotice(row, dropped, clock.now())).catch((error: unknown) => {
      log.warn('the agent could not be told what was left out', {
        account: row.message.account,
        answer: row.seq,
        reason: reasonOf(error),
      });
    });
  }

  private afterSuccess(row: StoredOutbound, ids: string[], ms: number): void {
    const { account } = row.message;
    this.ports.log.info('answer sent', { account, answer: row.seq, dmEventId: ids.at(-1), ms });
    this.ports.counters.count('outbound', { account, result: 'delivered' });
    this.step(row, 'delivered');
    for (const waiter of this.waitersFor(row.seq)) waiter.settle({ status: 'sent', ids });
  }

  private async afterFailure(row: StoredOutbound, lane: string, error: unknown): Promise<LaneOutcome> {
    if (!(error instanceof BridgeError)) throw error;
    const { account } = row.message;
    const final = error.retryable ? this.tooOld(row, error) : error;
    if (final) {
      await this.fail(row, final);
      return { again: 'now' };
    }
    const forWindow = error.code === 'rate-limited';
    const attempts = row.attempts + 1;
    const dueAt = error.retryAt ?? this.ports.clock.now() + backoff(attempts, this.ports.random());
    const reason = error.agentMessage ?? error.message;
    this.ports.outbox.postpone(row.seq, dueAt, reason, forWindow);
    if (forWindow) this.ahead.wake(lane);
    const level = error.code === 'signed-out-of-x' ? 'error' : 'warn';
    const again = new Date(dueAt).toISOString();
    this.ports.log[level]('answer waits', {
      account,
      answer: row.seq,
      reason: error.message,
      attempts,
      again,
    });
    this.ports.counters.count('outbound', { account, result: 'postponed' });
    this.step(row, 'waiting', reason);
    return this.rest(lane, dueAt, reason);
  }

  /**
   * An answer that X or the host could not take for so long would only surprise the customer. What waits for a
   * rate limit window or for new keys is no fault, and goes on waiting.
   */
  private tooOld({ createdAt }: StoredOutbound, error: BridgeError): BridgeError | undefined {
    const { clock } = this.ports;
    const longestWait = this.ports.longestWait();
    const fault = error.code !== 'rate-limited' && error.code !== 'signed-out-of-x';
    if (!fault || clock.now() - createdAt < longestWait) return undefined;
    const hours = Math.round(longestWait / hour);
    const words = `It could not be sent for ${hours} hours and was given up. Please write to the customer again if it still matters.`;
    return new BridgeError('given-up', `${words} (${error.message})`, { agentMessage: words, cause: error });
  }

  /** The whole lane waits: whoever is asking about one of its answers hears so now. */
  private rest(lane: string, dueAt: number, reason: string): LaneOutcome {
    for (const waiter of [...this.waiters])
      if (waiter.lane === lane) waiter.settle({ status: 'queued', reason, retryAt: dueAt });
    return { again: 'at', dueAt };
  }

  /** An answer that can never go: told in the HTTP answer if somebody waits for it, else in the interaction. */
  private async fail(row: StoredOutbound, error: BridgeError): Promise<void> {
    const { account } = row.message;
    const waiters = this.waitersFor(row.seq);
    if (waiters.length === 0 && concernsAgent(row.message))
      await this.ports.tellAgent(refusedNotice(row, error, this.ports.clock.now()));
    await this.owed.write(row.seq, () => {
      this.ports.outbox.separate(row.seq);
      this.ports.outbox.markFailed(row.seq, error.message);
    });
    this.ports.log.error('answer refused', { account, answer: row.seq, reason: error.message });
    this.ports.counters.count('outbound', { account, result: 'failed' });
    this.step(row, 'failed', error.agentMessage ?? error.message);
    for (const waiter of waiters) waiter.settle({ status: 'failed', error });
  }

  private step(row: StoredOutbound, step: string, detail?: string): void {
    const { account, lane } = row.message;
    const messageId = `out:${row.seq}`;
    const extra = detail === undefined ? {} : { detail };
    this.ports.activity({ direction: 'out', account, messageId, conversation: lane, step, ...extra });
  }

  private sendPorts(account: string): SendPorts {
    const { outbox, contacts, conversations, threads, clock, log } = this.ports;
    const onStep: SendPorts['onStep'] = (row, step, detail) => this.step(row, step, detail);
    return {
      outbox,
      contacts,
      conversations,
      threads,
      clock,
      owed: this.owed,
      uploads: this.uploads,
      log: log.with({ account }),
      onStep,
    };
  }
}

/** Of a greeting or reminder that cannot arrive the log and the panel tell; an agent could do nothing about it. */
function concernsAgent({ automatic }: OutboundMessage): boolean {
  return automatic === undefined || automatic === 'bot';
}
