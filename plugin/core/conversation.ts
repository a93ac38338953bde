/** The key of a one-to-one conversation: everything a customer and an account say to each other in private. */
export function directConversation(customerId: string): string {
  return `dm:${customerId}`;
}

/** The customer of a one-to-one conversation; undefined where it is none. */
export function customerOf(conversation: string): string | undefined {
  return /^dm:(\d{1,20})$/.exec(conversation)?.[1];
}

/** The key of a group conversation; it is the host's thread at the same time. */
export function groupConversation(groupId: string): string {
  return `group:${groupId}`;
}

/** The group behind a conversation or a host's thread; undefined when it is none. */
export function groupOf(conversation: string): string | undefined {
  return /^group:(g?\d{1,20})$/.exec(conversation)?.[1];
}

/** A one-to-one conversation of X Chat is named for both users, an encrypted group by a number with a `g`. */
export function isEncryptedGroup(id: string): boolean {
  return /^g\d{1,19}$/.test(id);
}

/** Whether a host's thread can be one of a public conversation, which is named for a post. */
export function isPostId(threadId: string): boolean {
  return /^\d{5,20}$/.test(threadId);
}

/** The key of a public conversation, by the post the host's thread is named for. */
export function postConversation(threadId: string): string {
  return `post:${threadId}`;
}

/** Whether a conversation is a public one. */
export function isPostConversation(conversation: string): boolean {
  return conversation.startsWith('post:');
}

/** The name of a queue: queues of different accounts never mix. */
export function queueNameOf(account: string, conversation: string): string {
  return `${account} ${conversation}`;
}

/** A queue's account and conversation; an account's name has no blank. */
export function splitQueueName(queueName: string): { account: string; conversation: string } {
  const at = queueName.indexOf(' ');
  return { account: queueName.slice(0, at), conversation: queueName.slice(at + 1) };
}
