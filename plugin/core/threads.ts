import { postConversation } from './conversation';
import type { EventMessage, PostReference } from './inbound/events';
import type { Async, Threads } from './ports';

interface Account {
  name: string;
  userId: () => string | undefined;
}

/**
 * Finds the host's thread of a post: that of a post it belongs to and that we know, else its own. Goes by the
 * posts themselves, not by X's conversation id alone, because not every way of delivery tells it, and the same
 * post must come to the same thread whatever way it comes.
 */
export async function assignThread(
  { messageId: postId, sender }: EventMessage,
  { relatesTo }: PostReference,
  account: Account,
  { threads }: { threads: Async<Threads> },
): Promise<{ thread: string; conversation: string }> {
  const known = await Promise.all([postId, ...relatesTo].map((id) => threads.threadOf(account.name, id)));
  const thread = known.find((each) => each !== undefined) ?? postId;
  if (known[0] === undefined) await threads.save(account.name, postId, thread, sender.id);
  return { thread, conversation: postConversation(thread) };
}

/** Remembers a post of the account itself in a known thread, so that answers to it find that thread. */
export async function noteOwnPost(
  { messageId, sender, post }: EventMessage,
  account: Account,
  { threads }: { threads: Async<Threads> },
): Promise<void> {
  if (!post || sender.id !== account.userId()) return;
  if ((await threads.threadOf(account.name, messageId)) !== undefined) return;
  const known = await Promise.all(post.relatesTo.map((id) => threads.threadOf(account.name, id)));
  const thread = known.find((each) => each !== undefined);
  if (thread !== undefined) await threads.save(account.name, messageId, thread, sender.id);
}
