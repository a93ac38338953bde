import type { BridgeAccount } from './sides';
import type { ChatStore } from './chat';
import type { StoredInbound } from './messages';
import type { Log } from './ports';
import { systemNotice } from './systemNotice';

export interface OpenPorts {
  chat: ChatStore;
  log: Log;
}

/**
 * Opens a message of X Chat to hand it over. What was in it is never written down: every try opens it anew.
 * @returns the row as it is to be handed over; undefined when there is nothing for an agent in it, or the same
 *   message was handed over already
 * @throws BridgeError when X has to be asked for keys and cannot be
 */
export async function openInbound(
  row: StoredInbound,
  account: BridgeAccount,
  { chat, log }: OpenPorts,
): Promise<StoredInbound | undefined> {
  const { closed, ...message } = row.message;
  if (!closed) return row;
  const { messageId, sender } = message;
  const opened = await account.chat.open(closed, sender.id);
  if (opened.kind === 'nothing') return undefined;
  if (!chat.claim(account.name, opened.id, row.seq)) {
    log.info('encrypted message came twice, handed over once', { messageId });
    return undefined;
  }
  if (opened.kind === 'message') {
    const { text, media } = opened;
    return { ...row, message: { ...message, text, media } };
  }
  return { ...row, message: { ...message, text: systemNotice(opened.words), notice: {} } };
}
