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

  /** Makes up for all that is owed. @throws BridgeError `store-unavailable` */
  async settleAll(): Promise<void> {
    for (const seq of [...this.pendingWrites.keys()]) await this.settle(seq);
  }

  /** Makes up for an owed write. @returns whether there was one */
  async settle(seq: number): Promise<boolean> {
    const write = this.pendingWrites.get(seq);
    if (!write) return false;
    await this.write(seq, write);
    return true;
  }
}
