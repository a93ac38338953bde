import { parse as parseLossless } from 'lossless-json';
import { dropNul, readJson } from '../../core/readJson';

/** A number too long for a double: 16 digits or more, where JSON allows a number to start. */
const longNumber = /[[:,]\s*-?\d{16,}/;

/** Parses JSON of X; whole numbers beyond 2^53, which are ids, become strings. @throws SyntaxError when it is none */
export function parseJson(text: string): unknown {
  return longNumber.test(text) ? parseLossless(text, dropNul, exactNumber) : readJson(text);
}

function exactNumber(digits: string): number | string {
  const value = Number(digits);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? digits : value;
}
