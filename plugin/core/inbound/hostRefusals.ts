import { BoundedMap } from '../boundedMap';

/** From so many conversations in a row the host has refused a message: then it is the host's fault, not the messages'. */
const conversationsRefused = 2;

/** What is to be done with a message the host has refused for good. */
export type AfterRefusal =
  /** It alone is at fault. */
  | { verdict: 'set-aside' }
  /** The host refuses everything: it waits, and so do those that were set aside just before. */
  | { verdict: 'wait'; restore: number[] };

/** What an account's host has refused since it last accepted a message. */
interface Refused {
  queueNames: Set<string>;
  setAside: number[];
}

/**
 * Tells a message that the host can never take from a host that takes none, after a bad upgrade or behind a firewall that
 * answers in its place.
 */
export class HostRefusals {
  private readonly accounts = new Map<string, Refused>();
  /** How many messages of each account the host has accepted. */
  private readonly accepted = new Map<string, number>();
  /** How much had been accepted when a message was first refused, by the message's number. */
  private readonly firstRefused = new BoundedMap<number, number>(100_000);

  /** @returns whether the host had refused everything before */
  noteAccepted(account: string, seq: number): boolean {
    this.accepted.set(account, this.acceptedOf(account) + 1);
    this.firstRefused.delete(seq);
    const before = this.accounts.get(account);
    this.accounts.delete(account);
    // It has taken another, so that what was set aside stays so.
    for (const each of before?.setAside ?? []) this.firstRefused.delete(each);
    return before !== undefined && before.queueNames.size >= conversationsRefused;
  }

  noteRefused(account: string, seq: number, queueName: string): AfterRefusal {
    const acceptedBefore = this.firstRefused.get(seq);
    if (acceptedBefore !== undefined && this.acceptedOf(account) > acceptedBefore) {
      this.firstRefused.delete(seq);
      return { verdict: 'set-aside' };
    }
    this.firstRefused.set(seq, acceptedBefore ?? this.acceptedOf(account));
    const refused = this.accounts.get(account) ?? { queueNames: new Set<string>(), setAside: [] };
    this.accounts.set(account, refused);
    refused.queueNames.add(queueName);
    if (refused.queueNames.size >= conversationsRefused)
      return { verdict: 'wait', restore: refused.setAside.splice(0) };
    refused.setAside.push(seq);
    return { verdict: 'set-aside' };
  }

  private acceptedOf(account: string): number {
    return this.accepted.get(account) ?? 0;
  }
}
