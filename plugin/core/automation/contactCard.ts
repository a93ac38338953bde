import type { Ports } from '../corePorts';
import { knownSender } from './automaticReplies';
import type { CardRules } from './conversationRules';
import { reasonOf } from '../errors';
import type { XUser } from '../messages';
import type { Async, Contacts } from '../ports';
import type { MessagingAccount, MotionGateway } from '../gateways';

const day = 24 * 60 * 60_000;

/**
 * What is known of a customer, as fields of the host's contact.
 * @param mapKey the field that identifies the customer, which is never overwritten
 */
export function cardFields(user: XUser, rules: CardRules, mapKey: string): Record<string, string> {
  const { avatar, verified, followers, language } = user.profile ?? {};
  const known: [string, string | number | boolean | undefined][] = [
    [rules.name, user.name],
    [rules.handle, user.username],
    [rules.id, user.id],
    [rules.avatar, avatar],
    [rules.verified, verified],
    [rules.followers, followers],
    [rules.language, language],
  ];
  return Object.fromEntries(
    known.flatMap(([field, value]) =>
      field === '' || field === mapKey || value === undefined ? [] : [[field, String(value)]],
    ),
  );
}

/**
 * Brings the host's contact up to date after a message, at most once a day for each customer. It is a courtesy:
 * no message waits for it, and what goes wrong is logged, and tried again with a message of the next day.
 * @param value the contact's Map Key value
 */
export async function updateCard(
  sender: XUser,
  value: string,
  account: MessagingAccount,
  { contacts, clock, log, host }: Ports<'contacts' | 'clock' | 'log'> & { host: MotionGateway },
): Promise<void> {
  const { name, rules } = account;
  try {
    const user = await knownSender(sender, name, contacts);
    const last = await contacts.cardSentAt(name, user.id);
    const now = clock.now();
    if (last !== undefined && now - last < day) return;
    await contacts.noteCardSent(name, user.id, now);
    const known = rules.card.lookUp ? await lookedUp(user, account, contacts, now) : user;
    const fields = cardFields(known, rules.card, await host.mapKey());
    if (Object.keys(fields).length === 0) return;
    if (!(await host.updateContact(value, fields)))
      log.warn('the contact was not found in XCALLY Motion, so its customer card is not up to date', {
        userId: user.id,
      });
  } catch (error) {
    log.warn('the card of a contact could not be updated in XCALLY Motion', {
      userId: sender.id,
      reason: reasonOf(error),
    });
  }
}

/** Asks X, which has a price, for what the events did not tell. */
async function lookedUp(
  user: XUser,
  { name, x }: MessagingAccount,
  contacts: Async<Contacts>,
  now: number,
): Promise<XUser> {
  const { avatar, verified, followers } = user.profile ?? {};
  if (avatar !== undefined && verified !== undefined && followers !== undefined) return user;
  const found = await x.userById(user.id);
  if (!found) return user;
  await contacts.see(name, found, now);
  return { ...user, ...found, profile: { ...user.profile, ...found.profile } };
}
