import type { Async } from './ports';

/** How much of a person was taken out of the store. */
export interface Forgotten {
  /** Messages from them. */
  messages: number;
  /** Replies to them. */
  answers: number;
}

/** Rows that come after one and end with another, by their numbers. */
export interface RowRange {
  after: number;
  to: number;
}

/** Takes out of the store what is not to be kept. Rows stay for long, so that no message comes a second time. */
export interface Eraser {
  /**
   * Erases the words and media of some messages of an account that came to their end before a time (ms since 1970).
   * @returns how many; 0 when none is left
   */
  eraseSome(account: string, before: number): number;
  /**
   * Deletes some rows of an account whose words were erased and that are older than a time (ms since 1970). From then on a
   * message that X delivers once more would be taken for a new one.
   * @returns how many; 0 when none is left
   */
  pruneSome(account: string, before: number): number;
  /** The accounts of which the store holds messages, configured or not. */
  accounts(): string[];
  /** Erases the words and media of one message that came in, whatever has become of it. */
  erase(seq: number): void;
  /** The X user ids of whoever has, or had last, this handle (without @) or id. */
  usersCalled(handleOrId: string): string[];
  /** The numbers of the newest rows of each queue. */
  newestRows(): { in: number; out: number };
  /** The accounts that know a person, whether they have messages or not, and what the person is called there. */
  knownAs(userId: string): { account: string; username: string | undefined; name: string | undefined }[];
  /** How many rows came in from a person. */
  countReceived(userId: string, rows: RowRange): number;
  /** The same of replies to them. */
  countWritten(userId: string, mapValues: string[], rows: RowRange): number;
  /** Takes a person out of rows that came in; what still waits is set aside. @returns of how many */
  forgetReceived(userId: string, rows: RowRange): number;
  /** The same of replies to them. @param mapValues what Motion calls them, where the reply says no more */
  forgetWritten(userId: string, mapValues: string[], rows: RowRange): number;
  /** The values of the Map Key a person was handed to Motion with. */
  mapValuesOf(userId: string): string[];
  /** Takes out the rows that are about nobody but this person. */
  forgetTraces(userId: string): void;
}

/** Rows that are looked through at a time. */
const rowsAtATime = 5_000;

/** Calls again until nothing is left to do, a piece at a time, so that nothing else waits for it. @returns how much was done */
export async function untilDone(piece: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let done = await piece(); done > 0; done = await piece()) total += done;
  return total;
}

/** Takes all out that is kept of a person, in every account; what still waits is set aside. */
export async function forgetUser(eraser: Async<Eraser>, userId: string): Promise<Forgotten> {
  const values = await eraser.mapValuesOf(userId);
  const newest = await eraser.newestRows();
  // Before the rest too, so that nothing is written anew because of what is about to go.
  await eraser.forgetTraces(userId);
  const forgotten = { messages: 0, answers: 0 };
  for (const rows of rangesUpTo(newest.in)) forgotten.messages += await eraser.forgetReceived(userId, rows);
  for (const rows of rangesUpTo(newest.out))
    forgotten.answers += await eraser.forgetWritten(userId, values, rows);
  await eraser.forgetTraces(userId);
  return forgotten;
}

/** How much is kept of a person, in every account. */
export async function countOfUser(eraser: Async<Eraser>, userId: string): Promise<Forgotten> {
  const values = await eraser.mapValuesOf(userId);
  const newest = await eraser.newestRows();
  const kept = { messages: 0, answers: 0 };
  for (const rows of rangesUpTo(newest.in)) kept.messages += await eraser.countReceived(userId, rows);
  for (const rows of rangesUpTo(newest.out)) kept.answers += await eraser.countWritten(userId, values, rows);
  return kept;
}

function rangesUpTo(last: number): RowRange[] {
  const count = Math.ceil(last / rowsAtATime);
  return Array.from({ length: count }, (_, index) => ({
    after: index * rowsAtATime,
    to: (index + 1) * rowsAtATime,
  }));
}
