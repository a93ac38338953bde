/**
 * Outcomes that could not be written down at once. When the store fails after the other side has taken a
 * message, doing the call again would double it; so the write is owed and made up for before anything else
 * happens to that message.
 */
export class OwedWrites {
  private readonly owed = new Map<number, () => void>();

  /** Writes an outcome; when that throws, `settle` will write it. */
  write(seq: number, write: () => void): void {
    this.owed.set(seq, write);
    write();
    this.owed.delete(seq);
  }

  /**
   * Makes up for an owed write.
   * @returns whether there was one
   */
  settle(seq: number): boolean {
    const write = this.owed.get(seq);
    if (!write) return false;
    write();
    this.owed.delete(seq);
    return true;
  }
}
