import { BridgeError } from '../../core/errors';

/** X keeps media of Direct Messages behind the sign-in there. */
const signedHost = 'ton.twitter.com';

/**
 * Whether an address may be fetched: https on a configured host and port 443; another port only where it is
 * listed; plain http only for a loopback address listed with its port.
 * @param allowed `host` or `host:port` entries
 * @throws BridgeError `media-unavailable`
 */
export function checkMediaUrl(address: string, allowed: readonly string[]): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !isAllowed(url, allowed))
    throw new BridgeError(
      'media-unavailable',
      `media outside x.mediaHosts is not fetched: ${url?.host ?? 'no address'}`,
    );
  return url;
}

function isAllowed(url: URL, allowed: readonly string[]): boolean {
  if (url.username !== '' || url.password !== '') return false;
  const entries = allowed.map((entry) => entry.toLowerCase());
  const listedWithPort = entries.includes(
    `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`,
  );
  if (url.protocol === 'https:') return listedWithPort || (url.port === '' && entries.includes(url.hostname));
  const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'http:' && loopback && listedWithPort;
}

/** Whether X wants the request signed in the user's name from the start. */
export function needsSignature(url: URL): boolean {
  return url.hostname === signedHost || url.pathname.startsWith('/1.1/ton/');
}
