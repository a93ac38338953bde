import type { Ports } from '../corePorts';
import { BridgeError } from '../errors';
import { readMapValue, type Addressee } from '../mapValue';
import type { XUser } from '../messages';
import type { Async, Contacts } from '../ports';
import type { MessagingAccount } from '../gateways';
import { say, type Text } from '../../texts/text';

/**
 * Who on X is meant by a contact's Map Key value: a customer seen before, or one X knows by it. A look-up that X
 * answered is kept, for each one costs money.
 * @throws BridgeError `unknown-recipient` when there is no such user, or more than one may be meant; retryable when X
 *   could not be asked
 */
export async function findRecipient(
  value: string,
  account: MessagingAccount,
  ports: Ports<'contacts' | 'clock'>,
): Promise<XUser> {
  const addressee = readMapValue(value, account.mapValue);
  if (!addressee) throw unknownRecipient(value, say('reply.recipient.noHandle'));
  const known = await knownAs(value, addressee, account, ports.contacts);
  if (known) return known;
  const user = addressee.mayBeEither
    ? await byIdOrHandle(addressee.value, account)
    : await account.x.userByHandle(addressee.value);
  if (!user) throw unknownRecipient(value, say('reply.recipient.unknown'));
  await ports.contacts.see(account.name, user, ports.clock.now());
  return user;
}

/** Who is meant by a contact's Map Key value, as far as that can be said without asking X. */
export async function knownRecipient(
  value: string,
  account: MessagingAccount,
  contacts: Async<Contacts>,
): Promise<XUser | undefined> {
  const addressee = readMapValue(value, account.mapValue);
  return addressee && knownAs(value, addressee, account, contacts);
}

async function knownAs(
  value: string,
  { value: plain, id, mayBeEither }: Addressee,
  account: MessagingAccount,
  contacts: Async<Contacts>,
): Promise<XUser | undefined> {
  // As it stands on the host, or without decoration: the host's field may hold either.
  const seen =
    (await contacts.byMapValue(account.name, value.trim())) ??
    (await contacts.byMapValue(account.name, plain));
  if (seen) return seen;
  if (id !== undefined) return { id };
  return mayBeEither ? undefined : contacts.byUsername(account.name, plain);
}

/** Digits may be a handle or an id, of two people even: a reply must not go to the wrong one. */
async function byIdOrHandle(digits: string, { x }: MessagingAccount): Promise<XUser | undefined> {
  const [byId, byHandle] = await Promise.all([x.userById(digits), x.userByHandle(digits)]);
  if (byId && byHandle && byId.id !== byHandle.id)
    throw unknownRecipient(digits, say('reply.recipient.ambiguous'));
  return byId ?? byHandle;
}

function unknownRecipient(value: string, why: Text): BridgeError {
  return new BridgeError('unknown-recipient', say('reply.badRecipient', { value: value.slice(0, 80), why }));
}
