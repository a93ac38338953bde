import type { ChatPorts } from './chatPorts';
import type { ChatState } from '../../core/chat';
import { reasonOf } from '../../core/errors';
import { KeyFile } from './keyFile';
import type { PublicKeys } from './publicKeys';
import { phrase } from '../../texts/text';

export interface OwnKeysOptions extends Omit<ChatPorts, 'client' | 'store'> {
  settings: { active: boolean };
  dataDir: string;
  dataKey: string;
  publicKeys: PublicKeys;
  /** The account's own user, once known. */
  userId: () => string | undefined;
  /** Hears that keys were taken into use; `fingerprint` says which. */
  onLoaded: (fingerprint: string) => void;
}

/** Whether X has other keys for the account is asked this often at most when something hints at it, in milliseconds. */
const comparisonLife = 10 * 60_000;

/** And this often in any case. Milliseconds. */
const maxUncompared = 24 * 60 * 60_000;

/** An account's own private keys for encrypted chat, as far as they are in use. */
export class OwnKeys {
  readonly keyFile: KeyFile;
  /** Keys that were created here, until it is known whether X has them. */
  readonly createdKeys: KeyFile;
  private current: { userId: string; version: string } | undefined;
  private lockedBecause: string | undefined;
  /** The version of keys X has for the account that are newer than the ones here. */
  private newerVersion: string | undefined;
  private loading: Promise<void> | undefined;
  private isLoaded = false;
  private comparedAt = -Infinity;

  constructor(private readonly options: OwnKeysOptions) {
    const { dataDir, account, dataKey } = options;
    this.keyFile = new KeyFile(dataDir, account, dataKey);
    this.createdKeys = new KeyFile(dataDir, account, dataKey, 'created');
  }

  /** Takes the keys that are on the disk into use. Never throws. */
  load(): Promise<void> {
    this.isLoaded = false;
    this.loading = this.take()
      .catch((error: unknown) => {
        this.lockedBecause = reasonOf(error);
        this.options.log.error('the keys for encrypted chat cannot be used', { reason: reasonOf(error) });
      })
      .finally(() => (this.isLoaded = true));
    return this.loading;
  }

  /** Resolves when it is settled whether there are keys. */
  ready(): Promise<void> {
    return this.loading ?? this.load();
  }

  /** Whose keys are in use; undefined while there are none, or none of the account's own user. */
  identity(): { userId: string; version: string } | undefined {
    return this.isSomebodyElses() ? undefined : this.current;
  }

  isStale(): boolean {
    return this.newerVersion !== undefined;
  }

  state(): ChatState {
    if (!this.options.settings.active) return 'off';
    if (!this.isLoaded) return 'starting';
    if (this.lockedBecause !== undefined || this.isSomebodyElses()) return 'locked';
    if (!this.current) return 'no-keys';
    return this.newerVersion === undefined ? 'ok' : 'stale';
  }

  /** What an admin has to do about the state. */
  reason(): string | undefined {
    const state = this.state();
    if (this.isSomebodyElses()) return phrase('keys.state.otherUser', { userId: this.current?.userId ?? '' });
    if (state === 'locked') return this.lockedBecause;
    if (state === 'no-keys') return phrase('keys.state.none');
    if (state === 'stale') return phrase('keys.state.stale');
    return undefined;
  }

  /** Whoever registers other keys for the account makes the ones here useless for what comes then. @throws BridgeError */
  async compareWithX(atMostEvery = comparisonLife): Promise<void> {
    const { clock, log, publicKeys } = this.options;
    const own = this.identity();
    if (!own || this.newerVersion !== undefined || clock.now() < this.comparedAt + atMostEvery) return;
    await publicKeys.refresh(own.userId);
    this.comparedAt = clock.now();
    const [newest] = await publicKeys.of(own.userId);
    if (!newest || BigInt(newest.version) <= BigInt(own.version)) return;
    this.newerVersion = newest.version;
    log.error('X has newer keys for this account: new encrypted messages can no longer be read', {
      here: own.version,
      onX: newest.version,
    });
  }

  /** Compares the keys with X's once a day, whatever comes. Never throws. */
  async compareDaily(): Promise<void> {
    await this.compareWithX(maxUncompared).catch((error: unknown) =>
      this.options.log.info('X does not tell which keys it has for this account', {
        reason: reasonOf(error),
      }),
    );
  }

  private async take(): Promise<void> {
    const { account, workers, log } = this.options;
    this.current = undefined;
    this.lockedBecause = undefined;
    this.newerVersion = undefined;
    this.comparedAt = -Infinity;
    await this.keyFile.protect();
    await this.createdKeys.protect();
    const info = this.keyFile.info();
    if (info?.version === undefined) return;
    const { userId, version, fingerprint } = info;
    const keys = () => this.keyFile.read();
    (await keys()).fill(0);
    await workers.load(account, async () => ({ account, userId, version, keys: await keys() }));
    this.current = { userId, version };
    log.info('keys of encrypted chat loaded', { version, fingerprint });
    this.options.onLoaded(fingerprint);
  }

  /** An account may be connected again as another user of X. */
  private isSomebodyElses(): boolean {
    const userId = this.options.userId();
    return this.current !== undefined && userId !== undefined && userId !== this.current.userId;
  }
}
