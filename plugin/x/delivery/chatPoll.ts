import { BridgeError, reasonOf } from '../../core/errors';
import { emptyBatch, type EventBatch } from '../../core/inbound/events';
import { readEach } from '../parse/batch';
import { fetchConversations, fetchEvents, type ConversationNews } from '../chat/chatApi';
import { readChat } from '../parse/readChat';
import { Cursors } from './cursors';
import { DowntimeTracker } from './downtimeTracker';
import type { ReceiverPorts } from './receiver';
import { each } from './schedules';
import { PageTokens } from '../api/pageTokens';
import { BoundedMap } from '../../core/boundedMap';
import { say, spokenLanguage, type Text } from '../../texts/text';

/** X's time of a conversation, those of its events and ours may differ by a little. Milliseconds. */
const slack = 2 * 60_000;

/**
 * Reads encrypted conversations with news, and their events: what pushes have missed, and everything where X pushes
 * nothing. What came another way already is known by its bytes. Trouble shows in the log and in `/health`.
 */
export class ChatPoll {
  private readonly cursors: Cursors;
  /** Where reading begins while nothing was read yet, in ms since 1970. */
  private readonly begin: number;
  private readonly ending = new AbortController();
  private reading: Promise<void> | undefined;
  /** When each conversation was read last, in ms since 1970. */
  private readonly readAt = new BoundedMap<string, number>(10_000);
  private refused = false;
  /** What is wrong, so that it is told once. */
  private trouble: string | undefined;
  private end = () => {};

  /** @param rhythm by the minute where nothing is pushed */
  constructor(
    private readonly rhythm: 'minute' | 'quarter',
    private readonly ports: ReceiverPorts,
  ) {
    const { account, facts, clock } = ports;
    this.cursors = new Cursors(account.name, facts);
    const downtime = new DowntimeTracker(account.name, facts);
    this.begin = downtime.safelyBefore(downtime.aliveAt() ?? clock.now());
  }

  start(): void {
    this.end = each(this.rhythm, () => this.poll(), this.ports);
    void this.poll();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.end();
    await this.reading;
  }

  /** Runs once at a time. */
  poll(): Promise<void> {
    this.reading ??= this.readNew().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readNew(): Promise<void> {
    const { account, log } = this.ports;
    if (this.refused) return;
    try {
      if (!(await account.signedIn())) return;
      const since = Number(this.cursors.read('chat') ?? this.begin);
      for (const news of await this.conversationsSince(since)) {
        if (this.ending.signal.aborted) return;
        const at = this.ports.clock.now();
        await this.take(news, since);
        this.readAt.set(news.id, at);
        if (news.updatedAt !== undefined) this.cursors.advance('chat', String(news.updatedAt));
      }
      this.note(undefined);
    } catch (error) {
      const reason = reasonOf(error);
      if (error instanceof BridgeError && error.code === 'rate-limited') {
        log.debug('reading encrypted conversations is rate-limited by X', { reason });
        return;
      }
      this.refused = isRefusal(error);
      this.note(
        this.refused
          ? say('delivery.chatNotReadable', { reason })
          : say('delivery.chatUnreadableNow', { reason }),
      );
    }
  }

  private note(trouble: Text | undefined): void {
    const { account, log } = this.ports;
    const words = trouble?.in(spokenLanguage());
    if (words !== undefined && words !== this.trouble)
      log.warn('encrypted conversations cannot be read back', { reason: String(trouble) });
    this.trouble = words;
    account.noteChatReading(words);
  }

  /**
   * Those with news, the oldest news first, so that a reading that is broken off can go on from there; after them
   * those that were read so soon after their last news that more may have come in the same moment.
   */
  private async conversationsSince(since: number): Promise<ConversationNews[]> {
    const found: ConversationNews[] = [];
    const tokens = new PageTokens();
    let next: string | undefined;
    let hasRequests = false;
    do {
      const page = await fetchConversations(this.ports.client, next);
      hasRequests ||= page.hasRequests;
      const isOld = ({ updatedAt }: ConversationNews) => updatedAt !== undefined && updatedAt < since - slack;
      found.push(...page.conversations.filter((each) => !isOld(each)));
      // Those with the latest news come first; of one without a time nobody knows where it stands.
      const isEnough = page.conversations.length === 0 || page.conversations.some(isOld);
      next = isEnough ? undefined : tokens.next(page.next);
    } while (next !== undefined);
    // Where X pushes, it pushes these as well.
    if (this.rhythm === 'minute') this.ports.account.noteMessageRequests(hasRequests);
    const lead = ({ id, updatedAt }: ConversationNews) =>
      (this.readAt.get(id) ?? -Infinity) - (updatedAt ?? Infinity);
    const isKnown = (news: ConversationNews) => lead(news) > 0;
    return found
      .filter((news) => lead(news) < slack)
      .sort(
        (one, other) =>
          Number(isKnown(one)) - Number(isKnown(other)) || (one.updatedAt ?? 0) - (other.updatedAt ?? 0),
      );
  }

  private async take({ id }: ConversationNews, since: number): Promise<void> {
    const { accept, log } = this.ports;
    try {
      await accept(await this.eventsSince(id, since - slack));
    } catch (error) {
      // One conversation X does not show must not keep the others from being read.
      if (!isRefusal(error)) throw error;
      log.warn('X does not show an encrypted conversation', { conversation: id, reason: reasonOf(error) });
    }
  }

  private async eventsSince(id: string, since: number): Promise<EventBatch> {
    const { client, clock } = this.ports;
    const batch = emptyBatch(undefined);
    const keyChanges: string[] = [];
    const tokens = new PageTokens();
    let next: string | undefined;
    do {
      const page = await fetchEvents(client, id, next);
      keyChanges.push(...page.keyChanges);
      let isOlder = page.events.length === 0;
      readEach(batch, 'chat', page.events, (event) => {
        const message = readChat(event, clock.now());
        if (message.at < since) isOlder = true;
        else batch.encrypted.push(message);
      });
      next = isOlder ? undefined : tokens.next(page.next);
    } while (next !== undefined);
    batch.encrypted.reverse();
    batch.encrypted[0]?.closed.keyChanges.unshift(...keyChanges);
    return batch;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof BridgeError && error.code === 'refused-by-x';
}
