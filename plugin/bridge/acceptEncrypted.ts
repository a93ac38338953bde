import { directConversation, groupConversation } from './conversation';
import type { EncryptedMessage } from './events';
import type { InboundMessage } from './messages';

/** The last encrypted message that came, in ms since 1970. */
export const encryptedFact = 'last encrypted message';

/** A one-to-one conversation of X Chat is named for both users, a group by a number with a `g`. */
const groupId = /^g\d{1,19}$/;

/**
 * What is kept of encrypted messages: all of it closed. What X says of it in the clear only tells where it belongs.
 * @returns none for what the account itself wrote
 */
export function encryptedInbound(
  messages: EncryptedMessage[],
  account: { name: string; chat: boolean; userId: () => string | undefined },
): InboundMessage[] {
  if (!account.chat) return [];
  return messages.flatMap(({ id, senderId, at, closed, failed }) => {
    // Of the account's own, only what failed is news: it belongs to the customer it was for.
    const isOwn = senderId === account.userId();
    const customerId = isOwn ? otherOf(closed.conversationId, senderId) : senderId;
    if ((isOwn && !failed) || customerId === undefined) return [];
    const inGroup = groupId.test(closed.conversationId);
    const conversation = inGroup ? groupConversation(closed.conversationId) : directConversation(customerId);
    return {
      account: account.name,
      messageId: `chat-${id}`,
      conversation,
      sender: { id: customerId },
      text: '',
      media: [],
      sentAt: at,
      ...(inGroup ? { thread: conversation } : {}),
      closed,
    };
  });
}

/** The other side of a one-to-one conversation. */
function otherOf(conversationId: string, userId: string): string | undefined {
  return conversationId.split(':').find((id) => /^\d+$/.test(id) && id !== userId);
}
