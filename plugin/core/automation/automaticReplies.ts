import type { Ports } from '../corePorts';
import { directConversation, groupOf, queueNameOf, postConversation } from '../conversation';
import { replyStep } from '../steps';
import { mapValueOf } from '../mapValue';
import type { AutomaticKind, InboundMessage, OutboundMessage, StoredOutbound, XUser } from '../messages';
import type { Async, Contacts, Tables } from '../ports';
import type { MessagingAccount } from '../gateways';

export type AutomaticPorts = Ports<'contacts' | 'counters' | 'activity' | 'wakeReplies'>;

/** What deciding who a message is for needs, and what is said with it. */
export type RoutingPorts = AutomaticPorts &
  Ports<'inbox' | 'conversations' | 'transaction' | 'clock' | 'log'>;

/** The customer as far as they are known, by this message or by earlier ones. */
export async function knownSender(sender: XUser, account: string, contacts: Async<Contacts>): Promise<XUser> {
  const known = await contacts.byId(account, sender.id);
  return { ...known, ...sender, profile: { ...known?.profile, ...sender.profile } };
}

/** Words of the plugin's own to a customer in private. */
export async function directReply(
  kind: AutomaticKind,
  text: string,
  user: XUser,
  account: MessagingAccount,
  contacts: Async<Contacts>,
): Promise<OutboundMessage> {
  const value = (await contacts.mapValueOf(account.name, user.id)) ?? mapValueOf(user, account.mapValue);
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
export async function replyTo(
  kind: AutomaticKind,
  text: string,
  { sender, thread, messageId }: InboundMessage,
  account: MessagingAccount,
  contacts: Async<Contacts>,
): Promise<OutboundMessage> {
  const user = await knownSender(sender, account.name, contacts);
  const words = await directReply(kind, text, user, account, contacts);
  if (thread === undefined) return words;
  return { ...words, queueKey: postConversation(thread), publicReply: { thread, postId: messageId } };
}

/** Puts them on their way; to be called inside the commit that says why. @returns says that they are there */
export async function queueAutomatic(
  messages: OutboundMessage[],
  now: number,
  { outbox }: Tables,
  ports: AutomaticPorts,
): Promise<() => void> {
  const rows: StoredOutbound[] = [];
  for (const message of messages) rows.push(await outbox.add(message, now));
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
