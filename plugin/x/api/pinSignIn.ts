import axios, { type AxiosResponse } from 'axios';
import { BridgeError } from '../../core/errors';
import type { XKeys } from './keys';
import { plainCall, reach } from './plainCall';
import { oauthOf } from './signRequest';
import { say } from '../../texts/text';

type AppKeys = Pick<XKeys, 'consumerKey' | 'consumerSecret' | 'signatureMethod'>;

/** A token and its secret, of a request or of a user. */
export interface TokenPair {
  token: string;
  secret: string;
}

const clockToleranceMs = 60_000;

/** First leg of the PIN sign-in (RFC 5849 §2.1). @throws BridgeError `app-refused` when X does not know the keys */
export async function requestPinToken(apiBaseUrl: string, app: AppKeys): Promise<TokenPair> {
  const fields = await post(apiBaseUrl, '/oauth/request_token', app, undefined, { oauth_callback: 'oob' });
  return pairOf(fields);
}

/** Where the user allows the app and reads the PIN. */
export function authorizeUrl(apiBaseUrl: string, { token }: TokenPair): string {
  return `${trimmed(apiBaseUrl)}/oauth/authorize?oauth_token=${encodeURIComponent(token)}`;
}

/** Last leg: the PIN for the user's own token (§2.3). @throws BridgeError `bad-request` when it is wrong or too old */
export async function exchangePin(
  apiBaseUrl: string,
  app: AppKeys,
  request: TokenPair,
  pin: string,
): Promise<TokenPair & { userId: string; handle: string }> {
  const fields = await post(apiBaseUrl, '/oauth/access_token', app, request, { oauth_verifier: pin.trim() });
  const [userId, handle] = [fields.get('user_id') ?? '', fields.get('screen_name') ?? ''];
  return { ...pairOf(fields), userId, handle };
}

async function post(
  apiBaseUrl: string,
  path: string,
  app: AppKeys,
  token: TokenPair | undefined,
  extra: Record<string, string>,
): Promise<URLSearchParams> {
  const url = `${trimmed(apiBaseUrl)}${path}`;
  const send = (now: number) => {
    const headers = { authorization: authorization(app, url, token, extra, now) };
    return reach(axios.post<string>(url, '', { ...plainCall, headers }));
  };
  let response = await send(Date.now());
  // X refuses what is signed minutes too early or too late, and its answer tells the right time.
  const xTime = Date.parse(String(response.headers['date']));
  if (response.status === 401 && Math.abs(xTime - Date.now()) > clockToleranceMs)
    response = await send(xTime);
  if (response.status === 200) return new URLSearchParams(response.data);
  throw refusalOf(response, token !== undefined);
}

function refusalOf({ status }: AxiosResponse, withPin: boolean): BridgeError {
  if (withPin && status >= 400 && status < 500)
    return new BridgeError('bad-request', say('connect.wrongPin'));
  if (status === 401 || status === 403 || status === 400)
    return new BridgeError('app-refused', say('connect.unknownKeys'));
  return new BridgeError('x-unavailable', say('connect.tryLater', { status }), {
    retryable: true,
  });
}

function authorization(
  app: AppKeys,
  url: string,
  token: TokenPair | undefined,
  extra: Record<string, string>,
  now: number,
): string {
  const oauth = oauthOf(app, now);
  const user = token && { key: token.token, secret: token.secret };
  const signed = oauth.authorize({ url, method: 'POST', data: extra }, user);
  return oauth.toHeader({ ...signed, ...extra }).Authorization;
}

function pairOf(fields: URLSearchParams): TokenPair {
  const [token, secret] = [fields.get('oauth_token') ?? '', fields.get('oauth_token_secret') ?? ''];
  if (token !== '' && secret !== '') return { token, secret };
  throw new BridgeError('x-unavailable', "X's answer to the sign-in cannot be understood", {
    retryable: true,
  });
}

const trimmed = (address: string) => address.replace(/\/+$/, '');
