import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ChatConversation, ChatStore, ConversationKey, PersonKeys } from '../../bridge/chat';
import { BridgeError, reasonOf } from '../../bridge/errors';
import type { Log } from '../../bridge/ports';
import type { XClient } from '../client';
import { addConversationKeys, fetchEvents } from './chatApi';
import { readWrapper } from './messageEvent';
import { PageTokens } from '../pageTokens';
import type { PublicKeys } from './publicKeys';
import type { ChatThreads } from './threads';

export interface ConversationKeysOptions {
  account: string;
  client: XClient;
  threads: ChatThreads;
  store: ChatStore;
  publicKeys: PublicKeys;
  /** The account's own user and the version of its keys. */
  own: () => { userId: string; version: string } | undefined;
  /** Hears of a change that cannot be trusted: it may have been made for other keys than the ones here. */
  onUntrusted: () => Promise<void>;
  log: Log;
}

/** A hundred events each: further back than that a message is given up. */
const maxHistoryPages = 20;

/** So many changes are remembered as taken in. */
const mostRemembered = 10_000;

const keyChange = z.object({
  type: z.literal('keyChange'),
  verified: z.literal(true),
  conversationId: z.string(),
  senderId: z.string(),
  keyVersion: z.string().regex(/^\d{1,19}$/),
  participantKeys: z.array(
    z.object({ userId: z.string(), encryptedKey: z.string(), publicKeyVersion: z.string() }),
  ),
});

/** The keys of conversations: each change is checked before it counts, and kept as it came, encrypted for the account. */
export class ConversationKeys {
  /** Changes that were taken in, so that one that comes again, as they do, costs nothing. */
  private readonly learnt = new Set<string>();

  constructor(private readonly options: ConversationKeysOptions) {}

  /** Forgets all keys: they are encrypted for keys of the account that are no longer its own. */
  forget(): void {
    const { account, store } = this.options;
    store.forgetKeys(account);
    this.learnt.clear();
  }

  known(conversationId: string): ConversationKey[] {
    const { account, store } = this.options;
    return store.keys(account, conversationId);
  }

  /**
   * Takes changes of a conversation's key in. One that cannot be trusted is left out and logged.
   * @throws BridgeError when X cannot be asked who signed it
   */
  async learn(conversationId: string, changes: string[]): Promise<void> {
    for (const event of changes) {
      const name = createHash('sha256').update(event).digest('base64');
      if (this.learnt.has(name)) continue;
      if (await this.learnOrLeaveOut(conversationId, event)) this.learnt.add(name);
      if (this.learnt.size > mostRemembered) this.learnt.clear();
    }
  }

  /** One whose signer X refuses to show must not keep the others from being learnt. */
  private async learnOrLeaveOut(conversationId: string, event: string): Promise<boolean> {
    try {
      return await this.learnOne(conversationId, event);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retryable) throw error;
      this.options.log.warn('a change of a conversation key cannot be checked and was left out', {
        conversationId,
        reason: reasonOf(error),
      });
      return false;
    }
  }

  /**
   * Takes in the changes X remembers, page by page.
   * @param isEnough asked after each page that brought a new version; without it, any new version is enough
   * @returns whether a version was new, and enough
   * @throws BridgeError
   */
  async learnFromHistory(conversationId: string, isEnough = () => Promise.resolve(true)): Promise<boolean> {
    const tokens = new PageTokens();
    let next: string | undefined;
    for (let pages = 0; pages < maxHistoryPages; pages += 1) {
      const before = this.known(conversationId).length;
      const page = await fetchEvents(this.options.client, conversationId, next);
      await this.learn(conversationId, page.keyChanges);
      if (this.known(conversationId).length > before && (await isEnough())) return true;
      next = tokens.next(page.next);
      if (next === undefined) break;
    }
    return false;
  }

  /**
   * The newest key of a conversation, so that something can be sent in it: known, from X's history, or made now.
   * @param partnerId the customer; undefined for a group, whose key is not ours to make
   * @throws BridgeError
   */
  async forSending(conversationId: string, partnerId: string | undefined): Promise<ChatConversation> {
    const newest = () => this.known(conversationId)[0];
    if (!newest()) await this.learnFromHistory(conversationId).catch(unlessUnknown);
    const known = newest();
    let key = known;
    if (partnerId !== undefined)
      key = known ? await this.renewed(conversationId, known, partnerId) : await this.make(partnerId);
    if (key) return { id: conversationId, keyVersion: key.version };
    const words =
      'X shows no key for this encrypted group, so it cannot be answered here. Please answer on x.com.';
    throw new BridgeError('refused-by-x', words, { agentMessage: words });
  }

  /**
   * The key that is known, or a new one where the customer has newer keys than it was made for, and so could not read.
   * @throws BridgeError what may go well later: a reply that waits is better than one nobody can read
   */
  private async renewed(
    conversationId: string,
    known: ConversationKey,
    partnerId: string,
  ): Promise<ConversationKey> {
    const { account, log } = this.options;
    try {
      if (!(await this.isOutdated(known, partnerId))) return known;
      // The customer's app may have made one already.
      await this.learnFromHistory(conversationId);
      const [newest = known] = this.known(conversationId);
      if (!(await this.isOutdated(newest, partnerId))) return newest;
      return await this.make(partnerId, newest.version);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retryable) throw error;
      log.warn(
        'an encrypted conversation gets no new key, so that the customer may not be able to read the reply',
        {
          account,
          userId: partnerId,
          reason: reasonOf(error),
        },
      );
      return this.known(conversationId)[0] ?? known;
    }
  }

  private async isOutdated({ partnerVersion }: ConversationKey, partnerId: string): Promise<boolean> {
    if (partnerVersion === undefined) return false;
    const newest = await this.options.publicKeys.newest(partnerId);
    return newest !== undefined && BigInt(newest.version) > BigInt(partnerVersion);
  }

  /** @param above the version of the key it takes the place of; X takes no older one */
  private async make(partnerId: string, above = '0'): Promise<ConversationKey> {
    const { account, client, threads, store, publicKeys, own, log } = this.options;
    const me = own();
    // Encrypted for a device they no longer use, nobody could read it.
    await publicKeys.refresh(partnerId);
    const [theirs] = await publicKeys.of(partnerId);
    const mine = me && (await this.keysOf(me));
    if (!me || !mine || !theirs) throw notReachable(partnerId);
    const keys = [
      { userId: me.userId, publicKey: mine.identity, keyVersion: mine.version },
      { userId: partnerId, publicKey: theirs.identity, keyVersion: theirs.version },
    ];
    const prepared = await threads.call('prepareKeys', { account, ownKey: mine.identity, publicKeys: keys });
    if (BigInt(prepared.version) <= BigInt(above))
      throw new BridgeError('refused-by-x', "the known key is newer than this machine's clock");
    await addConversationKeys(client, prepared);
    const sealedKey = prepared.participants.find(({ userId }) => userId === me.userId)?.sealedKey ?? '';
    const key = { version: prepared.version, sealedKey, partnerVersion: theirs.version };
    store.saveKey(account, prepared.conversationId, key);
    log.info('encrypted conversation begun', { userId: partnerId });
    return key;
  }

  /** The account's own public keys; new ones are not known yet. */
  private async keysOf({
    userId,
    version,
  }: {
    userId: string;
    version: string;
  }): Promise<PersonKeys | undefined> {
    const { publicKeys } = this.options;
    const find = async () => (await publicKeys.of(userId)).find((each) => each.version === version);
    return (await find()) ?? ((await publicKeys.refresh(userId)) ? find() : undefined);
  }

  /** @returns whether it could be trusted */
  private async learnOne(conversationId: string, event: string): Promise<boolean> {
    const { account, store, own, onUntrusted, log } = this.options;
    const { senderId } = readWrapper(event);
    const opened = senderId === undefined ? undefined : await this.openChange(senderId, event);
    const change = keyChange.safeParse(opened).data;
    if (!change || change.conversationId !== conversationId || !isMember(change.senderId, conversationId)) {
      log.warn('a change of a conversation key that cannot be trusted was left out', {
        conversationId,
        senderId,
      });
      await onUntrusted();
      return false;
    }
    const me = own();
    const mine = change.participantKeys.find(({ userId }) => userId === me?.userId);
    const partner = conversationId.startsWith('g')
      ? undefined
      : change.participantKeys.find(({ userId }) => userId !== me?.userId);
    if (mine)
      store.saveKey(account, conversationId, {
        version: change.keyVersion,
        sealedKey: mine.encryptedKey,
        ...(partner ? { partnerVersion: partner.publicKeyVersion } : {}),
      });
    return true;
  }

  /** @returns undefined when it is not what its sender signed */
  private async openChange(senderId: string, event: string): Promise<unknown> {
    const { account, threads, publicKeys } = this.options;
    const open = async () =>
      threads.call(
        'open',
        { account, event, keys: [], signers: await publicKeys.signersOf(senderId) },
        event,
      );
    let opened = await open();
    if ('fault' in opened && opened.fault === 'unverified' && (await publicKeys.refresh(senderId)))
      opened = await open();
    return 'event' in opened ? opened.event : undefined;
  }
}

/** Whether somebody has a say in a conversation; who is in a group, only X knows. */
export function isMember(userId: string, conversationId: string): boolean {
  return conversationId.startsWith('g') || conversationId.split(':').includes(userId);
}

/** A conversation X does not know yet has no history. */
function unlessUnknown(error: unknown): void {
  if (!(error instanceof BridgeError) || error.retryable) throw error;
}

function notReachable(userId: string): BridgeError {
  const words = 'This customer has no keys for encrypted chat on X (any more), so the answer was withheld.';
  return new BridgeError('chat-locked', `${words} (user ${userId})`, { agentMessage: words });
}
