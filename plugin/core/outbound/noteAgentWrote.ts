import { directConversation, groupConversation, postConversation } from '../conversation';
import type { Conversations } from '../conversations';
import type { OutboundMessage } from '../messages';
import type { Async } from '../ports';

/** An agent has written: the bot is silent from now on, and nobody waits there for an agent any longer. */
export async function noteAgentWrote(
  { account, recipientId, groupId, publicReply }: OutboundMessage,
  now: number,
  conversations: Async<Conversations>,
): Promise<void> {
  if (publicReply)
    return conversations.noteAnswered(account, postConversation(publicReply.thread), now, recipientId);
  const conversation =
    groupId === undefined ? recipientId && directConversation(recipientId) : groupConversation(groupId);
  if (conversation === undefined) return;
  await conversations.noteAgent(account, conversation, now);
  await conversations.noteAnswered(account, conversation, now);
}
