import type { ChatPorts } from './chatPorts';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BoundedMap } from '../../core/boundedMap';
import { isEncryptedGroup } from '../../core/conversation';
import { BridgeError, reasonOf } from '../../core/errors';
import { PageTokens } from '../api/pageTokens';
import { fetchEvents, type EventsPage } from './chatApi';
import { timeOf } from './keyVersions';
import type { Members } from './members';
import { readWrapper } from './messageEvent';
import type { PublicKeys } from './publicKeys';

export interface KeyChangesOptions extends ChatPorts {
  publicKeys: PublicKeys;
  members: Members;
  /** The account's own user and the version of its keys. */
  own: () => { userId: string; version: string } | undefined;
  /** Hears of a change that cannot be trusted: it may have been made for other keys than the ones here. */
  onUntrusted: () => Promise<void>;
  /** Hears that a conversation has a key that was not known. */
  onNewKey: (conversationId: string, version: string) => void;
}

/** A hundred events each: further back than that a message is given up. */
const maxHistoryPages = 20;

/** So many changes are remembered as taken in, or left out. */
const maxRemembered = 10_000;

/** A change that could not be trusted is looked at again after so long. Milliseconds. */
const leftOutLifeMs = 10 * 60_000;

/** The sender chooses the version, which is a time: nobody is so far ahead. Milliseconds. */
const maxAheadMs = 24 * 60 * 60_000;

/** So many keys of a group are kept of which it is not known that a member made them. */
const maxUntrusted = 50;

const keyChange = z.object({
  type: z.literal('keyChange'),
  verified: z.boolean(),
  conversationId: z.string(),
  senderId: z.string(),
  sequenceId: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional()
    .catch(undefined),
  keyVersion: z.string().regex(/^\d{1,19}$/),
  participantKeys: z.array(
    z.object({ userId: z.string(), encryptedKey: z.string(), publicKeyVersion: z.string() }),
  ),
});
type KeyChange = z.infer<typeof keyChange>;

/** Takes in changes of conversations' keys: each is checked before it counts, and kept as it came, encrypted for the account. */
export class KeyChanges {
  /** The versions of changes that were taken in, so that one that comes again, as they do, costs nothing. */
  private readonly learnt = new BoundedMap<string, string>(maxRemembered);
  /** Who wrote last under a key, where X did not tell whether they are in the group. */
  private readonly uses = new BoundedMap<string, { senderId: string; version: string }>(maxRemembered);
  /** When changes that could not be trusted were looked at, in ms since 1970. */
  private readonly leftOut = new BoundedMap<string, number>(maxRemembered);

  constructor(private readonly options: KeyChangesOptions) {}

  forget(): void {
    this.learnt.clear();
    this.leftOut.clear();
  }

  /**
   * Takes changes of a conversation's key in. One that cannot be trusted is left out and logged.
   * @throws BridgeError when X cannot be asked who signed it
   */
  async learn(conversationId: string, changes: string[]): Promise<void> {
    const { store, account, clock } = this.options;
    for (const event of changes) {
      const name = nameOf(event);
      if (await this.isLearnt(name, conversationId)) continue;
      // Where its signer has newer keys it may be trusted now.
      const signerKeys = await store.personKeys(account, readWrapper(event).senderId ?? '');
      const newest = signerKeys[0]?.version ?? '';
      const attempt = `${name} ${newest}`;
      if (clock.now() - (this.leftOut.get(attempt) ?? -Infinity) < leftOutLifeMs) continue;
      const version = await this.learnOrLeaveOut(conversationId, event);
      if (version === undefined) this.leftOut.set(attempt, clock.now());
      else this.learnt.set(name, version);
    }
  }

  /**
   * Takes in the changes X remembers, page by page.
   * @param isEnough asked after each page; without it, a page that brought a new version is enough
   * @returns whether it was enough, or all of the history was read, or there is more of it
   * @throws BridgeError
   */
  async learnFromHistory(
    conversationId: string,
    isEnough?: (page: EventsPage, foundNew: boolean) => boolean | Promise<boolean>,
  ): Promise<'enough' | 'end' | 'more'> {
    const { account, client, store } = this.options;
    const count = async () => (await store.keys(account, conversationId)).length;
    const tokens = new PageTokens();
    let next: string | undefined;
    for (let pages = 0; pages < maxHistoryPages; pages += 1) {
      const before = await count();
      const page = await fetchEvents(client, conversationId, next);
      await this.learn(conversationId, page.keyChanges);
      const foundNew = (await count()) > before;
      if (isEnough ? await isEnough(page, foundNew) : foundNew) return 'enough';
      next = tokens.next(page.next);
      if (next === undefined) return 'end';
    }
    return 'more';
  }

  /** Somebody in the group writes under a key: so it is one of the group's, whoever made it. @throws BridgeError */
  async noteUsed(conversationId: string, senderId: string, version: string): Promise<void> {
    const { account, store, members } = this.options;
    const key = (await store.keys(account, conversationId)).find((each) => each.version === version);
    if (!key?.untrusted) return;
    this.uses.set(conversationId, { senderId, version });
    const isMember = await members.has(senderId, conversationId);
    this.uses.delete(conversationId);
    if (!isMember) return;
    const trusted = { ...key };
    delete trusted.untrusted;
    await store.saveKey(account, conversationId, trusted);
  }

  /** Asks again who wrote under a key, where X did not tell. @throws BridgeError */
  async settleUse(conversationId: string): Promise<void> {
    const use = this.uses.get(conversationId);
    if (use) await this.noteUsed(conversationId, use.senderId, use.version);
  }

  /** A customer who is forgotten takes the keys along: the changes that brought them are looked at again. */
  private async isLearnt(name: string, conversationId: string): Promise<boolean> {
    const version = this.learnt.get(name);
    if (version === undefined || version === notForUs) return version !== undefined;
    const { store, account } = this.options;
    return (await store.keys(account, conversationId)).some((each) => each.version === version);
  }

  /** One whose signer X refuses to show must not keep the others from being learnt. */
  private async learnOrLeaveOut(conversationId: string, event: string): Promise<string | undefined> {
    try {
      return await this.learnOne(conversationId, event);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retryable) throw error;
      this.options.log.warn('a change of a conversation key cannot be checked and was left out', {
        conversationId,
        reason: reasonOf(error),
      });
      return undefined;
    }
  }

  /** @returns its version, where it could be taken in */
  private async learnOne(conversationId: string, event: string): Promise<string | undefined> {
    const { members, onUntrusted, log } = this.options;
    const { senderId } = readWrapper(event);
    const change =
      senderId === undefined ? undefined : await this.openChange(senderId, event, conversationId);
    const isOurs = change?.conversationId === conversationId && !this.isTooNew(change.keyVersion);
    const isTrusted = isOurs && change.verified && (await members.has(change.senderId, conversationId));
    // Only what was encrypted for the account can be had of it, and each message is verified by itself
    // (X docs: groups, "key changes from departed members").
    if (isOurs && (isTrusted || isEncryptedGroup(conversationId)))
      return await this.save(conversationId, change, isTrusted);
    log.warn('a change of a conversation key that cannot be trusted was left out', {
      conversationId,
      senderId,
    });
    await onUntrusted();
    return undefined;
  }

  /** @returns undefined where there is no room for it now */
  private async save(
    conversationId: string,
    change: KeyChange,
    isTrusted: boolean,
  ): Promise<string | undefined> {
    const { account, store, own, onNewKey, log } = this.options;
    const { keyVersion: version, participantKeys, sequenceId: sequence } = change;
    const me = own();
    const mine = participantKeys.find(({ userId }) => userId === me?.userId);
    if (!mine) return notForUs;
    const partner = isEncryptedGroup(conversationId)
      ? undefined
      : participantKeys.find(({ userId }) => userId !== me?.userId);
    const known = await store.keys(account, conversationId);
    const isNew = known.every((each) => each.version !== version);
    if (!isTrusted && known.filter(({ untrusted }) => untrusted).length >= maxUntrusted) {
      log.warn('a group has too many keys that nobody vouches for; another one was left out', {
        conversationId,
        version,
      });
      return undefined;
    }
    await store.saveKey(account, conversationId, {
      version,
      sealedKey: mine.encryptedKey,
      ...(partner ? { partnerVersion: partner.publicKeyVersion } : {}),
      ...(isTrusted ? {} : { untrusted: true }),
      ...(sequence === undefined ? {} : { sequence }),
    });
    if (isNew) onNewKey(conversationId, version);
    return version;
  }

  /**
   * @returns undefined when it is not what its sender signed; in a group, where its sender may have left and X shows their
   *   keys no more, it comes unverified
   */
  private async openChange(
    senderId: string,
    event: string,
    conversationId: string,
  ): Promise<KeyChange | undefined> {
    const { account, workers, publicKeys } = this.options;
    const at = readWrapper(event).createdAt;
    const open = async (anyone: boolean) => {
      const signers = await publicKeys.signersOf(senderId, at);
      return workers.call('open', { account, event, keys: [], signers, anyone }, event);
    };
    let opened = await open(false);
    const isUnverified = () => 'fault' in opened && opened.fault === 'unverified';
    if (isUnverified() && (await publicKeys.refresh(senderId))) opened = await open(false);
    if (isUnverified() && isEncryptedGroup(conversationId)) opened = await open(true);
    return 'event' in opened ? keyChange.safeParse(opened.event).data : undefined;
  }

  private isTooNew(version: string): boolean {
    return timeOf(version) > this.options.clock.now() + maxAheadMs;
  }
}

/** In the place of a version: a change without a part for the account. */
const notForUs = '';

const nameOf = (event: string) => createHash('sha256').update(event).digest('base64');
