import type { SigningKey } from 'chat-xdk-engine';
import type { ChatStore, PersonKeys } from '../../bridge/chat';
import type { Clock } from '../../bridge/clock';
import type { Log } from '../../bridge/ports';
import type { XClient } from '../client';
import { fetchPublicKeys } from './chatApi';
import type { ChatThreads } from './threads';
import { BoundedMap } from '../../bridge/boundedMap';

export interface PublicKeysOptions {
  account: string;
  client: XClient;
  threads: ChatThreads;
  store: ChatStore;
  clock: Clock;
  log: Log;
}

/** That a user has no keys is believed for so long, in milliseconds. */
const absenceLife = 60 * 60_000;

/** That a user has no newer keys is believed for so long. Milliseconds. */
const newestLifeMs = 5 * 60_000;

/**
 * People's public keys, by version. A version once seen stays as it was seen: X showing another key for it later
 * would be somebody else's key under the customer's name.
 */
export class PublicKeys {
  private readonly absent = new BoundedMap<string, number>(10_000);
  /** When X was last asked about a user, in ms since 1970. */
  private readonly askedAt = new BoundedMap<string, number>(10_000);

  constructor(private readonly options: PublicKeysOptions) {}

  /** The keys known of a user, fetched when there are none, the newest first. @throws BridgeError */
  async of(userId: string): Promise<PersonKeys[]> {
    const { account, store, clock } = this.options;
    const known = store.personKeys(account, userId);
    if (known.length > 0 || (this.absent.get(userId) ?? 0) > clock.now()) return known;
    await this.refresh(userId);
    return store.personKeys(account, userId);
  }

  /** The newest keys of a user, as X had them no longer than some minutes ago. @throws BridgeError */
  async newest(userId: string): Promise<PersonKeys | undefined> {
    const { clock } = this.options;
    if (clock.now() - (this.askedAt.get(userId) ?? -Infinity) > newestLifeMs) await this.refresh(userId);
    const [newest] = await this.of(userId);
    return newest;
  }

  /** Asks X for what is new. @returns whether there was a new version @throws BridgeError */
  async refresh(userId: string): Promise<boolean> {
    const { account, client, threads, store, clock, log } = this.options;
    this.askedAt.set(userId, clock.now());
    const known = store.personKeys(account, userId);
    let found = false;
    for (const keys of await fetchPublicKeys(client, userId)) {
      const before = known.find(({ version }) => version === keys.version);
      if (before) {
        if (!isSame(before, keys))
          log.error('X shows another public key than before; it is not trusted', { userId });
        continue;
      }
      if (!(await threads.call('checkBinding', keys))) {
        log.error('public keys that do not belong together are not trusted', {
          userId,
          version: keys.version,
        });
        continue;
      }
      store.savePersonKeys(account, userId, keys);
      found = true;
    }
    if (known.length === 0 && !found) this.absent.set(userId, clock.now() + absenceLife);
    else this.absent.delete(userId);
    return found;
  }

  /** As the library wants them to check who signed. @throws BridgeError */
  async signersOf(userId: string): Promise<SigningKey[]> {
    return (await this.of(userId)).map(({ version, identity, signing, signature }) => ({
      userId,
      publicKeyVersion: version,
      publicKey: signing,
      identityPublicKey: identity,
      identityPublicKeySignature: signature,
    }));
  }
}

const isSame = (one: PersonKeys, other: PersonKeys) =>
  one.identity === other.identity && one.signing === other.signing;
