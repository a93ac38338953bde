import type { MayCall } from '../../core/guardedAgent';
import axios, { type AxiosResponse } from 'axios';
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import type { RemoteClock } from '../../core/remoteClock';
import { plainCall, reach } from './plainCall';
import { isRecord } from '../../core/isRecord';
import { say } from '../../texts/text';

/** The calls of X's OAuth 2.0 sign-in (X docs: authorization code flow with PKCE; RFC 6749, RFC 7636, RFC 7009). */

/** An app's OAuth 2.0 client; a public one has no secret. */
export interface OAuth2Client {
  clientId: string;
  clientSecret: string;
}

/** What the plugin asks for (X docs: OAuth 2.0 scopes). */
export const wantedScopes = [
  'dm.read',
  'dm.write',
  'tweet.read',
  'tweet.write',
  'users.read',
  'media.write',
  'offline.access',
] as const;

/** What X hands out. */
export interface GrantedTokens {
  accessToken: string;
  /** Absent where X gave none: without the scope `offline.access`. */
  refreshToken?: string;
  lifetimeMs: number;
  /** Undefined where X does not say. */
  scopes?: string[];
}

/** A sign-in that waits for the user to allow it. */
export interface PendingSignIn {
  verifier: string;
  state: string;
  redirectUri: string;
}

/** Begins a sign-in. @param redirectUri one of the app's callback addresses, letter for letter */
export function startSignIn(
  apiBaseUrl: string,
  { clientId }: OAuth2Client,
  redirectUri: string,
): { authorizeUrl: string; pending: PendingSignIn } {
  const [verifier, state] = [randomBytes(48).toString('base64url'), randomBytes(24).toString('base64url')];
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: wantedScopes.join(' '),
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  // The page itself is not part of X's API, and lives elsewhere.
  const isX = new URL(apiBaseUrl).hostname === 'api.x.com';
  const origin = isX ? 'https://x.com' : trimmed(apiBaseUrl);
  return {
    authorizeUrl: `${origin}/i/oauth2/authorize?${query.toString().replaceAll('+', '%20')}`,
    pending: { verifier, state, redirectUri },
  };
}

/** Calls of X's token endpoint for one client. */
export class OAuth2Endpoint {
  constructor(
    private readonly apiBaseUrl: string,
    private readonly client: OAuth2Client,
    /** X's, which learns from each answer. */
    private readonly clock: RemoteClock,
    /** Whether the account is this process's to work, where others might. */
    private readonly mayCall: MayCall | undefined,
  ) {}

  /** @throws BridgeError `bad-request` when X does not take the code: it lives 30 seconds */
  exchange(code: string, { verifier, redirectUri }: PendingSignIn): Promise<GrantedTokens> {
    return this.obtain({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
  }

  /** Trades a refresh token in. @throws BridgeError `signed-out-of-x` about the token, `app-refused` about the client */
  async refresh(refreshToken: string): Promise<GrantedTokens> {
    // It can be spent once, and is another process's to spend then.
    if (this.mayCall && !(await this.mayCall()))
      throw new BridgeError('x-unavailable', 'another process handles the account now', { retryable: true });
    return this.obtain({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  /** @throws BridgeError when X cannot be told */
  async revoke(token: string): Promise<void> {
    const { status } = await this.post('/2/oauth2/revoke', { token });
    // RFC 7009 §2.2: a token that is dead already is answered with 200; 401 is about the client.
    if (status === 401 || status === 403 || status === 429 || status >= 500)
      throw fault(status, 'POST /2/oauth2/revoke');
  }

  private async obtain(grant: Record<string, string>): Promise<GrantedTokens> {
    const { status, data } = await this.post('/2/oauth2/token', grant);
    const read = tokenAnswer.safeParse(data);
    if (status >= 200 && status < 300 && read.success) {
      const { access_token, refresh_token, expires_in, scope } = read.data;
      return {
        accessToken: access_token,
        lifetimeMs: expires_in * 1000,
        ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
        ...(scope === undefined ? {} : { scopes: scope.split(' ') }),
      };
    }
    throw refusalOf(status, data, grant['grant_type'] === 'refresh_token');
  }

  private async post(path: string, fields: Record<string, string>): Promise<AxiosResponse<unknown>> {
    const { clientId, clientSecret } = this.client;
    const body = new URLSearchParams({ ...fields, client_id: clientId }).toString();
    const { clock } = this;
    const askedAt = clock.toLocal(clock.now());
    const response = await reach(
      axios.post<unknown>(`${trimmed(this.apiBaseUrl)}${path}`, body, {
        ...plainCall,
        maxContentLength: maxAnswerBytes,
        ...(clientSecret === '' ? {} : { auth: { username: clientId, password: clientSecret } }),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    );
    clock.learn(response.headers['date'], askedAt);
    return response;
  }
}

/** Bytes. */
const maxAnswerBytes = 256 * 1024;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive().default(7200),
  scope: z.string().optional(),
});

const clientFaults = new Set(['unauthorized_client', 'invalid_client']);
const tokenFaults = new Set(['invalid_grant', 'invalid_request', 'invalid_token']);

function refusalOf(status: number, data: unknown, isRefresh: boolean): BridgeError {
  const error = isRecord(data) && typeof data['error'] === 'string' ? data['error'].slice(0, 60) : '';
  const said = `X answered ${status}${error === '' ? '' : ` ${error}`} to the OAuth 2.0 sign-in`;
  if (status === 401 || (status === 400 && clientFaults.has(error)))
    return new BridgeError('app-refused', `${said}: check the Client ID and the Client Secret`, { status });
  // Without a word of OAuth (RFC 6749 §5.2) it is somebody else's: a firewall's, or a proxy's.
  if (status !== 400 || !tokenFaults.has(error)) return fault(status, 'POST /2/oauth2/token');
  return isRefresh
    ? new BridgeError('signed-out-of-x', `${said}: it has ended`, { status, retryable: true })
    : new BridgeError('bad-request', say('connect.wrongCode', { answer: `${status} ${error}`.trim() }));
}

function fault(status: number, call: string): BridgeError {
  return new BridgeError('x-unavailable', `X answered ${status} to ${call}`, { status, retryable: true });
}

const trimmed = (address: string) => address.replace(/\/+$/, '');
