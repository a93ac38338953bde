import { parse as parseLossless } from 'lossless-json';
import { dropNul, readJson } from '../../core/readJson';

/** A number too long for a double: 16 digits or more, where JSON allows a number to start. */
const longNumber = /[[:,]\s*-?\d{16,}/;

/**
 * Parses JSON of X. Ids exceed 2^53, and a few fields carry them as numbers; those become strings instead of
 * losing their last digits.
 * @throws SyntaxError when it is not JSON
 */
export function parseJson(text: string): unknown {
  return longNumber.test(text) ? parseLossless(text, dropNul, exactNumber) : readJson(text);
}

function exactNumber(digits: string): number | string {
  const value = Number(digits);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? digits : value;
}
