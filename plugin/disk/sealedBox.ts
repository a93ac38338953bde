import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';

/** One derivation takes 128 MB and about half a second: a stolen file may be guessed at for years. */
const kdf = { N: 2 ** 17, r: 8, p: 1 };

/** Bytes that only a password opens (scrypt, AES-256-GCM); all parts base64. */
export const sealedBox = z.object({ salt: z.string(), iv: z.string(), tag: z.string(), data: z.string() });
export type SealedBox = z.infer<typeof sealedBox>;

/** Gives the key for a password and a salt. */
export type Derive = (password: string, salt: Buffer) => Promise<Buffer>;

/** @param salt another one for each box, unless its key is to be derived once for many */
export async function sealBox(
  bytes: Buffer,
  password: string,
  derive: Derive = keyOf,
  salt = randomBytes(16),
): Promise<SealedBox> {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', await derive(password, salt), iv);
  const data = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const text = (part: Buffer) => part.toString('base64');
  return { salt: text(salt), iv: text(iv), tag: text(cipher.getAuthTag()), data: text(data) };
}

/** @throws Error when the password is wrong, or the box was damaged: the two look the same */
export async function openBox(box: SealedBox, password: string, derive: Derive = keyOf): Promise<Buffer> {
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const key = await derive(password, bytes(box.salt));
  const decipher = createDecipheriv('aes-256-gcm', key, bytes(box.iv), { authTagLength: 16 });
  decipher.setAuthTag(bytes(box.tag));
  return Buffer.concat([decipher.update(bytes(box.data)), decipher.final()]);
}

/** Derives each key once, for boxes that are opened again and again. */
export function rememberingKeys(): Derive {
  const known = new Map<string, Promise<Buffer>>();
  return (password, salt) => {
    const name = salt.toString('base64');
    const key = known.get(name) ?? keyOf(password, salt);
    known.set(name, key);
    return key;
  };
}

function keyOf(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, { ...kdf, maxmem: 256 * 1024 * 1024 }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
