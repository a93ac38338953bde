import type { Ports } from '../corePorts';
import { queueNameOf } from '../conversation';
import type { InboundMessage } from '../messages';
import { reasonOf } from '../errors';

/**
 * Has messages that could not be read opened once more, since a key has come: of an encrypted conversation, or the account's
 * own. Agents know of each from a notice; what can be read now comes as an addition. Never throws.
 * @param conversationId undefined for all of the account
 * @param tag names what came, so that it is tried once for each
 */
export async function retryUnread(
  account: string,
  conversationId: string | undefined,
  tag: string,
  { chat, inbox, log, wake }: Ports<'chat' | 'inbox' | 'log' | 'wake'>,
): Promise<void> {
  try {
    let count = 0;
    for (let after: number | undefined = 0; after !== undefined;) {
      const rows = await chat.unread(account, conversationId, after);
      const again: InboundMessage[] = [];
      for (const seq of rows) {
        const row = await inbox.get(seq);
        if (row?.state === 'delivered' && row.message.closed)
          again.push({ ...row.message, messageId: `${row.message.messageId}-${tag}`, reopens: seq });
      }
      const fresh = await inbox.keep(again);
      again.forEach(({ conversation }) => wake(queueNameOf(account, conversation)));
      count += fresh.filter(Boolean).length;
      after = rows.at(-1);
    }
    if (count > 0) log.info('encrypted messages that could not be read are tried again', { account, count });
  } catch (error) {
    log.warn('encrypted messages that could not be read wait for the next key', {
      account,
      reason: reasonOf(error),
    });
  }
}
