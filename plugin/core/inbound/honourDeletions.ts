import type { InboundMessage } from '../messages';
import { laneOf } from '../conversation';
import type { Keeping } from '../retention';
import type { Log, Threads } from '../ports';
import { keepNotice, systemNotice, type NoticePorts } from '../systemNotice';
import { phrase } from '../../texts/text';

export interface DeletionPorts extends NoticePorts {
  threads: Threads;
  keeping: Keeping;
  log: Log;
  /** Says that answers of a lane may not go out any more. */
  wakeAnswers: (lane: string) => void;
}

const beforehand = phrase('message.postDeletedBefore');
const afterwards = (link: string) => phrase('message.postDeleted', { link });

/**
 * Posts were deleted on X: their words are erased here, what still waits goes without them, and the agent is told,
 * once for each post.
 * @throws BridgeError `store-unavailable`
 */
export async function honourDeletions(
  postIds: string[],
  account: string,
  ports: DeletionPorts,
): Promise<void> {
  for (const id of postIds) {
    ports.threads.markDeleted(account, id);
    const row = ports.inbox.find(account, id);
    if (row?.message.thread === undefined || row.withheld) continue;
    if (row.state === 'delivered' || row.state === 'failed') ports.keeping.erase(row.seq);
    if (row.state === 'failed') {
      // Set aside or filtered: no agent knows of it.
      ports.log.info('post deleted on X', { account, messageId: id });
      continue;
    }
    const withheld = ports.inbox.withhold(row.seq, systemNotice(beforehand));
    if (!withheld) await keepNotice(noticeOf(row.message), ports);
    ports.wakeAnswers(laneOf(account, row.message.conversation));
    ports.log.info('post deleted on X', { account, messageId: id, withheld });
  }
}

function noticeOf({
  account,
  messageId,
  conversation,
  sender,
  thread,
  sentAt,
}: InboundMessage): InboundMessage {
  return {
    account,
    messageId: `notice:deleted:${messageId}`,
    conversation,
    sender,
    text: systemNotice(afterwards(`https://x.com/i/status/${messageId}`)),
    media: [],
    sentAt,
    ...(thread === undefined ? {} : { thread }),
    notice: {},
  };
}
