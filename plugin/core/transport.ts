/** Another process works the account now: the call was stopped before its first byte. */
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
  /** No connection ever stood, so the call surely had no effect. */
  neverConnected: boolean;
}

/** What a thrown fault of the connection says about the call that was made. */
export function transportFault(error: unknown): TransportFault {
  const { code = 'unknown' } = error as { code?: string };
  return { code, neverConnected: beforeConnecting.has(code) };
}
