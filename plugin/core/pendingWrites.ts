import type { MessageStore, Tables } from './ports';

type Write = (tables: Tables) => Promise<void>;

/**
 * Outcomes that could not be written down at once. When the store fails after the other side has taken a
 * message, doing the call again would double it; so the write is owed and made up for before anything else
 * happens to that message.
 */
export class PendingWrites {
  private readonly pendingWrites = new Map<number, { account: string; write: Write; hasFailed: boolean }>();

  constructor(private readonly transaction: MessageStore['transaction']) {}

  /** Writes an outcome as one commit; when that throws, `settle` will write it. */
  async write(account: string, seq: number, write: Write): Promise<void> {
    const pending = { account, write, hasFailed: false };
    this.pendingWrites.set(seq, pending);
    try {
      await this.transaction(write);
      this.pendingWrites.delete(seq);
    } catch (error) {
      pending.hasFailed = true;
      throw error;
    }
  }

  /** Makes up for all that is owed of an account. @throws BridgeError `store-unavailable` */
  async settleAll(account: string): Promise<void> {
    for (const [seq, pending] of [...this.pendingWrites])
      if (pending.hasFailed && pending.account === account) await this.settle(seq);
  }

  /** Makes up for an owed write. @returns whether there was one */
  async settle(seq: number): Promise<boolean> {
    const pending = this.pendingWrites.get(seq);
    if (!pending) return false;
    await this.write(pending.account, seq, pending.write);
    return true;
  }
}
