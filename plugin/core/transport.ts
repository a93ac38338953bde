import { say, verbatim, type Text, type TextKey } from '../texts/text';

/** Another process handles the account now: the call was stopped before its first byte. */
export const takenOver = 'ETAKENOVER';

const beforeConnecting = new Set([
  takenOver,
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** A fault of the connection rather than of the other side. */
export interface TransportFault {
  /** The system's code, such as ECONNRESET. */
  code: string;
  /** No connection ever stood, so the call certainly had no effect. */
  neverConnected: boolean;
}

/** What a thrown fault of the connection says about the call that was made. */
export function transportFault(error: unknown): TransportFault {
  const { code = 'unknown' } = error as { code?: string };
  return { code, neverConnected: beforeConnecting.has(code) };
}

/** What a system's code means, for whoever reads no codes. */
const meanings = {
  ENOTFOUND: 'transport.unknownName',
  EAI_AGAIN: 'transport.unknownName',
  ECONNREFUSED: 'transport.refused',
  ECONNRESET: 'transport.cut',
  EPIPE: 'transport.cut',
  ETIMEDOUT: 'transport.late',
  ECONNABORTED: 'transport.late',
  ERR_CANCELED: 'transport.late',
  EHOSTUNREACH: 'transport.noWay',
  ENETUNREACH: 'transport.noWay',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'transport.certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'transport.certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'transport.certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'transport.certificate',
  CERT_HAS_EXPIRED: 'transport.certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'transport.certificate',
} as const satisfies Record<string, TextKey>;

/** Why a side cannot be reached, with the code for whoever looks it up. */
export function whyUnreachable(code: string): Text {
  const known: Partial<Record<string, (typeof meanings)[keyof typeof meanings]>> = meanings;
  const meaning = known[code];
  return meaning === undefined ? verbatim(code) : say('transport.withCode', { why: say(meaning), code });
}
