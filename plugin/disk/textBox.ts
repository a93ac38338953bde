import { randomBytes } from 'node:crypto';
import { openBox, rememberingKeys, sealBox, sealedBox } from './sealedBox';

/** Encrypts texts that are kept where others can read them, with the `DATA_KEY`. */
export class TextBox {
  private readonly derive = rememberingKeys();
  /** One for all that this process writes, so that its key is derived once. */
  private readonly salt = randomBytes(16);

  constructor(private readonly dataKey: string) {}

  async seal(text: string): Promise<string> {
    return JSON.stringify(await sealBox(Buffer.from(text), this.dataKey, this.derive, this.salt));
  }

  /** @throws Error when it was encrypted with another key, or is damaged */
  async open(sealed: string): Promise<string> {
    const box = sealedBox.parse(JSON.parse(sealed));
    return (await openBox(box, this.dataKey, this.derive)).toString('utf8');
  }
}
