import { autoReplies, botHas, closedNoticeDue, greetingDue } from '../automation/automaticNotices';
import { isPrivate, knownSender, queueAutomatic, type RoutingPorts } from '../automation/automaticReplies';
import { whyFiltered } from '../automation/filters';
import type { MessagingAccount } from '../gateways';
import type { StoredInbound } from '../messages';
import { phrase, spokenLanguage } from '../../texts/text';
import { inboundStep } from '../steps';

/** Who a message is for. */
export type Destination = 'agents' | 'bot' | 'nobody';

/**
 * Decides who a message is for, and greets the customer or tells them that nobody is there, where that is
 * switched on. What is said and that it was said are one commit, so that it is said once.
 * @param row opened, where it was encrypted
 * @throws BridgeError `store-unavailable`
 */
export async function routeMessage(
  row: StoredInbound,
  account: MessagingAccount,
  ports: RoutingPorts,
): Promise<Destination> {
  const { message } = row;
  if (row.receivedBy === 'agents' || message.notice || row.withheld) return 'agents';
  // It was told of already, perhaps long ago: nobody is greeted for it.
  if (message.reopens !== undefined) return 'agents';
  if (row.filtered === undefined && (await isFiltered(row, account, ports))) return 'nobody';
  if (!account.active) return 'agents';
  const state = await ports.conversations.read(account.name, message.conversation);
  const isForBot = isPrivate(message) && botHas(state, account, ports.clock.now());
  if (isForBot && !row.doubtful) return 'bot';
  // What a message in doubt was answered with may have been forgotten: the customer must not get it twice.
  const { words, state: next } = row.doubtful
    ? { words: [], state: isForBot ? { withAgents: phrase('bot.inDoubt') } : {} }
    : autoReplies([
        await greetingDue(row, state, account, ports),
        await closedNoticeDue(row, state, account, ports),
      ]);
  if (words.length === 0 && !remembers(row, account)) return 'agents';
  const announce = await ports.transaction(async (tables) => {
    if (!(await tables.inbox.markReceived(row.seq, 'agents'))) return () => {};
    await tables.conversations.save(account.name, message.conversation, {
      ...next,
      receivedAt: ports.clock.now(),
    });
    return queueAutomatic(words, ports.clock.now(), tables, ports);
  });
  announce();
  return 'agents';
}

/** Whether it matters later when this customer wrote. */
function remembers({ message }: StoredInbound, { rules }: MessagingAccount): boolean {
  return isPrivate(message) && (rules.greeting.active || rules.bot.active);
}

async function isFiltered(
  { seq, message }: StoredInbound,
  account: MessagingAccount,
  ports: RoutingPorts,
): Promise<boolean> {
  const { name, rules } = account;
  const profileOf = async () => (await knownSender(message.sender, name, ports.contacts)).profile ?? {};
  const verdict = await whyFiltered(message, profileOf, rules.filters, ports.clock.now());
  if (!verdict) return false;
  const { filter, reason: why } = verdict;
  const reason = why.in(spokenLanguage());
  await ports.inbox.markFiltered(seq, reason);
  const { messageId, sender } = message;
  ports.log.info('message filtered: it stays in the panel', {
    messageId,
    userId: sender.id,
    reason: String(why),
  });
  ports.counters.count('filtered', { account: name, filter });
  ports.activity(inboundStep(message, 'filtered', reason));
  return true;
}
