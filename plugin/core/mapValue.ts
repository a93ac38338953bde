import type { XUser } from './messages';

/**
 * The value that identifies a customer on the host.
 * @param use what the account's `mapValue` says
 * @returns the id where the handle is wanted but unknown, so that the message still arrives
 */
export function mapValueOf(user: XUser, use: 'username' | 'id'): string {
  return use === 'username' ? (user.username ?? user.id) : user.id;
}

/** Who is meant by a contact's field: a handle or an id, however a person typed it. */
export interface Addressee {
  /** The value without decoration: a handle, unless there is an id. */
  value: string;
  id?: string;
  /** Digits that are short enough for a handle, where handles are wanted. */
  mayBeEither?: boolean;
}

/**
 * Reads a Map Key value as agents type it: `@handle`, `handle`, `https://x.com/handle` or an id.
 * @returns undefined when it can be neither a handle nor an id
 */
export function readMapValue(raw: string, use: 'username' | 'id'): Addressee | undefined {
  const value = raw
    .trim()
    .replace(/^https?:\/\/(?:www\.|mobile\.)?(?:x|twitter)\.com\/@?([A-Za-z0-9_]+)\/?(?:\?.*)?$/i, '$1')
    .replace(/^@/, '');
  const isNumber = /^\d{1,19}$/.test(value);
  const fitsHandle = /^[A-Za-z0-9_]{1,15}$/.test(value);
  if (isNumber && (use === 'id' || !fitsHandle)) return { value, id: value };
  if (!fitsHandle) return undefined;
  return isNumber ? { value, mayBeEither: true } : { value };
}
