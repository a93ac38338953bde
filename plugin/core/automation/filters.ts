import { isPublic } from './automaticReplies';
import type { ConversationRules } from './conversationRules';
import type { InboundMessage, XProfile } from '../messages';
import { wordIn } from './wholeWords';
import { say, type Text } from '../../texts/text';

const day = 24 * 60 * 60_000;

export interface FilterVerdict {
  filter: 'blocked_user' | 'spam_word' | 'account_age' | 'followers';
  /** In words for an admin; without the customer's. */
  reason: Text;
}

/**
 * Why a message is kept from the agents. What X does not tell of a person speaks not against them.
 * @param profileOf reads all that is known of the sender
 * @param now milliseconds since 1970
 */
export async function whyFiltered(
  message: InboundMessage,
  profileOf: () => Promise<XProfile>,
  { blockedUsers, spamWords, minAccountAgeDays, minFollowers }: ConversationRules['filters'],
  now: number,
): Promise<FilterVerdict | undefined> {
  const { sender, text } = message;
  if (blockedUsers.includes(sender.id)) return { filter: 'blocked_user', reason: say('filter.blockedUser') };
  const word = wordIn(text, spamWords);
  if (word !== undefined) return { filter: 'spam_word', reason: say('filter.spamWord', { word }) };
  if (!isPublic(message) || minAccountAgeDays + minFollowers === 0) return undefined;
  const { since, followers } = await profileOf();
  if (since !== undefined && now - since < minAccountAgeDays * day)
    return { filter: 'account_age', reason: say('filter.accountAge', { days: minAccountAgeDays }) };
  if (followers !== undefined && followers < minFollowers)
    return { filter: 'followers', reason: say('filter.followers', { min: minFollowers }) };
  return undefined;
}
