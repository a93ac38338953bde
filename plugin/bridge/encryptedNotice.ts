import { directConversation } from './conversation';
import type { EncryptedMessage } from './events';
import type { AccountFacts, Log } from './ports';
import { keepNotice, systemNotice, type NoticePorts } from './systemNotice';

export interface EncryptedPorts extends NoticePorts {
  facts: AccountFacts;
  log: Log;
}

/** The last encrypted message that came, in ms since 1970. */
export const encryptedFact = 'last encrypted message';

const words =
  'The customer wrote in encrypted X Chat, which this channel cannot read. Please read and answer it on x.com, and tell your administrator.';

/**
 * Tells the agent of messages that cannot be read, once for each: a customer who writes must never go unnoticed.
 * @throws BridgeError `store-unavailable`
 */
export async function tellOfEncrypted(
  messages: EncryptedMessage[],
  account: { name: string; chat: boolean; userId: () => string | undefined },
  ports: EncryptedPorts,
): Promise<void> {
  if (!account.chat) return;
  for (const { id, senderId, at } of messages) {
    if (senderId === account.userId()) continue;
    const messageId = `notice:encrypted:${id}`;
    if (ports.inbox.find(account.name, messageId)) continue;
    ports.log.warn('encrypted message received: it cannot be read, the agent is told', {
      account: account.name,
      userId: senderId,
    });
    ports.facts.save(account.name, encryptedFact, String(at));
    await keepNotice(
      {
        account: account.name,
        messageId,
        conversation: directConversation(senderId),
        sender: { id: senderId },
        text: systemNotice(words),
        media: [],
        sentAt: at,
        notice: {},
      },
      ports,
    );
  }
}
