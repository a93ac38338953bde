import { createHmac } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import type { XKeys } from './keys';

/**
 * The `Authorization` header of a request in a user's name (RFC 5849 §3; X docs: OAuth 1.0a). Query
 * parameters are part of the signature; JSON and multipart bodies are not.
 * @param now X's time, in ms since 1970: it refuses what is signed minutes before or after
 */
export function signRequest(keys: XKeys, method: string, url: string, now: number): string {
  const oauth = oauthOf(keys, now);
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

/** Signs in an app's name, as its keys say. @param now X's time, in ms since 1970 */
export function oauthOf(
  app: Pick<XKeys, 'consumerKey' | 'consumerSecret' | 'signatureMethod'>,
  now: number,
): OAuth {
  const algorithm = app.signatureMethod === 'HMAC-SHA256' ? 'sha256' : 'sha1';
  const oauth = new OAuth({
    consumer: { key: app.consumerKey, secret: app.consumerSecret },
    signature_method: app.signatureMethod,
    hash_function: (baseString, key) => createHmac(algorithm, key).update(baseString).digest('base64'),
  });
  oauth.getTimeStamp = () => Math.floor(now / 1000);
  return oauth;
}
