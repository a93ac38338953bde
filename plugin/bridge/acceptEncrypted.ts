import { directConversation, groupConversation } from './conversation';
import type { EncryptedMessage } from './events';
import type { InboundMessage } from './messages';

/** The last encrypted message that came, in ms since 1970. */
export const encryptedFact = 'last encrypted message';

/** A one-to-one conversation of X Chat is named for both users, a group by a number with a `g`. */
const groupId = /^g\d{1,19}$/;

/**
 * What is kept of encrypted messages: all of it closed. What X says of it in the clear only tells where it belongs.
 * @returns none for the account's own
 */
export function encryptedInbound(
  messages: EncryptedMessage[],
  account: { name: string; chat: boolean; userId: () => string | undefined },
): InboundMessage[] {
  if (!account.chat) return [];
  return messages
    .filter(({ senderId }) => senderId !== account.userId())
    .map(({ id, senderId, at, closed }) => {
      const inGroup = groupId.test(closed.conversationId);
      const conversation = inGroup ? groupConversation(closed.conversationId) : directConversation(senderId);
      return {
        account: account.name,
        messageId: `chat:${id}`,
        conversation,
        sender: { id: senderId },
        text: '',
        media: [],
        sentAt: at,
        ...(inGroup ? { thread: conversation } : {}),
        closed,
      };
    });
}
