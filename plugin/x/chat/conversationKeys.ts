import type { ChatConversation, ConversationKey, PersonKeys } from '../../core/chat';
import { BridgeError, reasonOf } from '../../core/errors';
import { addConversationKeys } from './chatApi';
import type { KeyChanges, KeyChangesOptions } from './keyChanges';
import { timeOf } from './keyVersions';
import { say } from '../../texts/text';

export interface ConversationKeysOptions extends KeyChangesOptions {
  changes: KeyChanges;
}

/** The keys of conversations: which one to send with, and new ones where they are needed. */
export class ConversationKeys {
  constructor(private readonly options: ConversationKeysOptions) {}

  /** Forgets all keys: they are encrypted for keys of the account that are no longer its own. */
  async forget(): Promise<void> {
    const { account, store, changes } = this.options;
    await store.forgetKeys(account);
    changes.forget();
  }

  /** The newest version first. */
  known(conversationId: string): Promise<ConversationKey[]> {
    const { account, store } = this.options;
    return store.keys(account, conversationId);
  }

  /** The key to send with, as far as it is known: of those that can be trusted, the one X has numbered last. */
  async newest(conversationId: string): Promise<ConversationKey | undefined> {
    const known = await this.known(conversationId);
    const trusted = known.filter(({ untrusted }) => untrusted === undefined);
    return trusted.sort(
      (one, other) =>
        Number(BigInt(other.sequence ?? 0) - BigInt(one.sequence ?? 0)) ||
        timeOf(other.version) - timeOf(one.version),
    )[0];
  }

  /**
   * The newest key of a conversation, so that something can be sent in it: known, from X's history, or made now.
   * @param partnerId the customer; undefined for a group, whose key is not ours to make
   * @throws BridgeError
   */
  async forSending(conversationId: string, partnerId: string | undefined): Promise<ChatConversation> {
    const { changes } = this.options;
    if (!(await this.newest(conversationId))) await changes.settleUse(conversationId);
    if (!(await this.newest(conversationId)))
      await changes.learnFromHistory(conversationId).catch(unlessUnknown);
    const known = await this.newest(conversationId);
    let key = known;
    if (partnerId !== undefined)
      key = known ? await this.renewed(conversationId, known, partnerId) : await this.make(partnerId);
    if (key) return { id: conversationId, keyVersion: key.version };
    throw new BridgeError('refused-by-x', say('chat.noGroupKey'));
  }

  /**
   * A key that X takes and the customer can open, after X said of a version that one of the two is not so.
   * @param partnerId the customer; undefined for a group
   * @returns undefined where there is no other key than that one
   * @throws BridgeError
   */
  async afterFailure(
    conversationId: string,
    partnerId: string | undefined,
    failed: string,
  ): Promise<ChatConversation | undefined> {
    const { changes, publicKeys } = this.options;
    await changes.learnFromHistory(conversationId).catch(unlessUnknown);
    if (partnerId !== undefined) await publicKeys.refresh(partnerId);
    const newest = await this.newest(conversationId);
    if (newest && newest.version !== failed) return { id: conversationId, keyVersion: newest.version };
    if (partnerId === undefined) return undefined;
    const made = await this.make(partnerId, failed);
    return { id: conversationId, keyVersion: made.version };
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
    const { account, changes, log } = this.options;
    try {
      if (!(await this.isOutdated(known, partnerId))) return known;
      // The customer's app may have made one already.
      await changes.learnFromHistory(conversationId);
      const newest = (await this.newest(conversationId)) ?? known;
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
      return (await this.newest(conversationId)) ?? known;
    }
  }

  private async isOutdated({ partnerVersion }: ConversationKey, partnerId: string): Promise<boolean> {
    const { publicKeys } = this.options;
    const newest = await publicKeys.newest(partnerId);
    // Up to 0.7 it was not noted: then their keys have changed since, or not.
    if (partnerVersion === undefined) return (await publicKeys.replaced(partnerId)) !== undefined;
    return newest !== undefined && BigInt(newest.version) > BigInt(partnerVersion);
  }

  /** @param above the version of the key it takes the place of; X takes no older one */
  private async make(partnerId: string, above = '0'): Promise<ConversationKey> {
    const { account, client, workers, store, publicKeys, own, log } = this.options;
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
    const prepared = await workers.call('prepareKeys', { account, ownKey: mine.identity, publicKeys: keys });
    if (timeOf(prepared.version) <= timeOf(above))
      throw new BridgeError('refused-by-x', "the known key is newer than this machine's clock");
    const sequence =
      (await addConversationKeys(client, prepared)) ?? (await this.nextSequence(prepared.conversationId));
    const sealedKey = prepared.participants.find(({ userId }) => userId === me.userId)?.sealedKey ?? '';
    const key = { version: prepared.version, sealedKey, partnerVersion: theirs.version, sequence };
    await store.saveKey(account, prepared.conversationId, key);
    log.info('new key made for an encrypted conversation', { userId: partnerId });
    return key;
  }

  /** Where X does not number a change of ours, it came after all that are known. */
  private async nextSequence(conversationId: string): Promise<string> {
    const known = await this.known(conversationId);
    const sequences = known.map(({ sequence }) => BigInt(sequence ?? 0));
    return String(sequences.reduce((last, each) => (each > last ? each : last), 0n) + 1n);
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
}

/** A conversation X does not know yet has no history. */
function unlessUnknown(error: unknown): void {
  if (!(error instanceof BridgeError) || error.retryable) throw error;
}

function notReachable(userId: string): BridgeError {
  const words = say('chat.notReachable');
  return new BridgeError('chat-locked', `${String(words)} (user ${userId})`, { agentMessage: words });
}
