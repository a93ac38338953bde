import { directConversation, groupConversation, postConversation } from '../conversation';
import type { Ports } from '../corePorts';
import { reasonOf, type BridgeError } from '../errors';
import type { InboundMessage, OutboundMessage, StoredOutbound } from '../messages';
import { minuteOf } from '../isoTime';
import { systemNotice } from '../systemNotice';
import { phrase, say, type Text } from '../../texts/text';

/** Enough of a text to know it by; cut between characters, never inside one. */
function beginningOf(text: string): string {
  const characters = Array.from(text);
  return characters.length > 80 ? `${characters.slice(0, 79).join('')}…` : text;
}

/**
 * Tells the agent that a reply did not arrive, or may not have, and why.
 * @param joined the replies that went out in the same message
 */
export function refusedNotice(
  row: StoredOutbound,
  joined: StoredOutbound[],
  error: BridgeError,
  now: number,
): InboundMessage {
  const replies = joined.reduce((others, each) => alsoQuoted(others, each, error), quoted(row, error));
  const why = error.text;
  const words = error.outcomeUnknown
    ? phrase('reply.maybeNotDelivered', { replies, why })
    : phrase('reply.notDelivered', { replies, why, count: joined.length + 1 });
  // What an admin had tried again is told of again.
  const round = row.retriedAt === undefined ? '' : `:${row.retriedAt}`;
  return notice(row, round, words, now);
}

/** Words that were to be encrypted are not written down once more. */
const isHidden = ({ sealed }: StoredOutbound, { code }: BridgeError) =>
  sealed.length > 0 || code === 'chat-locked';

function quoted(row: StoredOutbound, error: BridgeError): Text {
  const { text, automatic } = row.message;
  if (automatic) return say('reply.quote.bot');
  if (isHidden(row, error)) return say('reply.quote.encrypted');
  return text === '' ? say('reply.quote.file') : say('reply.quote.text', { text: beginningOf(text) });
}

function alsoQuoted(others: Text, row: StoredOutbound, error: BridgeError): Text {
  const { text, automatic } = row.message;
  if (automatic) return say('reply.quote.alsoBot', { others });
  if (isHidden(row, error)) return say('reply.quote.alsoEncrypted', { others });
  return text === ''
    ? say('reply.quote.alsoFile', { others })
    : say('reply.quote.alsoText', { others, text: beginningOf(text) });
}

/** Tells the agent what there was no room for in a public answer. */
function droppedNotice(row: StoredOutbound, dropped: string[], now: number): InboundMessage {
  const words = phrase('reply.leftOut', { parts: dropped.join(' and ') });
  return notice(row, ':dropped', words, now);
}

/** Tells the agent what of a reply was left out. The reply is out, whatever becomes of these words. */
export async function tellDropped(
  row: StoredOutbound,
  dropped: string[],
  { tellAgent, clock, log }: Ports<'tellAgent' | 'clock' | 'log'>,
): Promise<void> {
  if (dropped.length === 0) return;
  await tellAgent(droppedNotice(row, dropped, clock.now())).catch((error: unknown) => {
    log.warn('the agent could not be told what was left out', {
      account: row.message.account,
      answer: row.seq,
      reason: reasonOf(error),
    });
  });
}

/** Tells the agent that a reply was taken back. */
export function recalledNotice(
  row: StoredOutbound,
  { by, isPart, isJoined }: { by: Text; isPart: boolean; isJoined: boolean },
  now: number,
): InboundMessage {
  const reply = say(row.message.automatic ? 'reply.quote.bot' : 'recall.reply');
  const key = isJoined
    ? isPart
      ? 'recall.doneJoinedInPart'
      : 'recall.doneJoined'
    : isPart
      ? 'recall.doneInPart'
      : 'recall.done';
  const words = phrase(key, { reply, time: minuteOf(row.createdAt), by });
  return notice(row, ':recalled', words, now);
}

/** Words of ours in the interaction an answer was written in. */
function notice(row: StoredOutbound, kind: string, words: string, now: number): InboundMessage {
  const { account, queueKey, recipientValue, groupId, publicReply } = row.message;
  const thread = groupId === undefined ? publicReply?.thread : groupConversation(groupId);
  const direct = row.recipientId === undefined ? queueKey : directConversation(row.recipientId);
  return {
    account,
    messageId: `notice:out:${row.seq}${kind}`,
    conversation: publicReply ? postConversation(publicReply.thread) : (thread ?? direct),
    sender: { id: row.recipientId ?? recipientValue },
    text: systemNotice(words),
    media: [],
    sentAt: now,
    ...(thread === undefined ? {} : { thread }),
    notice: { mapValue: recipientValue },
  };
}

/** Of a greeting or reminder that cannot arrive the log and the panel tell; an agent could do nothing about it. */
export function concernsAgent({ automatic }: OutboundMessage): boolean {
  return automatic === undefined || automatic === 'bot';
}
