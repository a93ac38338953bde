import type { Ports } from '../corePorts';
import { queueAutomatic, knownSender, directReply, type RoutingPorts } from './automaticReplies';
import { backoff } from '../backoff';
import type { BotAnswer } from './bot';
import type { ConversationState } from '../conversations';
import { splitQueueName } from '../conversation';
import { BridgeError, reasonOf } from '../errors';
import { KeyedQueue, type QueueOutcome } from '../keyedQueue';
import type { StoredInbound } from '../messages';
import { autoReplies, closedNoticeDue, greetingDue, isQuiet } from './automaticNotices';
import type { MessagingAccount } from '../gateways';
import { isQueueOf, workIfOurs } from '../handledQueues';
import { wordIn } from './wholeWords';
import { say, spokenLanguage, type Text } from '../../texts/text';

export type BotDispatcherPorts = RoutingPorts &
  Ports<'random' | 'accounts' | 'cluster'> & {
    /** Says that the queue's message has its answer, or goes to the agents. */
    done: (queueName: string) => void;
  };

/** How many bots are asked at a time; a slow one must not hold up what goes to the agents. */
const concurrency = 16;

interface Talk {
  row: StoredInbound;
  account: MessagingAccount;
}

/** What came of asking: an answer, a reason to hand over, or both. */
interface Outcome {
  answer?: BotAnswer;
  handOver?: Text;
}

/** Has the bot answer customers, beside the way to the agents: each conversation in order. */
export class BotDispatcher {
  private readonly talks = new Map<string, Talk>();
  private readonly queue: KeyedQueue;

  constructor(private readonly ports: BotDispatcherPorts) {
    this.queue = new KeyedQueue({
      clock: ports.clock,
      concurrency,
      work: (queueName) => {
        const { account } = splitQueueName(queueName);
        // Whoever handles it now asks the bot itself.
        if (!ports.cluster.handles(account)) this.talks.delete(queueName);
        return workIfOurs(queueName, ports, () => this.work(queueName));
      },
      onDefect: (queueName, error) =>
        ports.log.error('the bot failed unexpectedly, trying again', { queueName, reason: reasonOf(error) }),
    });
  }

  /** Takes the head of a queue over; `done` is called when it has been dealt with. */
  take(queueName: string, row: StoredInbound, account: MessagingAccount): void {
    if (this.talks.has(queueName)) return;
    this.talks.set(queueName, { row, account });
    this.queue.wake(queueName);
  }

  /** Resolves when no bot of an account is being asked. */
  whenIdle(account: string): Promise<void> {
    return this.queue.whenIdle((queueName) => isQueueOf(queueName, account));
  }

  stop(): Promise<void> {
    return this.queue.stop();
  }

  private async work(queueName: string): Promise<QueueOutcome | undefined> {
    const talk = this.talks.get(queueName);
    if (!talk) return undefined;
    try {
      await this.talk(talk);
    } catch (error) {
      // Nothing was written down, so that the bot is asked again.
      if (!(error instanceof BridgeError)) throw error;
      this.ports.log.warn("the bot's reply could not be stored, it is asked again", {
        account: talk.account.name,
        messageId: talk.row.message.messageId,
        reason: error.message,
      });
      return { again: 'at', dueAt: this.ports.clock.now() + backoff(1, this.ports.random()) };
    }
    this.talks.delete(queueName);
    this.ports.done(queueName);
    return undefined;
  }

  private async talk({ row, account }: Talk): Promise<void> {
    const { conversations, clock } = this.ports;
    const { conversation } = row.message;
    const before = await conversations.read(account.name, conversation);
    // After a time of silence the bot begins again, whoever had the conversation last.
    const isNew = isQuiet(before, account.rules.bot.idleMinutes, clock.now());
    const state = isNew ? { ...before, botTurns: 0, withAgents: undefined } : before;
    const outcome = await this.ask(row, state, account);
    await this.settle({ row, account, state, isNew }, outcome);
  }

  private async ask(
    row: StoredInbound,
    state: ConversationState,
    account: MessagingAccount,
  ): Promise<Outcome> {
    const { keywords, maxTurns } = account.rules.bot;
    const { messageId, conversation, sender, text, media } = row.message;
    const word = wordIn(text, keywords);
    if (word !== undefined) return { handOver: say('bot.keyword', { word }) };
    if (media.length > 0) return { handOver: say('bot.file') };
    if (state.botTurns >= maxTurns) return { handOver: say('bot.maxTurns', { max: maxTurns }) };
    const { id, username, name } = await knownSender(sender, account.name, this.ports.contacts);
    const user = {
      id,
      ...(username === undefined ? {} : { username }),
      ...(name === undefined ? {} : { name }),
    };
    try {
      const answer = await account.bot.ask({ account: account.name, conversation, user, text }, messageId);
      return { answer, ...(answer.handOver ? { handOver: say('bot.asked') } : {}) };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.ports.log.warn('the bot gave no reply; the conversation goes to the agents', {
        account: account.name,
        messageId,
        reason: error.message,
      });
      this.ports.counters.count('bot', { account: account.name, result: 'failed' });
      return { handOver: say('bot.failed') };
    }
  }

  /** All that follows from one message is one commit. */
  private async settle(
    { row, account, state, isNew }: Talk & { state: ConversationState; isNew: boolean },
    { answer, handOver }: Outcome,
  ): Promise<void> {
    const { contacts, clock, transaction } = this.ports;
    const { message, seq } = row;
    const now = clock.now();
    const greeting = await greetingDue(row, state, account, this.ports);
    const closed =
      handOver === undefined ? undefined : await closedNoticeDue(row, state, account, this.ports);
    const user = await knownSender(message.sender, account.name, contacts);
    const said = await Promise.all(
      (answer?.messages ?? []).map((text) => directReply('bot', text, user, account, contacts)),
    );
    const { words, state: next } = autoReplies([greeting, closed]);
    const announce = await transaction(async ({ inbox, conversations, ...others }) => {
      // Set aside, or forgotten, while the bot was asked: then nothing is said.
      if (!(await inbox.markReceived(seq, handOver === undefined ? 'bot' : 'agents'))) return () => {};
      // The bot has the conversation again.
      if (handOver === undefined) await conversations.noteAnswered(account.name, message.conversation, now);
      if (isNew) await conversations.dropTurns(account.name, message.conversation);
      await conversations.save(account.name, message.conversation, {
        ...next,
        receivedAt: now,
        withAgents: handOver?.in(spokenLanguage()),
        botTurns: state.botTurns + (said.length > 0 ? 1 : 0),
      });
      if (answer && said.length > 0)
        await conversations.addTurn(
          account.name,
          message.conversation,
          { inboxSeq: seq, answers: answer.messages },
          now,
        );
      const inOrder = [...words.filter(isGreeting), ...said, ...words.filter((each) => !isGreeting(each))];
      return queueAutomatic(inOrder, now, { inbox, conversations, ...others }, this.ports);
    });
    announce();
    this.report(row, account, handOver);
  }

  private report({ message }: StoredInbound, { name }: MessagingAccount, handOver: Text | undefined): void {
    const { messageId, conversation } = message;
    const [step, result, detail = ''] =
      handOver === undefined
        ? ['answered by the bot', 'answered']
        : ['handed over', 'handed_over', handOver.in(spokenLanguage())];
    this.ports.log.info(`message ${step}`, {
      account: name,
      messageId,
      ...(handOver ? { reason: String(handOver) } : {}),
    });
    this.ports.counters.count('bot', { account: name, result });
    this.ports.activity({ direction: 'in', account: name, messageId, conversation, step, detail });
  }
}

const isGreeting = ({ automatic }: { automatic?: string }) => automatic === 'greeting';
