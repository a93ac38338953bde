import { BridgeError } from '../errors';
import type { MessagingAccount, NotifyReceipt } from '../gateways';
import type { StoredInbound } from '../messages';
import type { DeliverPorts } from './deliverMessage';
import { mediaName } from './notifyParts';

/** How often media of X are tried before the text goes without them. */
const mediaTries = 3;

interface Moved {
  /** Their ids at the host. */
  attachments: (string | null)[];
  /** Those before the first file that the host has refused, and may take at another try; undefined where there is none. */
  undone: (string | null)[] | undefined;
}

/** Makes the call that tells of attachments. Whatever becomes of it, the next try knows what it told. */
export async function withAttachments(
  seq: number,
  { attachments, undone }: Moved,
  { inbox }: Pick<DeliverPorts, 'inbox'>,
  call: () => Promise<NotifyReceipt>,
): Promise<NotifyReceipt> {
  if (!undone) return call();
  await inbox.saveAttachments(seq, attachments);
  try {
    return await call();
  } catch (error) {
    // Nothing was handed over with these, so that a file the host refused may be tried again.
    if (error instanceof BridgeError && !error.outcomeUnknown) await inbox.saveAttachments(seq, undone);
    throw error;
  }
}

/** Brings the files of a message to the host, from wherever an earlier try left off. @throws BridgeError saying whether and when to try again */
export async function moveAttachments(
  row: StoredInbound,
  account: MessagingAccount,
  ports: DeliverPorts,
): Promise<Moved> {
  const attachments = [...row.attachments];
  let undone: (string | null)[] | undefined;
  for (let index = attachments.length; index < row.message.media.length; index += 1) {
    ports.onStep(row, 'moving attachment', `${index + 1} of ${row.message.media.length}`);
    const moved = await moveAttachment(row, index, account, ports);
    if (moved.refused) undone ??= [...attachments];
    attachments.push(moved.id);
    // A host that refuses everything for a while may take the file when it takes the message.
    if (!undone) await ports.inbox.saveAttachments(row.seq, attachments);
  }
  return { attachments, undone: row.notified === 0 ? undone : undefined };
}

/** @returns the attachment's id on the host, or null when it cannot be had and the text must go alone; who refused it */
async function moveAttachment(
  row: StoredInbound,
  index: number,
  account: MessagingAccount,
  ports: DeliverPorts,
): Promise<{ id: string | null; refused: boolean }> {
  const media = row.message.media[index];
  if (!media) return { id: null, refused: false };
  try {
    const name = mediaName(row.message, index);
    const file = media.sealed
      ? await account.chat.openMedia(media.sealed, name)
      : await account.x.openMedia(media.url, name);
    return { id: await ports.host.putAttachment(file), refused: false };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    if (error.retryable && !mediaGivenUp(row.seq, error, ports.mediaFaults)) throw error;
    ports.log.warn('attachment left out, the text goes without it', {
      messageId: row.message.messageId,
      reason: error.message,
    });
    return { id: null, refused: error.code === 'refused-by-host' };
  }
}

/** Whether X has failed to hand out this message's media often enough for the text to go without them. */
function mediaGivenUp(seq: number, error: BridgeError, faults: Map<number, number>): boolean {
  if (error.code !== 'media-unavailable') return false;
  const times = (faults.get(seq) ?? 0) + 1;
  if (times < mediaTries) faults.set(seq, times);
  else faults.delete(seq);
  return times >= mediaTries;
}
