import { queueAutomatic, directReply, type RoutingPorts } from './automaticReplies';
import { customerOf } from '../conversation';
import type { AwaitedAnswer } from '../conversations';
import type { AutomaticKind } from '../messages';
import { isClosedOnHost } from './isClosedOnHost';
import { noticeText } from './noticeText';
import type { MessagingAccount } from '../gateways';

const minute = 60_000;

/** After an outage nobody wants to be reminded of yesterday's talk. Milliseconds. */
const maxDelay = 24 * 60 * minute;

/**
 * Reminds the customers of an account who owe an answer, and takes leave of those who do not give it, where that is
 * due. What is said, and that it was said, are one commit.
 */
export async function followUp(account: MessagingAccount, ports: RoutingPorts): Promise<void> {
  const { reminderMinutes, closingMinutes, reminder, closing } = account.rules.followUp;
  const now = ports.clock.now();
  const isDue = ({ since, reminded }: AwaitedAnswer) => {
    const wait = !reminded && reminder !== '' ? reminderMinutes : closingMinutes;
    return { due: now - since >= wait * minute, late: now - since >= wait * minute + maxDelay };
  };
  const shortest = Math.min(reminderMinutes, closingMinutes) * minute;
  for (const awaited of await ports.conversations.awaiting(account.name, now - shortest)) {
    const { due, late } = isDue(awaited);
    const isLast = awaited.reminded || reminder === '';
    if (late || (isLast && closing === ''))
      await ports.conversations.endWaiting(account.name, awaited.conversation);
    else if (due && (await isClosed(awaited, account, ports)))
      await ports.conversations.endWaiting(account.name, awaited.conversation);
    else if (due) await speak(awaited, isLast ? 'closing' : 'reminder', account, ports);
  }
}

async function speak(
  { conversation, since }: AwaitedAnswer,
  kind: AutomaticKind & ('reminder' | 'closing'),
  account: MessagingAccount,
  ports: RoutingPorts,
): Promise<void> {
  const { contacts, clock, transaction, log } = ports;
  const id = customerOf(conversation);
  if (id === undefined) return;
  const user = (await contacts.byId(account.name, id)) ?? { id };
  const text = noticeText(account.rules.followUp[kind], user, account);
  const words = await directReply(kind, text, user, account, contacts);
  const now = clock.now();
  const announce = await transaction(async (tables) => {
    // They may have written while the host was asked.
    const { customerAt, agentAt } = await tables.conversations.read(account.name, conversation);
    if ((customerAt ?? 0) > since || (agentAt ?? 0) > since) return undefined;
    const isAwaited =
      kind === 'reminder'
        ? await tables.conversations.noteReminded(account.name, conversation, now)
        : await tables.conversations.endWaiting(account.name, conversation);
    // They may have been forgotten meanwhile.
    if (!isAwaited) return undefined;
    return queueAutomatic([words], now, tables, ports);
  });
  if (!announce) return;
  announce();
  log.info('the customer has not replied', { account: account.name, conversation, said: kind });
}

/** Who was told "goodbye" by an agent is not asked whether they are still there. */
async function isClosed(
  { conversation }: AwaitedAnswer,
  account: MessagingAccount,
  ports: RoutingPorts,
): Promise<boolean> {
  const userId = customerOf(conversation);
  return (
    userId !== undefined && (await isClosedOnHost({ userId, thread: undefined }, account, ports)) === true
  );
}
