import type { BridgeAccount } from './sides';
import type { ChatStore, ChatWriter } from './chat';
import type { StoredInbound } from './messages';
import type { Keeping } from './keeping';
import type { Inbox, Log } from './ports';
import { systemNotice } from './systemNotice';

export interface OpenPorts {
  chat: ChatStore;
  inbox: Inbox;
  keeping: Keeping;
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
  ports: OpenPorts,
): Promise<StoredInbound | undefined> {
  const { chat, log } = ports;
  const { closed, ...message } = row.message;
  if (!closed) return row;
  const { messageId, sender } = message;
  const opened = await account.chat.open(closed, sender.id);
  if (opened.kind === 'nothing') return undefined;
  if (!chat.claim(writerOf(row), opened.id, row.seq, closed.sequence)) {
    log.info('encrypted message came twice, handed over once', { messageId });
    return undefined;
  }
  if (opened.kind === 'message') {
    const { text, media } = opened;
    return { ...row, message: { ...message, text, media } };
  }
  for (const id of opened.deleted ?? []) eraseDeleted(id, row, ports);
  return { ...row, message: { ...message, text: systemNotice(opened.words), notice: {} } };
}

function writerOf({ message: { account, conversation, sender } }: StoredInbound): ChatWriter {
  return { account, conversation, senderId: sender.id };
}

/** A message that its sender deleted is not kept here either; nobody can delete another's. */
function eraseDeleted(id: string, deletion: StoredInbound, { chat, inbox, keeping }: OpenPorts): void {
  const { message } = deletion;
  for (const seq of chat.rowsOf(writerOf(deletion), id)) {
    const row = inbox.get(seq);
    const isTheirs =
      row?.message.sender.id === message.sender.id && row.message.conversation === message.conversation;
    if (row?.state === 'delivered' && isTheirs) keeping.erase(seq);
  }
}
