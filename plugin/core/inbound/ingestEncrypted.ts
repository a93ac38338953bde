import type { Ports } from '../corePorts';
import type { ReceivingAccount } from './ingestEvents';
import { directConversation, groupConversation, isEncryptedGroup } from '../conversation';
import type { EncryptedMessage } from './events';
import type { InboundMessage } from '../messages';

/** The last encrypted message that came, in ms since 1970. */
export const encryptedFact = 'last encrypted message';

/**
 * What is kept of encrypted messages: all of it closed. What X says of it in the clear only tells where it belongs.
 * @returns none for what the plugin itself wrote; what the account's own user wrote elsewhere belongs to the customer
 */
export async function ingestEncrypted(
  messages: EncryptedMessage[],
  account: Pick<ReceivingAccount, 'name' | 'wants' | 'userId'>,
  ports: Ports<'chat' | 'outbox' | 'inbox' | 'log'>,
): Promise<InboundMessage[]> {
  if (!account.wants.chat) return [];
  const kept: InboundMessage[] = [];
  for (const message of messages) {
    const { id, senderId, at, closed, kind } = message;
    const isOwn = senderId === account.userId();
    if (isOwn && !(await isNews(message, account.name, ports))) continue;
    const inGroup = isEncryptedGroup(closed.conversationId);
    const customerId = isOwn
      ? await customerIn(closed.conversationId, senderId, account.name, ports)
      : senderId;
    if (customerId === undefined) {
      ports.log.warn(
        'what the account did in an encrypted group is not shown: nobody else has written there yet',
        { conversationId: closed.conversationId, kind },
      );
      continue;
    }
    const conversation = inGroup ? groupConversation(closed.conversationId) : directConversation(customerId);
    kept.push({
      account: account.name,
      messageId: `chat-${id}`,
      conversation,
      sender: { id: customerId },
      text: '',
      media: [],
      sentAt: at,
      ...(inGroup ? { thread: conversation } : {}),
      // Only words count as the customer having written.
      ...(isOwn || kind !== 'message' ? { notice: {} } : {}),
      closed: { ...closed, ...(isOwn ? { own: true as const } : {}) },
    });
  }
  return kept;
}

/** Of what the account itself did: keys, members, what failed, and words that did not come from here. */
async function isNews(
  { kind, messageId }: EncryptedMessage,
  account: string,
  ports: Ports<'chat' | 'outbox' | 'inbox' | 'log'>,
): Promise<boolean> {
  if (kind === 'message') return messageId === undefined || !(await isFromHere(account, messageId, ports));
  return kind !== 'other';
}

/** Whether a message of the account went out from here. Of those that 0.7 sent only the ids are known. */
export async function isFromHere(
  account: string,
  messageId: string,
  { chat, outbox }: Ports<'chat' | 'outbox'>,
): Promise<boolean> {
  if ((await chat.sent(account, messageId)) !== undefined) return true;
  return (await outbox.knownSentIds(account, [messageId])).size > 0;
}

/** The other side of a one-to-one conversation; in a group, whoever wrote last. */
async function customerIn(
  conversationId: string,
  ownId: string,
  account: string,
  { chat, inbox }: Ports<'chat' | 'outbox' | 'inbox' | 'log'>,
): Promise<string | undefined> {
  if (!isEncryptedGroup(conversationId))
    return conversationId.split(':').find((id) => /^\d+$/.test(id) && id !== ownId);
  const last = await chat.lastOf(account, conversationId);
  const sender = last && (await inbox.get(last.seq))?.message.sender.id;
  // A person who was forgotten on request has no id any longer.
  return sender !== undefined && /^\d+$/.test(sender) ? sender : undefined;
}
