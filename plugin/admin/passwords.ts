import { createHmac, randomBytes, scrypt, type ScryptOptions } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { refusal } from '../core/errors';
import { writeSafely } from '../disk/writeSafely';
import { sameSecret } from '../core/sameSecret';
import { say } from '../texts/text';

const savedPanel = z.object({
  /** scrypt of the password somebody chose. */
  hash: z.object({ salt: z.string(), key: z.string(), cost: z.number() }).optional(),
  /** Signs the marks of known browsers. */
  deviceKey: z.string(),
  /** Claims the panel, once. */
  setupCode: z.string().optional(),
});

type SavedPanel = z.infer<typeof savedPanel>;

/** OWASP's recommendation of 2023 for scrypt, with the memory of one sign-in at 32 MB. */
const cost = 2 ** 15;
const minPasswordLength = 10;
const setupCodeFile = 'panel-setup-code.txt';

export interface PasswordsOptions {
  dataDir: string;
  /** The password of the configuration; empty: none is set there. */
  configured: () => string;
  /** The password made at the first start, which counts until somebody chooses one. */
  generated: () => string;
  /** Hears the set-up code while nobody has claimed the panel. */
  onUnclaimed: (code: string, file: string) => void;
}

/** The panel's password: chosen with the set-up code, kept as a hash in `<dataDir>/panel.json`. */
export class Passwords {
  /** @throws Error when the file is there but cannot be understood */
  constructor(private readonly options: PasswordsOptions) {
    const kept = this.read();
    const { deviceKey, hash, setupCode } = kept ?? { deviceKey: randomBytes(32).toString('base64url') };
    const isClaimed = options.configured() !== '' || hash !== undefined;
    const code = isClaimed ? undefined : (setupCode ?? newSetupCode());
    // A disk without room must not keep the plugin from starting, so nothing is written that is there already.
    if (code !== setupCode || !kept) this.save({ deviceKey, hash, setupCode: code });
    if (code !== undefined) options.onUnclaimed(code, this.codeFile());
  }

  /** Read each time, since another process may have changed it. */
  private get saved(): SavedPanel {
    return this.read() ?? { deviceKey: '' };
  }

  /** Whether a password was chosen, here or in the configuration. */
  claimed(): boolean {
    return this.options.configured() !== '' || this.saved.hash !== undefined;
  }

  async isRight(password: string): Promise<boolean> {
    const { configured, generated } = this.options;
    if (configured() !== '') return sameSecret(password, configured());
    const { hash } = this.saved;
    if (!hash) return generated() !== '' && sameSecret(password, generated());
    const key = await derive(password, hash.salt, { N: hash.cost });
    // It may have been changed meanwhile: whoever knew the former one is not to be let in after that.
    return sameSecret(key, hash.key) && this.saved.hash?.key === hash.key;
  }

  /** Whether this is the set-up code, in whatever case and with whatever dashes. */
  isSetupCode(code: string): boolean {
    const plain = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]/g, '');
    const { setupCode } = this.saved;
    return setupCode !== undefined && !this.claimed() && sameSecret(plain(code), plain(setupCode));
  }

  /**
   * Sets a password; the set-up code and the generated password count no longer.
   * @throws BridgeError `bad-request` when it is too short, or the configuration has one
   */
  async choose(password: string): Promise<void> {
    if (this.options.configured() !== '') throw refusal(say('admin.passwordInFile'));
    if (Array.from(password).length < minPasswordLength)
      throw refusal(say('admin.shortPassword', { min: minPasswordLength }));
    const salt = randomBytes(16).toString('base64url');
    const hash = { salt, key: await derive(password, salt, { N: cost }), cost };
    this.save({ deviceKey: this.saved.deviceKey, hash });
  }

  /** A mark for a browser that has signed in. */
  newDevice(): string {
    const id = randomBytes(12).toString('base64url');
    return `${id}.${this.signatureOf(id)}`;
  }

  /** The id in a mark of ours; undefined for any other. */
  deviceOf(mark: string | undefined): string | undefined {
    const [id = '', signature = ''] = (mark ?? '').split('.');
    return id !== '' && sameSecret(signature, this.signatureOf(id)) ? id : undefined;
  }

  private signatureOf(id: string): string {
    return createHmac('sha256', this.saved.deviceKey).update(id).digest('base64url');
  }

  private read(): SavedPanel | undefined {
    const path = this.path();
    if (!existsSync(path)) return undefined;
    try {
      return savedPanel.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch {
      throw new Error(`${path} cannot be read; restore it, or remove it to choose a new password`);
    }
  }

  private save(saved: SavedPanel): void {
    writeSafely(this.path(), JSON.stringify(saved, undefined, 2));
    const { setupCode } = saved;
    if (setupCode === undefined) rmSync(this.codeFile(), { force: true });
    else writeSafely(this.codeFile(), `${setupCode}\n`);
  }

  private path(): string {
    return join(this.options.dataDir, 'panel.json');
  }

  private codeFile(): string {
    return join(this.options.dataDir, setupCodeFile);
  }
}

/** Sixteen characters that cannot be mistaken for each other: 80 random bits. */
function newSetupCode(): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const code = Array.from(randomBytes(16), (byte) => letters[byte % letters.length]).join('');
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

function derive(password: string, salt: string, options: ScryptOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const memory = { r: 8, p: 1, maxmem: 64 * 1024 * 1024, ...options };
    scrypt(password.normalize('NFKC'), salt, 32, memory, (error, key) => {
      if (error) reject(error);
      else resolve(key.toString('base64url'));
    });
  });
}
