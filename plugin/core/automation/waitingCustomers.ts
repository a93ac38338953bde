import { randomUUID } from 'node:crypto';
import type { WaitingCustomer } from '../conversations';
import type { Ports } from '../corePorts';
import { customerOf, queueNameOf } from '../conversation';
import type { MessagingAccount } from '../gateways';
import { minuteOf } from '../isoTime';
import type { InboundMessage } from '../messages';
import { firstResponses } from '../reporting';
import { systemNotice } from '../systemNotice';
import { phrase } from '../../texts/text';
import { directReply, queueAutomatic, type RoutingPorts } from './automaticReplies';
import type { ConversationRules } from './conversationRules';
import { isClosedOnHost } from './isClosedOnHost';
import { noticeText } from './noticeText';
import { hasHours, isOpenAt, minutesInWords, openMsBetween } from './workingHours';

const minute = 60_000;
const hour = 60 * minute;

/** A place in the queue is of interest for so long; and whom an agent wrote to in this time is in talk. Milliseconds. */
const maxWait = 24 * hour;

/** After this nobody is reported, or apologised to, any longer. Milliseconds. */
export const maxUnanswered = 7 * 24 * hour;

/** X limits Direct Messages to fifteen in a quarter of an hour, and most of them are the agents'. */
const mostToldIn = { places: 5, ms: 15 * minute };

/** So many of them are looked at in Motion at a time. */
const closedLookedAt = 10;
/** Places are worked out anew so often in a round, because somebody waits no longer. */
const maxPlaceRounds = 10;

export type WaitingPorts = RoutingPorts & Ports<'reporting' | 'wake' | 'accounts'>;

/** What is done for one account at a time. */
interface Round {
  account: MessagingAccount;
  ports: WaitingPorts;
  /** Not once Motion has failed to say whether an interaction is closed: to ask for each would keep the other accounts waiting. */
  asksHost: boolean;
}

/**
 * Tells the customers of an account who wait for an agent their place in the queue, and agents of those who have waited too
 * long, where that is due. What is said, and that it was said, are one commit.
 */
export async function tellWaiting(account: MessagingAccount, ports: WaitingPorts): Promise<void> {
  const round: Round = { account, ports, asksHost: true };
  await endClosed(round);
  for (const each of await ports.conversations.waitingCustomers(account.name))
    if (isUnanswered(each, account.rules, ports.clock.now())) await reportUnanswered(each, round);
  // Where one has ended, the places of those behind have changed.
  for (let times = 0; times < maxPlaceRounds; times += 1) if (!(await tellPlaces(round))) return;
}

/** @returns whether one of those who were to be told waits no longer, so that the rest were not told */
async function tellPlaces(round: Round): Promise<boolean> {
  const { account, ports } = round;
  const { rules } = account;
  const now = ports.clock.now();
  if (!rules.queue.active || (hasHours(rules.workingHours) && !isOpenAt(rules.workingHours, now)))
    return false;
  const waiting = await ports.conversations.waitingCustomers(account.name);
  const inQueue = waiting.filter((each) => standsInQueue(each, now));
  const due = inQueue
    .map((each, index) => ({ each, position: index + 1 }))
    .filter(({ each, position }) => isNoticeDue(each, position, rules, now));
  const mayTell =
    mostToldIn.places - inQueue.filter(({ toldAt }) => now - (toldAt ?? 0) < mostToldIn.ms).length;
  const told = due.slice(0, Math.max(0, mayTell));
  if (told.length === 0) return false;
  const minutes = await minutesToWait(account.name, inQueue, ports);
  for (const { each, position } of told) if (await tellPlace(each, position, minutes, round)) return true;
  return false;
}

/** Agents close interactions without a word: looked for among those who were told, or told of, and are not due soon. */
async function endClosed(round: Round): Promise<void> {
  const { account, ports } = round;
  const waiting = await ports.conversations.waitingCustomers(account.name);
  const told = waiting.filter(({ isReported, toldAt }) => isReported || toldAt !== undefined);
  for (const each of inTurn(told, ports.clock.now())) await endIfClosed(each, round);
}

/** Some of them, others each minute. */
function inTurn(all: WaitingCustomer[], now: number): WaitingCustomer[] {
  const rounds = Math.ceil(all.length / closedLookedAt);
  const first = rounds === 0 ? 0 : (Math.floor(now / minute) % rounds) * closedLookedAt;
  return all.slice(first, first + closedLookedAt);
}

/** Whoever is in talk with an agent does not stand in a queue, nor whoever wrote in public. */
function standsInQueue({ conversation, since, agentAt }: WaitingCustomer, now: number): boolean {
  const isInTalk = agentAt !== undefined && since - agentAt < maxWait;
  return customerOf(conversation) !== undefined && now - since <= maxWait && !isInTalk;
}

function isUnanswered(
  { since, isReported }: WaitingCustomer,
  rules: ConversationRules,
  now: number,
): boolean {
  const { minutes } = rules.unanswered;
  const wait = now - since;
  if (minutes === 0 || isReported || wait < minutes * minute || wait > maxUnanswered) return false;
  const { workingHours } = rules;
  return !hasHours(workingHours) || openMsBetween(workingHours, since, now) >= minutes * minute;
}

function isNoticeDue(
  { since, toldAt, toldPosition }: WaitingCustomer,
  position: number,
  { queue }: ConversationRules,
  now: number,
): boolean {
  if (toldAt === undefined) return now - since >= queue.reminderAfterMinutes * minute;
  // What could not go out is said again when X takes more.
  if (toldPosition === undefined) return now - toldAt >= mostToldIn.ms;
  const { progressEveryMinutes: every } = queue;
  return every > 0 && now - toldAt >= every * minute && position !== toldPosition;
}

/** @returns whether the customer waits no longer */
async function tellPlace(
  waiting: WaitingCustomer,
  position: number,
  minutes: number,
  round: Round,
): Promise<boolean> {
  const { account, ports } = round;
  const { contacts, clock, transaction, log } = ports;
  const { conversation, userId } = waiting;
  if (await endIfClosed(waiting, round)) return true;
  const user = (await contacts.byId(account.name, userId)) ?? { id: userId };
  const values = {
    position: String(position),
    waitTime: minutesInWords(minutes, account.rules.workingHours),
  };
  const text = noticeText(account.rules.queue.notice, user, account, values);
  const words = await directReply('queue', text, user, account, contacts);
  const now = clock.now();
  const announce = await transaction(async (tables) => {
    if (!isCurrent(account, ports)) return undefined;
    // While what was said before has not gone out, more would only pile up.
    const isHeldUp = (await tables.outbox.nextIn(queueNameOf(account.name, words.queueKey))) !== undefined;
    // An agent may have written meanwhile.
    if (isHeldUp || !(await tables.conversations.noteToldPlace(account.name, waiting, now, position)))
      return undefined;
    return queueAutomatic([words], now, tables, ports);
  });
  if (!announce) return false;
  announce();
  log.info('the customer was told their place in the queue', {
    account: account.name,
    conversation,
    position,
  });
  return false;
}

/** How long a first answer took in the last hour (median), or, where there was none, how long the first has waited. */
async function minutesToWait(
  account: string,
  inQueue: WaitingCustomer[],
  { reporting, clock }: WaitingPorts,
): Promise<number> {
  const now = clock.now();
  const times = firstResponses(await reporting.moments(account, now - 2 * hour, now), new Map())
    .filter(({ since, took }) => since + took >= now - hour)
    .map(({ took }) => took)
    .sort((one, other) => one - other);
  const time = times[Math.floor((times.length - 1) / 2)] ?? now - (inQueue[0]?.since ?? now);
  return Math.max(1, Math.round(time / minute));
}

async function reportUnanswered(waiting: WaitingCustomer, round: Round): Promise<void> {
  const { account, ports } = round;
  const { conversation, userId } = waiting;
  const { contacts, clock, transaction, log, wake } = ports;
  if (await endIfClosed(waiting, round)) return;
  const { minutes, customerNotice } = account.rules.unanswered;
  const isTold = customerNotice !== '' && customerOf(conversation) !== undefined;
  const user = (await contacts.byId(account.name, userId)) ?? { id: userId };
  const now = clock.now();
  const text = isTold ? noticeText(customerNotice, user, account) : '';
  const words = isTold ? [await directReply('unanswered', text, user, account, contacts)] : [];
  const announce = await transaction(async (tables) => {
    if (!isCurrent(account, ports)) return undefined;
    // An agent may have written meanwhile.
    if (!(await tables.conversations.noteUnanswered(account.name, waiting))) return undefined;
    await tables.inbox.keep([noticeOf(waiting, minutes, account, now)]);
    return queueAutomatic(words, now, tables, ports);
  });
  if (!announce) return;
  announce();
  wake(queueNameOf(account.name, conversation));
  log.warn('no agent has replied', { account: account.name, conversation, minutes });
}

function noticeOf(
  { conversation, userId, thread, since }: WaitingCustomer,
  minutes: number,
  { name }: MessagingAccount,
  now: number,
): InboundMessage {
  return {
    account: name,
    // It is kept in the commit that says so, and names nobody.
    messageId: `notice:unanswered:${randomUUID()}`,
    conversation,
    sender: { id: userId },
    text: systemNotice(phrase('unanswered.notice', { minutes: String(minutes), since: minuteOf(since) })),
    media: [],
    sentAt: now,
    ...(thread === undefined ? {} : { thread }),
    notice: {},
  };
}

/** Whether the account is still the one that runs: it may have been switched off, or changed, while Motion was asked. */
function isCurrent(account: MessagingAccount, { accounts }: WaitingPorts): boolean {
  return account.active && accounts.get(account.name) === account;
}

/** Ends the wait in an interaction that an agent has closed in Motion. @returns whether it was closed */
async function endIfClosed(waiting: WaitingCustomer, round: Round): Promise<boolean> {
  const { account, ports } = round;
  if (!round.asksHost) return false;
  const isClosed = await isClosedOnHost(waiting, account, ports);
  if (isClosed === undefined) round.asksHost = false;
  if (isClosed !== true) return false;
  const { conversation, since, userId } = waiting;
  await ports.conversations.noteAnswered(account.name, conversation, since, userId);
  return true;
}
