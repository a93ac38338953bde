import type { WaitingCustomer } from '../conversations';
import type { Ports } from '../corePorts';
import { customerOf } from '../conversation';
import { BridgeError, reasonOf } from '../errors';
import type { MessagingAccount } from '../gateways';
import { minuteOf } from '../isoTime';
import { firstResponses } from '../reporting';
import { keepNotice, systemNotice } from '../systemNotice';
import { phrase } from '../../texts/text';
import { directReply, queueAutomatic, type RoutingPorts } from './automaticReplies';
import type { ConversationRules } from './conversationRules';
import { noticeText } from './noticeText';
import { hasHours, isOpenAt, openMsBetween } from './workingHours';

const minute = 60_000;
const hour = 60 * minute;

/** After an outage nobody wants to hear of a place in yesterday's queue. Milliseconds. */
const maxWait = 24 * hour;

export type WaitingPorts = RoutingPorts & Ports<'reporting' | 'wake' | 'tellAgent'>;

/**
 * Tells the customers of an account who wait for an agent their place in the queue, and agents of those who have waited too
 * long, where that is due. What is said, and that it was said, are one commit.
 */
export async function tellWaiting(account: MessagingAccount, ports: WaitingPorts): Promise<void> {
  const waiting = await ports.conversations.waitingCustomers(account.name);
  const { rules } = account;
  const now = ports.clock.now();
  if (rules.unanswered.minutes > 0)
    for (const each of waiting)
      if (isUnanswered(each, rules, now)) await reportUnanswered(each, account, ports);
  if (!rules.queue.active || (hasHours(rules.workingHours) && !isOpenAt(rules.workingHours, now))) return;
  const inPrivate = waiting.filter(({ conversation }) => customerOf(conversation) !== undefined);
  for (const [index, each] of inPrivate.entries())
    if (isNoticeDue(each, index + 1, rules, now)) await tellPlace(each, index + 1, account, ports);
}

function isUnanswered(
  { since, isReported }: WaitingCustomer,
  rules: ConversationRules,
  now: number,
): boolean {
  const { minutes } = rules.unanswered;
  if (isReported || now - since < minutes * minute) return false;
  const { workingHours } = rules;
  return !hasHours(workingHours) || openMsBetween(workingHours, since, now) >= minutes * minute;
}

function isNoticeDue(
  { since, toldAt, toldPosition, agentAt }: WaitingCustomer,
  position: number,
  { queue }: ConversationRules,
  now: number,
): boolean {
  // Whoever is in talk with an agent does not stand in a queue.
  if (now - since > maxWait || (agentAt !== undefined && since - agentAt < maxWait)) return false;
  if (toldAt === undefined) return now - since >= queue.reminderAfterMinutes * minute;
  const { progressEveryMinutes: every } = queue;
  return every > 0 && now - toldAt >= every * minute && position !== toldPosition;
}

async function tellPlace(
  waiting: WaitingCustomer,
  position: number,
  account: MessagingAccount,
  ports: WaitingPorts,
): Promise<void> {
  const { contacts, clock, transaction, log } = ports;
  const { conversation, since, userId } = waiting;
  if (await hasEnded(waiting, account, ports)) return;
  const user = (await contacts.byId(account.name, userId)) ?? { id: userId };
  const waitTime = phrase('queue.minutes', { count: await minutesToWait(account.name, ports) });
  const values = { position: String(position), waitTime };
  const text = noticeText(account.rules.queue.notice, user, account, values);
  const words = await directReply('queue', text, user, account, contacts);
  const now = clock.now();
  const announce = await transaction(async (tables) => {
    // An agent may have written meanwhile.
    const isWaiting = await tables.conversations.noteToldPlace(
      account.name,
      conversation,
      since,
      now,
      position,
    );
    return isWaiting ? queueAutomatic([words], now, tables, ports) : undefined;
  });
  if (!announce) return;
  announce();
  log.info('the customer was told their place in the queue', {
    account: account.name,
    conversation,
    position,
  });
}

/** How long a first answer took in the last hour (median), or, where there was none, how long the first has waited. */
async function minutesToWait(
  account: string,
  { reporting, conversations, clock }: WaitingPorts,
): Promise<number> {
  const now = clock.now();
  const times = firstResponses(await reporting.moments(account, now - 2 * hour, now), new Map())
    .filter(({ since, took }) => since + took >= now - hour)
    .map(({ took }) => took)
    .sort((one, other) => one - other);
  const [first] = await conversations.waitingCustomers(account);
  const time = times[Math.floor((times.length - 1) / 2)] ?? (first ? now - first.since : 0);
  return Math.max(1, Math.round(time / minute));
}

async function reportUnanswered(
  waiting: WaitingCustomer,
  account: MessagingAccount,
  ports: WaitingPorts,
): Promise<void> {
  const { conversation, since, userId, thread } = waiting;
  const { contacts, clock, transaction, log } = ports;
  if (await hasEnded(waiting, account, ports)) return;
  const { minutes, customerNotice } = account.rules.unanswered;
  const isPrivate = customerOf(conversation) !== undefined;
  const user = (await contacts.byId(account.name, userId)) ?? { id: userId };
  const now = clock.now();
  // Its id is the same when it is tried again.
  await keepNotice(
    {
      account: account.name,
      messageId: `notice:unanswered:${conversation}:${since}`,
      conversation,
      sender: { id: userId },
      text: systemNotice(phrase('unanswered.notice', { minutes: String(minutes), since: minuteOf(since) })),
      media: [],
      sentAt: now,
      ...(thread === undefined ? {} : { thread }),
      notice: {},
    },
    ports,
  );
  const words =
    customerNotice === '' || !isPrivate
      ? []
      : [await directReply('unanswered', noticeText(customerNotice, user, account), user, account, contacts)];
  const announce = await transaction(async (tables) => {
    const isWaiting = await tables.conversations.noteUnanswered(account.name, conversation, since);
    return isWaiting ? queueAutomatic(words, now, tables, ports) : undefined;
  });
  announce?.();
  log.warn('no agent has replied', { account: account.name, conversation, minutes });
}

/** An interaction that an agent has closed in Motion waits for nobody. */
async function hasEnded(
  { conversation, userId, thread }: WaitingCustomer,
  account: MessagingAccount,
  { contacts, conversations, log }: WaitingPorts,
): Promise<boolean> {
  const interactionId = await contacts.interactionOf(account.name, userId, thread);
  if (interactionId === undefined) return false;
  try {
    if (!(await account.host.isClosed(interactionId))) return false;
    await conversations.noteAnswered(account.name, conversation);
    return true;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    log.warn('XCALLY Motion does not say whether the interaction is closed', {
      account: account.name,
      interactionId,
      reason: reasonOf(error),
    });
    return false;
  }
}
