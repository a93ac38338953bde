import type { EncryptedKind } from '../../core/inbound/events';

/** What X's wrapper around a message of X Chat says in the clear: X's word, signed by nobody. */
export interface EventWrapper {
  sequenceId?: string;
  messageId?: string;
  senderId?: string;
  /** Milliseconds since 1970. */
  createdAt?: number;
  kind: EncryptedKind;
}

/** Types of Thrift's binary protocol (Apache Thrift: binary protocol encoding). */
const text = 11;
const struct = 12;

/** What the content is, by the number of its field. */
const kinds: Record<number, EncryptedKind> = {
  1: 'message',
  3: 'keyChange',
  4: 'groupChange',
  5: 'failure',
};

/** The longest text that is looked at; ids are short. Bytes. */
const longest = 200;

/**
 * Reads the first fields of a `MessageEvent`, which are texts in a fixed order, up to its content.
 * @param event base64
 * @returns as much as can be read; whether the event is in order only opening it tells
 */
export function readWrapper(event: string): EventWrapper {
  const bytes = Buffer.from(event, 'base64');
  const fields = new Map<number, string>();
  let at = 0;
  while (at + 7 <= bytes.length && bytes[at] === text) {
    const length = bytes.readUInt32BE(at + 3);
    const end = at + 7 + length;
    if (end > bytes.length) break;
    if (length <= longest) fields.set(bytes.readInt16BE(at + 1), bytes.toString('utf8', at + 7, end));
    at = end;
  }
  // The content comes next: a struct whose only field is named for what it is.
  const readable = bytes[at] === struct && at + 6 <= bytes.length;
  if (!readable) return { kind: 'message' };
  const digits = (id: number) => (/^\d{1,19}$/.test(fields.get(id) ?? '') ? fields.get(id) : undefined);
  const [sequenceId, senderId, createdAt] = [digits(1), digits(3), digits(6)];
  const messageId = fields.get(2);
  return {
    kind: kinds[bytes.readInt16BE(at + 4)] ?? 'other',
    ...(sequenceId === undefined ? {} : { sequenceId }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(senderId === undefined ? {} : { senderId }),
    ...(createdAt === undefined ? {} : { createdAt: Number(createdAt) }),
  };
}
