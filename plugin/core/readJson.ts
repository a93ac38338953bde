import { withoutNul } from './links';

/**
 * Parses JSON from outside. NUL characters are taken out of its texts: the store would cut a text there, and no person
 * writes them.
 * @throws SyntaxError when it is not JSON
 */
export function readJson(text: string): unknown {
  return text.includes('\\u0000') ? (JSON.parse(text, dropNul) as unknown) : (JSON.parse(text) as unknown);
}

/** For the second argument of a JSON parser. */
export function dropNul(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? withoutNul(value) : value;
}
