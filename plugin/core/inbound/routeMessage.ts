import { autoReplies, botHas, closedNoticeDue, greetingDue } from '../automation/automaticNotices';
import { isPrivate, knownSender, queueAutomatic, type RoutingPorts } from '../automation/automaticReplies';
import { whyFiltered } from '../automation/filters';
import type { MessagingAccount } from '../gateways';
import type { StoredInbound } from '../messages';
import { inboundStep } from '../steps';

/** Who a message is for. */
export type Destination = 'agents' | 'bot' | 'nobody';

/**
 * Decides who a message is for, and greets the customer or tells them that nobody is there, where that is
 * switched on. What is said and that it was said are one commit, so that it is said once.
 * @param row opened, where it was encrypted
 * @throws BridgeError `store-unavailable`
 */
export function routeMessage(
  row: StoredInbound,
  account: MessagingAccount,
  ports: RoutingPorts,
): Destination {
  const { message } = row;
  if (row.receivedBy === 'agents' || message.notice || row.withheld) return 'agents';
  // It was told of already, perhaps long ago: nobody is greeted for it.
  if (message.reopens !== undefined) return 'agents';
  if (row.filtered === undefined && isFiltered(row, account, ports)) return 'nobody';
  if (!account.active) return 'agents';
  const state = ports.conversations.read(account.name, message.conversation);
  if (isPrivate(message) && botHas(state, account, ports.clock.now())) return 'bot';
  const { words, state: next } = autoReplies([
    greetingDue(row, state, account, ports),
    closedNoticeDue(row, state, account, ports),
  ]);
  if (words.length === 0 && !remembers(row, account)) return 'agents';
  const announce = ports.transaction(() => {
    if (!ports.inbox.markReceived(row.seq, 'agents')) return () => {};
    ports.conversations.save(account.name, message.conversation, {
      ...next,
      receivedAt: ports.clock.now(),
    });
    return queueAutomatic(words, ports.clock.now(), ports);
  });
  announce();
  return 'agents';
}

/** Whether it matters later when this customer wrote. */
function remembers({ message }: StoredInbound, { rules }: MessagingAccount): boolean {
  return isPrivate(message) && (rules.greeting.active || rules.bot.active);
}

function isFiltered(
  { seq, message }: StoredInbound,
  account: MessagingAccount,
  ports: RoutingPorts,
): boolean {
  const { name, rules } = account;
  const profileOf = () => knownSender(message.sender, name, ports.contacts).profile ?? {};
  const verdict = whyFiltered(message, profileOf, rules.filters, ports.clock.now());
  if (!verdict) return false;
  const { filter, reason } = verdict;
  ports.inbox.markFiltered(seq, reason);
  const { messageId, sender } = message;
  ports.log.info('message filtered: it stays in the panel', { messageId, userId: sender.id, reason });
  ports.counters.count('filtered', { account: name, filter });
  ports.activity(inboundStep(message, 'filtered', reason));
  return true;
}
