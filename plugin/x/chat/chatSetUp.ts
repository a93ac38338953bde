import type { ChatPorts } from './chatPorts';
import type { Registration } from 'chat-xdk-engine';
import { z } from 'zod';
import { backoff } from '../../core/backoff';
import { BridgeError, reasonOf, refusal } from '../../core/errors';
import { openBox, sealBox, sealedBox } from '../../disk/sealedBox';
import { fetchBackupConfig, fetchPublicKeys, registerKeys } from './keysApi';
import type { ChatAccount } from './chatAccount';
import type { KeyInfo } from './keyFile';
import { backUpWithPin, checkPin, recoverWithPin } from './pinBackup';
import { say } from '../../texts/text';

export interface ChatSetUpOptions extends Omit<ChatPorts, 'account' | 'store'> {
  chat: ChatAccount;
  random: () => number;
  apiBaseUrl: string;
  /** The account's own user, asked of X while it is not known. */
  findUserId: () => Promise<string>;
}

/** What an admin sees of an account's keys. */
export interface KeysOnX {
  userId: string;
  /** The versions X has for the account, the newest last. */
  versions: string[];
  /** Whether X knows of a backup behind a PIN. */
  backup: boolean;
}

const format = 'openchannel-x chat keys';
const keysFile = z.object({ format: z.literal(format), userId: z.string(), sealed: sealedBox });

/** The blob of X's library: both private keys, 32 bytes each. */
const keysLength = 64;

/** Gives an account its keys for encrypted chat. Everything here is asked for by an admin, and nothing repeats itself. */
export class ChatSetUp {
  private stopped = false;
  private cancelRetry = () => {};

  constructor(private readonly options: ChatSetUpOptions) {}

  /** What X has for the account. @throws BridgeError */
  async keysOnX(): Promise<KeysOnX> {
    const { client, findUserId } = this.options;
    const userId = await findUserId();
    const [keys, config] = [await fetchPublicKeys(client, userId), await fetchBackupConfig(client, userId)];
    const versions = keys.map(({ version }) => version);
    return {
      userId,
      versions: inOrder(versions),
      backup: config !== undefined,
    };
  }

  /**
   * Makes keys and registers them with X. They are on the disk, beside those in use, before X hears of them, and take
   * their place once X has them, so that neither can be lost.
   * @param replace the admin agreed to cut off the devices that use the keys X has now
   * @param pin with one, X keeps a backup, so that X's app can take the keys up
   * @returns why there is no backup, where one was asked for and the keys are there
   * @throws BridgeError
   */
  async create(replace: boolean, pin?: string): Promise<string | undefined> {
    if (pin !== undefined) checkPin(pin);
    await this.createKeys(replace);
    if (pin === undefined) return undefined;
    return this.backUp(pin).then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    );
  }

  private async createKeys(replace: boolean): Promise<void> {
    const { workers, chat, log } = this.options;
    const { userId, versions } = await this.keysOnX();
    if (await this.adoptCreated(userId)) return;
    if (versions.length > 0 && !replace) throw refusal(say('keys.exist'));
    const { keys, registration } = await workers.call('generate', null);
    const fingerprint = registration.publicKey.publicKeyFingerprint ?? '';
    const info = this.info(userId, 'created', fingerprint);
    try {
      await chat.keys.createdKeys.save(info, keys);
      const version = await this.register(userId, registration);
      if (version === undefined) {
        // X chose one and does not say which: its list of keys does.
        if (await this.adoptCreated(userId)) return;
        throw refusal(say('keys.notShownYet'));
      }
      await chat.forgetConversations();
      await chat.keys.keyFile.save({ ...info, version }, keys);
      chat.keys.createdKeys.remove();
      log.warn('keys for encrypted chat were created and registered', { version, fingerprint });
    } finally {
      keys.fill(0);
    }
    await chat.loadOthers();
  }

  /** Keys that X certainly refused are of no use; where it may have taken them they stay until that is known. */
  private async register(userId: string, registration: Registration): Promise<string | undefined> {
    const { client, chat } = this.options;
    try {
      return await registerKeys(client, userId, registration);
    } catch (error) {
      if (error instanceof BridgeError && !error.outcomeUnknown) chat.keys.createdKeys.remove();
      throw error;
    }
  }

  /** At the start: finds out what has become of keys whose registration was in doubt, until X tells. Never throws. */
  async settle(attempts = 1): Promise<void> {
    const { chat, findUserId, clock, random, log } = this.options;
    if (this.stopped || !chat.keys.createdKeys.exists()) return;
    try {
      if (await this.adoptCreated(await findUserId())) return;
      log.warn('X does not have the keys for encrypted chat that were created last; the ones before go on');
    } catch (error) {
      if (!(error instanceof BridgeError) || !error.retryable) {
        log.error('it is not known whether X has the created keys', { reason: reasonOf(error) });
        return;
      }
      this.cancelRetry = clock.after(backoff(attempts, random()), () => void this.settle(attempts + 1));
    }
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry();
  }

  /**
   * Gets the keys out of X's backup. A wrong PIN costs a guess; it is tried once.
   * @throws BridgeError in the admin's words
   */
  async recover(pin: string): Promise<void> {
    const userId = await this.options.findUserId();
    const config = await fetchBackupConfig(this.options.client, userId);
    await this.take(await recoverWithPin(pin, { ...this.options, config }), userId, 'recovered');
  }

  /**
   * Puts the keys in use into X's backup behind a PIN, so that X's app reads and writes with them too. Another backup of this
   * version of the keys is replaced.
   * @throws BridgeError in the admin's words
   */
  async backUp(pin: string): Promise<void> {
    const { client, chat, findUserId, log } = this.options;
    checkPin(pin);
    await chat.keys.compareWithX(0);
    if (chat.state() !== 'ok') throw refusal(say('keys.notNewest'));
    const config = await fetchBackupConfig(client, await findUserId());
    await backUpWithPin(pin, () => chat.keys.keyFile.read(), { ...this.options, config });
    log.warn('the keys for encrypted chat were backed up on X behind a PIN');
  }

  /** Takes keys that were exported here. @throws BridgeError in the admin's words */
  async import(content: string, password: string): Promise<void> {
    const userId = await this.options.findUserId();
    const file = parse(content);
    if (file.userId !== userId) throw refusal(say('keys.otherAccount'));
    const keys = await openBox(file.sealed, password).catch(() => {
      throw refusal(say('keys.wrongPassword'));
    });
    await this.take(Uint8Array.from(keys), userId, 'imported');
    keys.fill(0);
  }

  /** The keys as a file that only the password opens. @throws BridgeError while there are none */
  async export(password: string): Promise<string> {
    const { chat, log } = this.options;
    const info = chat.keys.keyFile.info();
    if (!info) throw refusal(say('keys.none'));
    const keys = await chat.keys.keyFile.read();
    try {
      const sealed = await sealBox(Buffer.from(keys.buffer), password);
      log.warn('the keys for encrypted chat were exported', { fingerprint: info.fingerprint });
      return JSON.stringify({ format, userId: info.userId, sealed }, undefined, 2);
    } finally {
      keys.fill(0);
    }
  }

  /** Takes up keys of an earlier try, of which it was not known whether X took them. @returns whether it did */
  private async adoptCreated(userId: string): Promise<boolean> {
    const { keyFile, createdKeys } = this.options.chat.keys;
    // Up to 0.7 they took the place of those in use at once.
    const source = createdKeys.exists() ? createdKeys : keyFile;
    const info = source.info();
    if (!info || info.version !== undefined) return false;
    try {
      await this.take(await source.read(), userId, 'created');
      createdKeys.remove();
      return true;
    } catch (error) {
      if (error instanceof BridgeError && !error.retryable) return false;
      throw error;
    }
  }

  /** Takes private keys into use, where X has their public half. Wipes them. */
  private async take(keys: Uint8Array, userId: string, origin: KeyInfo['origin']): Promise<void> {
    const { client, workers, chat, log } = this.options;
    try {
      if (keys.length !== keysLength) throw refusal(say('keys.otherKind'));
      const known = await fetchPublicKeys(client, userId);
      const registered = known.map(({ identity }) => identity);
      const { fingerprint, matches } = await workers.call('inspect', {
        keys: Uint8Array.from(keys),
        registered,
      });
      const versions = known.filter((_, index) => matches[index]).map(({ version }) => version);
      const version = inOrder(versions).at(-1);
      if (version === undefined) throw refusal(say('keys.notOnX'));
      // The same ones open what they have opened before.
      const before = this.infoBefore();
      const isSame = before?.fingerprint === fingerprint && before.version === version;
      if (!isSame) await chat.forgetConversations();
      await chat.keys.keyFile.save({ ...this.info(userId, origin, fingerprint), version }, keys);
      log.warn(`keys for encrypted chat were ${origin}`, { version, fingerprint });
      await (isSame ? chat.load() : chat.loadOthers());
    } finally {
      keys.fill(0);
    }
  }

  /** What is there is replaced, so that it does not matter when it cannot be understood. */
  private infoBefore(): KeyInfo | undefined {
    try {
      return this.options.chat.keys.keyFile.info();
    } catch {
      return undefined;
    }
  }

  private info(userId: string, origin: KeyInfo['origin'], fingerprint: string): KeyInfo {
    return { userId, origin, fingerprint, savedAt: new Date(this.options.clock.now()).toISOString() };
  }
}

/** Versions have up to 19 digits, more than a number holds. */
function inOrder(versions: string[]): string[] {
  return versions.sort((one, other) => Number(BigInt(one) - BigInt(other)));
}

function parse(content: string): z.infer<typeof keysFile> {
  try {
    return keysFile.parse(JSON.parse(content));
  } catch {
    throw refusal(say('keys.notAFile'));
  }
}
