import type { Ports } from '../corePorts';
import type { InboundMessage } from '../messages';
import { queueNameOf } from '../conversation';
import { keepNotice, systemNotice } from '../systemNotice';
import { phrase } from '../../texts/text';

const beforehand = () => phrase('message.postDeletedBefore');
const afterwards = (link: string) => phrase('message.postDeleted', { link });

/**
 * Posts were deleted on X: their words are erased here, what still waits goes without them, and the agent is told,
 * once for each post.
 * @throws BridgeError `store-unavailable`
 */
export async function handleDeletedPosts(
  postIds: string[],
  account: string,
  ports: Ports<'inbox' | 'threads' | 'eraser' | 'log' | 'activity' | 'wake' | 'wakeReplies'>,
): Promise<void> {
  for (const id of postIds) {
    await ports.threads.markDeleted(account, id);
    const row = await ports.inbox.find(account, id);
    if (row?.message.thread === undefined || row.withheld) continue;
    if (row.state === 'delivered' || row.state === 'failed') await ports.eraser.erase(row.seq);
    if (row.state === 'failed') {
      // Set aside or filtered: no agent knows of it.
      ports.log.info('post deleted on X', { account, messageId: id });
      continue;
    }
    const withheld = await ports.inbox.withhold(row.seq, systemNotice(beforehand()));
    if (!withheld) await keepNotice(noticeOf(row.message), ports);
    ports.wakeReplies(queueNameOf(account, row.message.conversation));
    ports.log.info('post deleted on X', { account, messageId: id, withheld });
  }
}

function noticeOf(message: InboundMessage): InboundMessage {
  const text = systemNotice(afterwards(`https://x.com/i/status/${message.messageId}`));
  return { ...message, messageId: `notice:deleted:${message.messageId}`, text, media: [], notice: {} };
}
