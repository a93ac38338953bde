/** The wrapper X puts around what somebody posted (Apache Thrift: binary protocol). */
export interface EventParts {
  sequenceId: string;
  messageId: string;
  senderId: string;
  /** With a colon: it is part of what is signed. */
  conversationId: string;
  token: string;
  createdAt: number;
  /** The struct `detail`, with its stop byte. */
  detail: Buffer;
  signature: { signature: string; publicKeyVersion: string; signatureVersion: string } | Buffer;
}

const stop = Buffer.from([0]);

/** An event as X delivers it, base64. */
export function wrapEvent(parts: EventParts): string {
  const { signature } = parts;
  const signed = Buffer.isBuffer(signature)
    ? signature
    : Buffer.concat([
        text(1, signature.signature),
        text(2, signature.publicKeyVersion),
        text(3, signature.signatureVersion),
        stop,
      ]);
  return Buffer.concat([
    text(1, parts.sequenceId),
    text(2, parts.messageId),
    text(3, parts.senderId),
    text(4, parts.conversationId),
    text(5, parts.token),
    text(6, String(parts.createdAt)),
    struct(7, parts.detail),
    struct(9, signed),
    stop,
  ]).toString('base64');
}

/** The `detail` of a message: what was posted is its first field. */
export function messageDetail(content: Buffer): Buffer {
  return Buffer.concat([struct(1, content), stop]);
}

/** X's numbers for why a message failed (X's library: FailureType, in its order). */
const failureTypes = [
  'emptyDetail',
  'internalError',
  'contentsTooLarge',
  'tooManyMessages',
  'invalidSenderSignature',
  'nonLatestKeyVersion',
  'recipientNotTrusted',
  'recipientKeyChanged',
] as const;
export type SimFailure = (typeof failureTypes)[number];

/** The `detail` of X's word that a message failed. */
export function failureDetail(failure: SimFailure): Buffer {
  const type = Buffer.alloc(7);
  type[0] = 8;
  type.writeInt16BE(1, 1);
  type.writeInt32BE(failureTypes.indexOf(failure) + 1, 3);
  return Buffer.concat([struct(5, Buffer.concat([type, stop])), stop]);
}

function text(id: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(7);
  head[0] = 11;
  head.writeInt16BE(id, 1);
  head.writeInt32BE(bytes.length, 3);
  return Buffer.concat([head, bytes]);
}

function struct(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(3);
  head[0] = 12;
  head.writeInt16BE(id, 1);
  return Buffer.concat([head, body]);
}
