import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import { openBox, rememberingKeys, sealBox, sealedBox } from '../../disk/sealedBox';
import { writeSafely } from '../../disk/writeSafely';
import { phrase } from '../../texts/text';

const savedKeys = z.object({
  userId: z.string().regex(/^\d{1,20}$/),
  /** The version X registered them under; absent while X does not have them yet. */
  version: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
  fingerprint: z.string(),
  origin: z.enum(['created', 'recovered', 'imported']),
  savedAt: z.string(),
  keys: z.string().optional(),
  sealed: sealedBox.optional(),
});

/** What is known of an account's private keys without them. */
export type KeyInfo = Omit<z.infer<typeof savedKeys>, 'keys' | 'sealed'>;

/** Private keys that are there, but cannot be had. */
class KeysLocked extends BridgeError {
  constructor(words: string) {
    super('chat-locked', words);
  }
}

/**
 * An account's private keys on the disk: a file of mode 0600, encrypted where the environment has a `DATA_KEY`.
 * Whoever loses it can read nothing that was written before.
 */
export class KeyFile {
  readonly path: string;
  private readonly derive = rememberingKeys();

  /** @param kind `created`: keys of which it is not known whether X has them, kept beside those in use */
  constructor(
    dataDir: string,
    account: string,
    private readonly dataKey: string,
    kind: 'inUse' | 'created' = 'inUse',
  ) {
    this.path = join(dataDir, 'chat-keys', `${account}${kind === 'created' ? '.created' : ''}.json`);
  }

  /** @throws KeysLocked when the file cannot be understood */
  info(): (KeyInfo & { encrypted: boolean }) | undefined {
    const saved = this.saved();
    if (!saved) return undefined;
    const { keys, sealed, ...info } = saved;
    return { ...info, encrypted: sealed !== undefined && keys === undefined };
  }

  /** The keys, for the caller to wipe. @throws KeysLocked in words for the admin */
  async read(): Promise<Uint8Array> {
    const saved = this.saved();
    if (saved?.keys !== undefined) return Uint8Array.from(Buffer.from(saved.keys, 'base64'));
    if (!saved?.sealed) throw new KeysLocked(`${this.path} holds no keys; restore it, or import them again`);
    if (this.dataKey === '') throw new KeysLocked(phrase('keys.state.needDataKey'));
    try {
      return Uint8Array.from(await openBox(saved.sealed, this.dataKey, this.derive));
    } catch {
      throw new KeysLocked(phrase('keys.state.wrongDataKey'));
    }
  }

  /** @param keys are left as they are */
  async save(info: KeyInfo, keys: Uint8Array): Promise<void> {
    const bytes = Buffer.from(keys);
    const secret =
      this.dataKey === ''
        ? { keys: bytes.toString('base64') }
        : { sealed: await sealBox(bytes, this.dataKey, this.derive) };
    bytes.fill(0);
    writeSafely(this.path, `${JSON.stringify({ ...info, ...secret }, undefined, 2)}\n`);
  }

  /** Keys that were saved before there was a `DATA_KEY` are encrypted with it. @throws KeysLocked */
  async protect(): Promise<void> {
    const info = this.info();
    if (!info || info.encrypted || this.dataKey === '') return;
    const keys = await this.read();
    await this.save(savedKeys.omit({ keys: true, sealed: true }).parse(info), keys);
    keys.fill(0);
  }

  /** Whether keys are encrypted when they are saved. */
  encrypts(): boolean {
    return this.dataKey !== '';
  }

  exists(): boolean {
    return existsSync(this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  private saved(): z.infer<typeof savedKeys> | undefined {
    if (!this.exists()) return undefined;
    try {
      return savedKeys.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch {
      throw new KeysLocked(`${this.path} cannot be understood; restore it, or import the keys again`);
    }
  }
}
