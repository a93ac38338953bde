import { createHmac } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import type { XKeys } from './keys';

/**
 * The `Authorization` header of a request in a user's name (RFC 5849 §3; X docs: OAuth 1.0a). Query
 * parameters are part of the signature; JSON and multipart bodies are not.
 */
export function signRequest(keys: XKeys, method: string, url: string): string {
  const oauth = oauthOf(keys);
  const { origin, pathname, searchParams } = new URL(url);
  // Handed over decoded: the library takes a "+" in an address for a plus, where it stands for a blank.
  const data = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  );
  const signed = oauth.authorize(
    { url: `${origin}${pathname}`, method, data },
    { key: keys.accessToken, secret: keys.accessTokenSecret },
  );
  return oauth.toHeader(signed).Authorization;
}

/** Signs in an app's name, as its keys say. */
export function oauthOf(app: Pick<XKeys, 'consumerKey' | 'consumerSecret' | 'signatureMethod'>): OAuth {
  const algorithm = app.signatureMethod === 'HMAC-SHA256' ? 'sha256' : 'sha1';
  return new OAuth({
    consumer: { key: app.consumerKey, secret: app.consumerSecret },
    signature_method: app.signatureMethod,
    hash_function: (baseString, key) => createHmac(algorithm, key).update(baseString).digest('base64'),
  });
}
