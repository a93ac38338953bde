/** What an engine of the store offers its tables. The tables' SQL runs on each of them. */

export type Value = string | number | null;

export type Row = Record<string, unknown>;

/** A statement that is run often. Rejects with BridgeError `store-unavailable`. */
export interface Query {
  run(...values: Value[]): Promise<void>;
  /** @returns how many rows were changed */
  change(...values: Value[]): Promise<number>;
  get(...values: Value[]): Promise<Row | undefined>;
  all(...values: Value[]): Promise<Row[]>;
}

/** Statements, and what engines write differently. Parameters are `?`, or `?1` where one is used more than once. */
export interface Sql {
  prepare(sql: string): Query;
  /** Behind a table's name: the index to go by, or none, for an engine that would choose another one. */
  by(index: string | undefined): string;
  /** The texts, or numbers, of a parameter that holds a list of them as JSON, for `IN`. */
  textsIn(parameter: string): string;
  numbersIn(parameter: string): string;
  /** A JSON column with a patch laid over: what is null in it goes (RFC 7396). */
  patched(column: string, patch: string): string;
  /** Whether a column of names has this one, whatever the case. */
  isName(column: string, parameter: string): string;
  /** What stood in rows before their last change is to be found nowhere, once the transaction is over. */
  forgetFormer(): void;
}

/** A text column's value; the schema says it is never anything else. */
export function textOf(row: Row, column: string): string {
  return row[column] as string;
}

/** The same where the column may be empty. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function optionalNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A value as JSON that every engine takes: no text in it has a NUL or half a character. */
export function jsonOf(value: unknown): string {
  const json = JSON.stringify(value);
  // As JSON spells them; a text that only looks so is looked through in vain.
  return /\\u(0000|d[89a-f])/.test(json)
    ? JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' ? wellFormed(each) : each))
    : json;
}

/** Half a surrogate pair cannot be written as UTF-8; a NUL, neither SQLite nor PostgreSQL takes. */
export function wellFormed(text: string): string {
  return text.replace(/\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, (each) =>
    each === '\0' ? '' : '\uFFFD',
  );
}
