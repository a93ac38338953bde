/** How much of a person was taken out of the store. */
export interface Forgotten {
  /** Messages from them. */
  messages: number;
  /** Answers to them. */
  answers: number;
}

/** Takes out of the store what is not to be kept. Rows stay for long, so that no message comes a second time. */
export interface Eraser {
  /**
   * Erases the words and media of messages of an account that came to their end before a time (ms since 1970), a
   * piece at a time, so that nothing else waits for it.
   * @returns how many
   */
  eraseBefore(account: string, before: number): Promise<number>;
  /**
   * Deletes rows of an account whose words were erased and that are older than a time (ms since 1970), a piece at a time.
   * From then on a message that X delivers once more would be taken for a new one.
   * @returns how many
   */
  prune(account: string, before: number): Promise<number>;
  /** The accounts of which the store holds messages, configured or not. */
  accounts(): string[];
  /** Erases the words and media of one message that came in, whatever has become of it. */
  erase(seq: number): void;
  /** The X user ids of whoever has, or had last, this handle (without @) or id. */
  usersCalled(handleOrId: string): string[];
  /** Takes all out that is kept of a person, in every account; what still waits is set aside. */
  forget(userId: string): Promise<Forgotten>;
}
