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
  if (publicReply) await conversations.noteAnswered(account, postConversation(publicReply.thread));
  else if (groupId !== undefined) await conversations.noteAnswered(account, groupConversation(groupId));
  else if (recipientId !== undefined)
    await conversations.noteAgent(account, directConversation(recipientId), now, false);
}
