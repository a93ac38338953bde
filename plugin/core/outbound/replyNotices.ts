import { directConversation, groupConversation, postConversation } from '../conversation';
import type { BridgeError } from '../errors';
import type { InboundMessage, OutboundMessage, StoredOutbound } from '../messages';
import { minuteOf } from '../isoTime';
import { systemNotice } from '../systemNotice';

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
  const quoted = [row, ...joined].map((each, index) => {
    const quote = quoteOf(each, error);
    return index === 0 ? quote : quote.charAt(0).toLowerCase() + quote.slice(1);
  });
  const were = quoted.length > 1 ? 'were' : 'was';
  const outcome = error.outcomeUnknown ? 'may not have been delivered' : `${were} not delivered`;
  const words = `${quoted.join(' and ')} ${outcome}. ${error.agentMessage ?? error.message}`;
  // What an admin had tried again is told of again.
  const round = row.retriedAt === undefined ? '' : `:${row.retriedAt}`;
  return notice(row, round, words, now);
}

/** Words that were to be encrypted are not written down once more. */
function quoteOf({ message: { text, automatic }, sealed }: StoredOutbound, { code }: BridgeError): string {
  if (automatic) return 'What the bot said to the customer';
  if (sealed.length > 0 || code === 'chat-locked') return 'Your encrypted message';
  return text === '' ? 'Your file' : `Your message "${beginningOf(text)}"`;
}

/** Tells the agent what there was no room for in a public answer. */
export function droppedNotice(row: StoredOutbound, dropped: string[], now: number): InboundMessage {
  const words = `Your public answer was published without ${dropped.join(' and ')}: there was no room.`;
  return notice(row, ':dropped', words, now);
}

/** Tells the agent that a reply was taken back. */
export function recalledNotice(
  row: StoredOutbound,
  { by, isPart, isJoined }: { by: string; isPart: boolean; isJoined: boolean },
  now: number,
): InboundMessage {
  const what = row.message.automatic ? 'What the bot said to the customer' : 'Your encrypted reply';
  const others = isJoined ? ', with the replies that went out in the same message,' : '';
  const rest = isPart ? ' Part of it could not be taken back.' : '';
  const words = `${what} of ${minuteOf(row.createdAt)}${others} was taken back on X by ${by}.${rest} The customer may have read it before.`;
  return notice(row, ':recalled', words, now);
}

/** Words of ours in the interaction an answer was written in. */
function notice(row: StoredOutbound, kind: string, words: string, now: number): InboundMessage {
  const { account, lane, recipientValue, groupId, publicReply } = row.message;
  const thread = groupId === undefined ? publicReply?.thread : groupConversation(groupId);
  const direct = row.recipientId === undefined ? lane : directConversation(row.recipientId);
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
