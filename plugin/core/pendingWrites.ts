import { BridgeError } from './errors';
import type { MessageStore, Tables } from './ports';

type Write = (tables: Tables) => Promise<void>;

/**
 * Outcomes that could not be written down at once. When the store fails after the other side has taken a
 * message, doing the call again would double it; so the write is owed and made up for before anything else
 * happens to that message.
 */
export class PendingWrites {
  private readonly pendingWrites = new Map<number, Write>();

  constructor(private readonly transaction: MessageStore['transaction']) {}

  /** Writes an outcome as one commit; when that throws, `settle` will write it. */
  async write(seq: number, write: Write): Promise<void> {
    this.pendingWrites.set(seq, write);
    await this.transaction(write);
    this.pendingWrites.delete(seq);
  }

  /** @throws BridgeError `store-unavailable` while something could not be written down */
  refuseUnwritten(): void {
    if (this.pendingWrites.size > 0)
      throw new BridgeError('store-unavailable', 'outcomes of calls are not written down yet', {
        retryable: true,
      });
  }

  /** Makes up for an owed write. @returns whether there was one */
  async settle(seq: number): Promise<boolean> {
    const write = this.pendingWrites.get(seq);
    if (!write) return false;
    await this.write(seq, write);
    return true;
  }
}
