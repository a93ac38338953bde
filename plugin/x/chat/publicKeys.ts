import type { ChatPorts } from './chatPorts';
import type { SigningKey } from 'chat-xdk-engine';
import { BoundedMap } from '../../core/boundedMap';
import type { KnownPersonKeys, PersonKeys } from '../../core/chat';
import { reasonOf } from '../../core/errors';
import { fetchPublicKeys } from './keysApi';

export interface PublicKeysOptions extends ChatPorts {
  /** The account's own user, whose keys are in use. */
  ownId: () => string | undefined;
}

/** That a user has no keys is believed for so long, in milliseconds. */
const absenceLife = 60 * 60_000;

/** That a user has no newer keys is believed for so long where something is sent. Milliseconds. */
const newestLifeMs = 5 * 60_000;

/** Whether the keys of somebody who writes are still theirs is asked this often. Milliseconds. */
const signerLifeMs = 24 * 60 * 60_000;

/** X's time of a message and ours of a change may differ by so much. Milliseconds. */
const slackMs = 10 * 60_000;

/**
 * People's public keys, by version. A version once seen stays as it was seen: X showing another key for it later
 * would be somebody else's key under the customer's name.
 */
export class PublicKeys {
  private readonly absent = new BoundedMap<string, number>(10_000);
  /** When X last told of a user, in ms since 1970. */
  private readonly toldAt = new BoundedMap<string, number>(10_000);
  /** Users of whom X is being asked beside the messages. */
  private readonly refreshing = new Set<string>();

  constructor(private readonly options: PublicKeysOptions) {}

  /** The keys X shows of a user, fetched when none are known, the newest first. @throws BridgeError */
  async of(userId: string): Promise<PersonKeys[]> {
    const keys = await this.all(userId);
    return keys.filter(({ withdrawnAt }) => withdrawnAt === undefined);
  }

  /** The newest keys of a user, as X had them no longer than some minutes ago. @throws BridgeError */
  async newest(userId: string): Promise<PersonKeys | undefined> {
    if (this.isOlder(userId, newestLifeMs)) await this.refresh(userId);
    const [newest] = await this.of(userId);
    return newest;
  }

  /** The version of a user's keys that came last, where it took the place of others that were known here. */
  async replaced(userId: string): Promise<string | undefined> {
    const { account, store } = this.options;
    const known = await store.personKeys(account, userId);
    const later = known.filter(({ replaces }) => replaces);
    return later.sort((one, other) => other.seenAt - one.seenAt)[0]?.version;
  }

  /** Asks X for what is new. @returns whether there was a new version, or one X had withdrawn @throws BridgeError */
  async refresh(userId: string): Promise<boolean> {
    const { account, client, store, clock } = this.options;
    const known = await store.personKeys(account, userId);
    const shown = await fetchPublicKeys(client, userId);
    this.toldAt.set(userId, clock.now());
    let found = false;
    for (const keys of shown) if (await this.take(userId, keys, known)) found = true;
    if (await this.noteShown(userId, known, shown)) found = true;
    if (known.length === 0 && !found) this.absent.set(userId, clock.now() + absenceLife);
    else this.absent.delete(userId);
    return found;
  }

  /**
   * As the library wants them to check who signed something.
   * @param at when X says it was signed, in ms since 1970: keys that X had withdrawn by then do not count
   * @throws BridgeError
   */
  async signersOf(userId: string, at?: number): Promise<SigningKey[]> {
    const keys = await this.all(userId);
    // Somebody whose phone was stolen registers again. Messages do not wait for X to say so.
    if (keys.length > 0 && this.isOlder(userId, signerLifeMs)) this.refreshLater(userId);
    return (await this.genuine(userId, keys))
      .filter(({ withdrawnAt = Infinity }) => at === undefined || at < withdrawnAt + slackMs)
      .map(({ version, identity, signing, signature }) => ({
        userId,
        publicKeyVersion: version,
        publicKey: signing,
        identityPublicKey: identity,
        identityPublicKeySignature: signature,
      }));
  }

  /** X could list a key of its own as one of the account's, and sign in its name. */
  private async genuine(userId: string, keys: KnownPersonKeys[]): Promise<KnownPersonKeys[]> {
    const { account, workers, ownId } = this.options;
    if (userId !== ownId()) return keys;
    const identities = keys.map(({ identity }) => identity);
    const isOurs = await workers.call('matchOwn', { account, identities });
    return keys.filter((_, index) => isOurs[index]);
  }

  private async all(userId: string): Promise<KnownPersonKeys[]> {
    const { account, store, clock } = this.options;
    const known = await store.personKeys(account, userId);
    if (known.length > 0 || (this.absent.get(userId) ?? 0) > clock.now()) return known;
    await this.refresh(userId);
    return store.personKeys(account, userId);
  }

  private isOlder(userId: string, lifeMs: number): boolean {
    return this.options.clock.now() - (this.toldAt.get(userId) ?? -Infinity) > lifeMs;
  }

  private refreshLater(userId: string): void {
    if (this.refreshing.has(userId)) return;
    this.refreshing.add(userId);
    this.refresh(userId)
      .catch((error: unknown) =>
        this.options.log.debug("X does not tell a customer's public keys again", {
          userId,
          reason: reasonOf(error),
        }),
      )
      .finally(() => this.refreshing.delete(userId));
  }

  /** @returns whether it is a new version, and one to be trusted */
  private async take(userId: string, keys: PersonKeys, known: KnownPersonKeys[]): Promise<boolean> {
    const { account, workers, store, clock, log } = this.options;
    const before = known.find(({ version }) => version === keys.version);
    if (before) {
      if (!isSame(before, keys))
        log.error('X shows another public key than before; it is not trusted', { userId });
      return false;
    }
    if (!(await workers.call('checkBinding', keys))) {
      const { version } = keys;
      log.error('public keys that do not belong together are not trusted', { userId, version });
      return false;
    }
    const replaces = known.length > 0 && known.every(({ identity }) => identity !== keys.identity);
    await store.savePersonKeys(account, userId, keys, { replaces, seenAt: clock.now() });
    return true;
  }

  /**
   * Notes what X has withdrawn, and shows again. An answer without any keys says nothing of those that are known.
   * @returns whether something is shown again
   */
  private async noteShown(userId: string, known: KnownPersonKeys[], shown: PersonKeys[]): Promise<boolean> {
    const { account, store, clock } = this.options;
    let isBack = false;
    if (shown.length === 0) return isBack;
    for (const { version, withdrawnAt } of known) {
      const isShown = shown.some((each) => each.version === version);
      if (isShown !== (withdrawnAt === undefined))
        await store.markWithdrawn(account, userId, version, isShown ? undefined : clock.now());
      if (isShown && withdrawnAt !== undefined) isBack = true;
    }
    return isBack;
  }
}

const isSame = (one: PersonKeys, other: PersonKeys) =>
  one.identity === other.identity && one.signing === other.signing;
