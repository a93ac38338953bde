import { createHmac, timingSafeEqual } from 'node:crypto';

/** The keys a request may be signed with. */
export interface Credentials {
  consumerKey: string;
  consumerSecret: string;
  accessToken: string;
  accessTokenSecret: string;
}

export interface SignedRequest {
  method: string;
  /** Scheme, host and path, without the query. */
  baseUrl: string;
  query: [string, string][];
  authorization: string;
}

const algorithms: Record<string, string> = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' };
/** Refused with a code of its own. */
export const timestampFault = 'timestamp out of bounds';

const usedNonces = new Set<string>();

/**
 * Checks an OAuth 1.0a signature (RFC 5849 §3.4) with code of its own, so that a mistake in the product's
 * library or in its use shows.
 * @returns why the request is refused, or undefined when it is good
 */
export function refuseSignature(
  request: SignedRequest,
  credentials: Credentials,
  now: number,
): string | undefined {
  if (!request.authorization.startsWith('OAuth ')) return 'no OAuth header';
  const fields = readHeader(request.authorization);
  const { oauth_signature: signature = '', ...signed } = fields;
  if (signed['oauth_consumer_key'] !== credentials.consumerKey) return 'unknown consumer key';
  if ((signed['oauth_token'] ?? '') !== credentials.accessToken) return 'unknown token';
  if ((signed['oauth_version'] ?? '1.0') !== '1.0') return 'wrong version';
  if (Math.abs(now / 1000 - Number(signed['oauth_timestamp'])) > 300) return timestampFault;
  const nonce = `${signed['oauth_timestamp'] ?? ''} ${signed['oauth_nonce'] ?? ''}`;
  if (!signed['oauth_nonce'] || usedNonces.has(nonce)) return 'nonce missing or used before';
  usedNonces.add(nonce);
  const algorithm = algorithms[signed['oauth_signature_method'] ?? ''];
  if (algorithm === undefined) return 'unknown signature method';
  const parameters = [...Object.entries(signed), ...request.query]
    .map(([key, value]) => [encode(key), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  const baseString = [request.method.toUpperCase(), request.baseUrl, parameters].map(encode).join('&');
  const key = `${encode(credentials.consumerSecret)}&${encode(credentials.accessTokenSecret)}`;
  const expected = createHmac(algorithm, key).update(baseString).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected) ? undefined : 'wrong signature';
}

/** The `oauth_token` of a header, to find whose request it is. */
export function tokenOf(authorization: string): string | undefined {
  return readHeader(authorization)['oauth_token'];
}

/** All fields of a header. */
export function readHeader(authorization: string): Record<string, string> {
  const pairs = [...authorization.matchAll(/(oauth_\w+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, decodeURIComponent(value)]));
}

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/** RFC 5849 §3.6: everything but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
