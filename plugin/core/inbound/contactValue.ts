import type { Ports } from '../corePorts';
import { BoundedMap } from '../boundedMap';
import { mapValueOf } from '../mapValue';
import type { XUser } from '../messages';
import type { MessagingAccount, MotionGateway } from '../gateways';

/** A renamed customer's contact is looked up on the host at most this often. Milliseconds. */
const lookUpPause = 60 * 60_000;

/**
 * The Map Key value a customer is handed to the host with. The X user id is the identity: who renames keeps
 * the contact under the old value until the host's record has the new one, and a handle that X gave on to
 * somebody else does not lead to the former holder's contact.
 */
export class ContactValues {
  /** By user: the handle that was looked up last, and when. */
  private readonly lookedUp = new BoundedMap<string, { wanted: string; at: number }>(10_000);

  constructor(private readonly ports: Ports<'contacts' | 'clock' | 'log'>) {}

  /**
   * @param kept the value the customer was handed over with before
   * @param host where the customer is looked up
   */
  async of(
    sender: XUser,
    kept: string | undefined,
    account: MessagingAccount,
    host: MotionGateway,
  ): Promise<string> {
    const wanted = mapValueOf(sender, account.mapValue);
    if (account.mapValue === 'id') return wanted;
    const { contacts, log } = this.ports;
    if (kept !== undefined && sameValue(kept, wanted)) return kept;
    const holder = await contacts.byMapValue(account.name, wanted);
    if (holder && holder.id !== sender.id) {
      if (kept === undefined)
        log.warn('the handle belongs to the contact of another customer; the id is used instead', {
          account: account.name,
          userId: sender.id,
          handle: wanted,
          contactOf: holder.id,
        });
      return kept ?? sender.id;
    }
    if (kept === undefined || sender.username === undefined) return kept ?? wanted;
    return this.afterRenaming(kept, sender.username, sender, account, host);
  }

  private async afterRenaming(
    kept: string,
    wanted: string,
    sender: XUser,
    account: MessagingAccount,
    host: MotionGateway,
  ) {
    const { clock, log } = this.ports;
    const key = `${account.name} ${sender.id}`;
    const last = this.lookedUp.get(key);
    if (last?.wanted === wanted && clock.now() - last.at < lookUpPause) return kept;
    const fields = { account: account.name, userId: sender.id, kept, handle: wanted };
    if ((await host.hasContact(wanted)) && !(await host.hasContact(kept))) {
      this.lookedUp.delete(key);
      log.info(
        "the contact in XCALLY Motion has the customer's new handle, which is used from now on",
        fields,
      );
      return wanted;
    }
    this.lookedUp.set(key, { wanted, at: clock.now() });
    if (last?.wanted !== wanted)
      log.info(
        'customer renamed on X; the contact keeps its Map Key value until it is changed in XCALLY Motion',
        fields,
      );
    return kept;
  }
}

/** Handles differ not by case, and people write them with an @. */
export function sameValue(one: string, other: string): boolean {
  const plain = (value: string) => value.trim().replace(/^@/, '').toLowerCase();
  return plain(one) === plain(other);
}
