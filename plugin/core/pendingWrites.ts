import type { MessageStore } from './ports';

/**
 * Outcomes that could not be written down at once. When the store fails after the other side has taken a
 * message, doing the call again would double it; so the write is owed and made up for before anything else
 * happens to that message.
 */
export class PendingWrites {
  private readonly owed = new Map<number, () => void>();

  constructor(private readonly gather: MessageStore['gather']) {}

  /** Writes an outcome as one commit; when that throws, `settle` will write it. */
  async write(seq: number, write: () => void): Promise<void> {
    this.owed.set(seq, write);
    await this.gather(write);
    this.owed.delete(seq);
  }

  /**
   * Makes up for an owed write.
   * @returns whether there was one
   */
  async settle(seq: number): Promise<boolean> {
    const write = this.owed.get(seq);
    if (!write) return false;
    await this.write(seq, write);
    return true;
  }
}
