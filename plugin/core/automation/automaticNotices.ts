import type { Ports } from '../corePorts';
import type { ConversationState } from '../conversations';
import type { MessagingAccount } from '../gateways';
import type { OutboundMessage, StoredInbound } from '../messages';
import { isPrivate, isPublic, knownSender, replyTo } from './automaticReplies';
import { noticeText } from './noticeText';
import { closedPeriodAt } from './workingHours';

const day = 24 * 60 * 60_000;
const minute = 60_000;

/** Something to say to the customer, and what is remembered of it. */
export interface AutoReply {
  words: OutboundMessage;
  state: Partial<ConversationState>;
}

/** Greets whoever has not been in touch for as long as the settings say, or never. */
export async function greetingDue(
  { message }: StoredInbound,
  { receivedAt, greetedAt }: ConversationState,
  account: MessagingAccount,
  { contacts, clock }: Ports<'contacts' | 'clock'>,
): Promise<AutoReply | undefined> {
  const { active, text, everyDays } = account.rules.greeting;
  if (!active || !isPrivate(message)) return undefined;
  const { sender } = message;
  // Who was handed over before anything was remembered of conversations is no new customer either.
  const isKnown =
    receivedAt === undefined && (await contacts.mapValueOf(account.name, sender.id)) !== undefined;
  const last = Math.max(receivedAt ?? 0, greetedAt ?? 0);
  const now = clock.now();
  if (isKnown || now - last < everyDays * day) return undefined;
  const words = noticeText(text, await knownSender(sender, account.name, contacts), account);
  return {
    words: await replyTo('greeting', words, message, account, contacts),
    state: { greetedAt: now },
  };
}

/** Tells a customer that nobody is there, once for each closed period. */
export async function closedNoticeDue(
  { message }: StoredInbound,
  { toldClosed }: ConversationState,
  account: MessagingAccount,
  { contacts, clock }: Ports<'contacts' | 'clock'>,
): Promise<AutoReply | undefined> {
  const { workingHours } = account.rules;
  const isMeant = isPrivate(message) || (isPublic(message) && workingHours.mentions);
  if (!workingHours.active || !isMeant) return undefined;
  const period = closedPeriodAt(workingHours, clock.now());
  if (period === undefined || period === toldClosed) return undefined;
  const words = noticeText(
    workingHours.notice,
    await knownSender(message.sender, account.name, contacts),
    account,
  );
  return {
    words: await replyTo('hours', words, message, account, contacts),
    state: { toldClosed: period },
  };
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

/** Whether the bot, and not the agents, has a conversation; it has it again after a time of silence. */
export function botHas(state: ConversationState, { rules: { bot } }: MessagingAccount, now: number): boolean {
  return bot.active && (state.withAgents === undefined || isQuiet(state, bot.idleMinutes, now));
}

/** Whether neither side has said anything for so long. */
export function isQuiet({ receivedAt, agentAt }: ConversationState, minutes: number, now: number): boolean {
  return now - Math.max(receivedAt ?? 0, agentAt ?? 0) >= minutes * minute;
}
