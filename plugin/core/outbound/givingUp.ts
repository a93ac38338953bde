import type { Ports } from '../corePorts';
import { directConversation } from '../conversation';
import { BridgeError } from '../errors';
import { mayBeOnX } from './mayBeOnX';
import { isForWaiting, isReminder } from './mergeReplies';
import type { StoredOutbound } from '../messages';
import { say } from '../../texts/text';

/** When a reply is no longer tried. */

const hourMs = 60 * 60_000;

/** A place in the queue is true for so long. Milliseconds. */
const placeLastsMs = 2 * 60_000;

/** Whether a reply has waited for so long that it would only surprise the customer. */
export function isTooOld(
  { createdAt, retriedAt }: StoredOutbound,
  { clock, maxWait }: Ports<'clock' | 'outbox' | 'maxWait'>,
): boolean {
  return clock.now() - (retriedAt ?? createdAt) >= maxWait();
}

/**
 * Reminders are dropped once the customer or an agent has written, notices to waiting customers once an agent has. A place in the queue
 * is also dropped when it is no longer fresh.
 * @returns why it is not to be sent; undefined where it still is
 */
export async function outdatedBecause(
  { message, recipientId, createdAt, sendingSince, waitedForWindow }: StoredOutbound,
  { conversations, clock }: Ports<'conversations' | 'clock'>,
): Promise<string | undefined> {
  const isMeant = isReminder(message) || isForWaiting(message);
  if (!isMeant || sendingSince !== undefined || recipientId === undefined) return undefined;
  // Agents' replies are not to wait behind it, and the place has changed by then.
  if (message.automatic === 'queue' && (waitedForWindow || clock.now() - createdAt > placeLastsMs))
    return 'it could not go out at once';
  const { customerAt, agentAt } = await conversations.read(message.account, directConversation(recipientId));
  if ((agentAt ?? 0) >= createdAt) return 'an agent has written';
  return isReminder(message) && (customerAt ?? 0) >= createdAt ? 'the customer has written' : undefined;
}

/** Drops it. A customer whose place was not told for that reason is told it later. */
export function dropOutdated(
  { seq, recipientId, message: { account, automatic } }: StoredOutbound,
  { transaction }: Ports<'transaction'>,
): Promise<void> {
  return transaction(async ({ outbox, conversations }) => {
    await outbox.drop(seq);
    if (automatic === 'queue' && recipientId !== undefined)
      await conversations.forgetToldPlace(account, directConversation(recipientId));
  });
}

/**
 * Why a reply is tried no longer: it can never go, or it is too old. What waits for a rate limit window or for new keys
 * goes on waiting, however old it is.
 * @returns undefined when it is tried again
 */
export async function finalFault(
  row: StoredOutbound,
  error: BridgeError,
  ports: Ports<'clock' | 'outbox' | 'maxWait'>,
): Promise<BridgeError | undefined> {
  if (!error.retryable && error.code !== 'given-up') return error;
  if (error.code === 'rate-limited' || error.code === 'signed-out-of-x') return undefined;
  if (!isTooOld(row, ports)) return undefined;
  const now = (await ports.outbox.get(row.seq)) ?? row;
  // The next try only looks whether X has it.
  if (now.sendingSince !== undefined && row.sendingSince === undefined) return undefined;
  const hours = Math.round(ports.maxWait() / hourMs);
  return givenUp(hours, error, mayBeOnX(now) && error.code !== 'given-up');
}

/** @param outcomeUnknown X could not be asked whether it has the message */
function givenUp(hours: number, cause: BridgeError, outcomeUnknown: boolean): BridgeError {
  const words = outcomeUnknown ? say('reply.outcomeUnknownFor', { hours }) : say('reply.givenUp', { hours });
  return new BridgeError('given-up', `${String(words)} (${cause.message})`, {
    agentMessage: words,
    outcomeUnknown,
    cause,
  });
}

/** What went wrong with a reply of which an earlier try may have reached the customer, said so that nobody writes it twice. */
export function mayHaveArrived(cause: BridgeError): BridgeError {
  if (cause.outcomeUnknown) return cause;
  return new BridgeError(cause.code, `${cause.message} (an earlier attempt may have reached the customer)`, {
    agentMessage: say('reply.mayHaveArrived', { text: cause.text }),
    outcomeUnknown: true,
    cause,
  });
}
