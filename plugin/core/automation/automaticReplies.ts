import type { Ports } from '../corePorts';
import { directConversation, groupOf, queueNameOf, postConversation } from '../conversation';
import { replyStep } from '../steps';
import { mapValueOf } from '../mapValue';
import type { AutomaticKind, InboundMessage, OutboundMessage, XUser } from '../messages';
import type { Contacts } from '../ports';
import type { MessagingAccount } from '../gateways';

export type AutomaticPorts = Ports<'outbox' | 'contacts' | 'counters' | 'activity' | 'wakeReplies'>;

/** What deciding who a message is for needs, and what is said with it. */
export type RoutingPorts = AutomaticPorts &
  Ports<'inbox' | 'conversations' | 'transaction' | 'clock' | 'log'>;

/** The customer as far as they are known, by this message or by earlier ones. */
export function knownSender(sender: XUser, account: string, contacts: Contacts): XUser {
  const known = contacts.byId(account, sender.id);
  return { ...known, ...sender, profile: { ...known?.profile, ...sender.profile } };
}

/** Words of the plugin's own to a customer in private. */
export function directReply(
  kind: AutomaticKind,
  text: string,
  user: XUser,
  account: MessagingAccount,
  contacts: Contacts,
): OutboundMessage {
  const value = contacts.mapValueOf(account.name, user.id) ?? mapValueOf(user, account.mapValue);
  return {
    account: account.name,
    // The queue of the agents' answers, so that none overtakes the other.
    queueKey: value.toLowerCase(),
    recipientValue: value,
    recipientId: user.id,
    text,
    attachmentIds: [],
    automatic: kind,
  };
}

/** Words of the plugin's own where a message came from: in private, or as a public answer to the post. */
export function replyTo(
  kind: AutomaticKind,
  text: string,
  { sender, thread, messageId }: InboundMessage,
  account: MessagingAccount,
  contacts: Contacts,
): OutboundMessage {
  const words = directReply(kind, text, knownSender(sender, account.name, contacts), account, contacts);
  if (thread === undefined) return words;
  return { ...words, queueKey: postConversation(thread), publicReply: { thread, postId: messageId } };
}

/** Puts them on their way; to be called inside the commit that says why. @returns says that they are there */
export function queueAutomatic(messages: OutboundMessage[], now: number, ports: AutomaticPorts): () => void {
  const rows = messages.map((message) => ports.outbox.add(message, now));
  return () => {
    for (const { seq, message } of rows) {
      const { account, queueKey, automatic, text } = message;
      ports.counters.count('automatic', { account, kind: automatic ?? '' });
      ports.activity(replyStep({ seq, message }, 'received', text));
      ports.wakeReplies(queueNameOf(account, queueKey));
    }
  };
}

/** Whether a message is one to the account alone. */
export function isPrivate({ thread, conversation, sender }: InboundMessage): boolean {
  return thread === undefined && conversation === directConversation(sender.id);
}

/** Whether a message is a post. */
export function isPublic({ thread }: InboundMessage): boolean {
  return thread !== undefined && groupOf(thread) === undefined;
}
