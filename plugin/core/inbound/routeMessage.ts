import {
  isPrivate,
  isPublic,
  keepAutomatic,
  knownSender,
  wordsInReplyTo,
  type AutomaticPorts,
} from '../automation/automaticReplies';
import type { Clock } from '../clock';
import type { ConversationState, Conversations } from '../conversations';
import { whyFiltered } from '../automation/filters';
import type { OutboundMessage, StoredInbound } from '../messages';
import { noticeText } from '../automation/noticeText';
import type { Inbox, Log, MessageStore } from '../ports';
import type { MessagingAccount } from '../gateways';
import { closedPeriodAt } from '../automation/workingHours';

export interface RoutingPorts extends AutomaticPorts {
  inbox: Inbox;
  conversations: Conversations;
  transaction: MessageStore['transaction'];
  clock: Clock;
  log: Log;
}

/** Who takes a message up. */
export type Receiver = 'agents' | 'bot' | 'nobody';

const day = 24 * 60 * 60_000;
const minute = 60_000;

/**
 * Decides who takes a message up, and greets the customer or tells them that nobody is there, where that is
 * switched on. What is said and that it was said are one commit, so that it is said once.
 * @param row opened, where it was encrypted
 * @throws BridgeError `store-unavailable`
 */
export function receive(row: StoredInbound, account: MessagingAccount, ports: RoutingPorts): Receiver {
  const { message } = row;
  if (row.receivedBy === 'agents' || message.notice || row.withheld) return 'agents';
  // It was told of already, perhaps long ago: nobody is greeted for it.
  if (message.reopens !== undefined) return 'agents';
  if (row.filtered === undefined && isFiltered(row, account, ports)) return 'nobody';
  if (!account.active) return 'agents';
  const state = ports.conversations.read(account.name, message.conversation);
  if (isPrivate(message) && botHas(state, account, ports.clock.now())) return 'bot';
  const { words, state: next } = autoReplies([
    greetingDue(row, state, account, ports),
    closedNoticeDue(row, state, account, ports),
  ]);
  if (words.length === 0 && !remembers(row, account)) return 'agents';
  const announce = ports.transaction(() => {
    if (!ports.inbox.markReceived(row.seq, 'agents')) return () => {};
    ports.conversations.save(account.name, message.conversation, {
      ...next,
      receivedAt: ports.clock.now(),
    });
    return keepAutomatic(words, ports.clock.now(), ports);
  });
  announce();
  return 'agents';
}

/** Something to say to the customer, and what is remembered of it. */
export interface AutoReply {
  words: OutboundMessage;
  state: Partial<ConversationState>;
}

/** Several of them as one. */
export function autoReplies(due: (AutoReply | undefined)[]): {
  words: OutboundMessage[];
  state: Partial<ConversationState>;
} {
  const all = due.filter((each) => each !== undefined);
  return {
    words: all.map(({ words }) => words),
    state: Object.assign({}, ...all.map(({ state }) => state)) as Partial<ConversationState>,
  };
}

/** Whether it matters later when this customer wrote. */
function remembers({ message }: StoredInbound, { rules }: MessagingAccount): boolean {
  return isPrivate(message) && (rules.greeting.active || rules.bot.active);
}

function isFiltered(
  { seq, message }: StoredInbound,
  account: MessagingAccount,
  ports: RoutingPorts,
): boolean {
  const { name, rules } = account;
  const profileOf = () => knownSender(message.sender, name, ports.contacts).profile ?? {};
  const verdict = whyFiltered(message, profileOf, rules.filters, ports.clock.now());
  if (!verdict) return false;
  const { filter, reason } = verdict;
  ports.inbox.markFiltered(seq, reason);
  const { messageId, conversation, sender } = message;
  ports.log.info('message filtered: it stays in the panel', { messageId, userId: sender.id, reason });
  ports.counters.count('filtered', { account: name, filter });
  ports.activity({
    direction: 'in',
    account: name,
    messageId,
    conversation,
    step: 'filtered',
    detail: reason,
  });
  return true;
}

/** Whether the bot, and not the agents, has a conversation; it has it again after a time of silence. */
export function botHas(state: ConversationState, { rules: { bot } }: MessagingAccount, now: number): boolean {
  return bot.active && (state.withAgents === undefined || isQuiet(state, bot.idleMinutes, now));
}

/** Whether neither side has said anything for so long. */
export function isQuiet({ receivedAt, agentAt }: ConversationState, minutes: number, now: number): boolean {
  return now - Math.max(receivedAt ?? 0, agentAt ?? 0) >= minutes * minute;
}

/** Greets whoever has not been in touch for as long as the settings say, or never. */
export function greetingDue(
  { message }: StoredInbound,
  { receivedAt, greetedAt }: ConversationState,
  account: MessagingAccount,
  { contacts, clock }: RoutingPorts,
): AutoReply | undefined {
  const { active, text, everyDays } = account.rules.greeting;
  if (!active || !isPrivate(message)) return undefined;
  const { sender } = message;
  // Who was handed over before anything was remembered of conversations is no new customer either.
  const isKnown = receivedAt === undefined && contacts.mapValueOf(account.name, sender.id) !== undefined;
  const last = Math.max(receivedAt ?? 0, greetedAt ?? 0);
  const now = clock.now();
  if (isKnown || now - last < everyDays * day) return undefined;
  const words = noticeText(text, knownSender(sender, account.name, contacts), account);
  return {
    words: wordsInReplyTo('greeting', words, message, account, contacts),
    state: { greetedAt: now },
  };
}

/** Tells a customer that nobody is there, once for each closed period. */
export function closedNoticeDue(
  { message }: StoredInbound,
  { toldClosed }: ConversationState,
  account: MessagingAccount,
  { contacts, clock }: RoutingPorts,
): AutoReply | undefined {
  const { workingHours } = account.rules;
  const isMeant = isPrivate(message) || (isPublic(message) && workingHours.mentions);
  if (!workingHours.active || !isMeant) return undefined;
  const period = closedPeriodAt(workingHours, clock.now());
  if (period === undefined || period === toldClosed) return undefined;
  const words = noticeText(workingHours.notice, knownSender(message.sender, account.name, contacts), account);
  return {
    words: wordsInReplyTo('hours', words, message, account, contacts),
    state: { toldClosed: period },
  };
}
