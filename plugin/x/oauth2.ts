import axios from 'axios';
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BridgeError } from '../bridge/errors';
import type { Clock } from '../bridge/clock';
import type { AccountFacts } from '../bridge/ports';
import { transportFault } from '../bridge/transport';

export interface OAuth2App {
  clientId: string;
  /** Empty for an app without one (X docs: native app). */
  clientSecret: string;
  redirectUri: string;
}

/** What the plugin asks for (X docs: OAuth 2.0 scopes). */
const scopes = 'dm.read dm.write tweet.read tweet.write users.read media.write offline.access';

/** An access token is renewed when it lasts no longer than this. Milliseconds. */
const reserve = 60_000;

const tokenAnswer = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  expires_in: z.number(),
});

const saved = z.object({
  clientId: z.string(),
  clientSecret: z.string(),
  redirectUri: z.string(),
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  expiresAt: z.number(),
});

export interface PendingOAuth2 {
  app: OAuth2App;
  verifier: string;
  state: string;
}

/**
 * Begins an OAuth 2.0 sign-in with PKCE (RFC 7636; X docs: authorization code flow with PKCE).
 * @returns where the user allows the app, and what the second half needs
 */
export function startOAuth2(
  apiBaseUrl: string,
  app: OAuth2App,
): { authorizeUrl: string; pending: PendingOAuth2 } {
  const [verifier, state] = [randomBytes(48).toString('base64url'), randomBytes(24).toString('base64url')];
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    scope: scopes,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  // The page itself is not part of X's API, and lives elsewhere.
  const origin = apiBaseUrl.includes('api.x.com') ? 'https://x.com' : apiBaseUrl.replace(/\/+$/, '');
  return {
    authorizeUrl: `${origin}/i/oauth2/authorize?${query.toString()}`,
    pending: { app, verifier, state },
  };
}

/**
 * The code in the address X sent the user's browser to.
 * @throws BridgeError `bad-request` when there is none, or it answers another sign-in
 */
export function codeOf(address: string, { state }: PendingOAuth2): string {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  const code = url?.searchParams.get('code');
  if (!url || !code)
    throw refusal('This address holds no code: copy the whole address the browser ended at.');
  if (url.searchParams.get('state') !== state)
    throw refusal('This address belongs to another sign-in: open X again and copy the new one.');
  return code;
}

export interface OAuth2Options {
  account: string;
  apiBaseUrl: string;
  facts: AccountFacts;
  clock: Clock;
}

/** An account's OAuth 2.0 tokens, kept in the store and renewed before they end. */
export class OAuth2Tokens {
  private static readonly fact = 'OAuth 2.0 sign-in';

  constructor(private readonly options: OAuth2Options) {}

  isConnected(): boolean {
    return this.read() !== undefined;
  }

  /** The second half of the sign-in. @throws BridgeError */
  async finish({ app, verifier }: PendingOAuth2, code: string): Promise<string> {
    const { redirectUri } = app;
    const grant = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    return this.obtain(app, grant, undefined);
  }

  /**
   * A token that lasts for at least a minute.
   * @throws BridgeError `signed-out-of-x` when X renews it no longer: somebody has to connect again
   */
  async accessToken(): Promise<string> {
    const tokens = this.read();
    if (!tokens) throw signedOut('this account is not connected with OAuth 2.0');
    if (tokens.expiresAt - this.options.clock.now() > reserve) return tokens.accessToken;
    const { refreshToken } = tokens;
    if (refreshToken === undefined) throw signedOut('the OAuth 2.0 sign-in has ended');
    return this.obtain(tokens, { grant_type: 'refresh_token', refresh_token: refreshToken }, refreshToken);
  }

  private async obtain(app: OAuth2App, grant: Record<string, string>, former: string | undefined) {
    const { account, facts, clock } = this.options;
    const {
      access_token: accessToken,
      refresh_token: fresh,
      expires_in: seconds,
    } = await this.ask(app, grant);
    const { clientId, clientSecret, redirectUri } = app;
    const refreshToken = fresh ?? former;
    const tokens: z.infer<typeof saved> = {
      clientId,
      clientSecret,
      redirectUri,
      accessToken,
      expiresAt: clock.now() + seconds * 1000,
      ...(refreshToken === undefined ? {} : { refreshToken }),
    };
    facts.save(account, OAuth2Tokens.fact, JSON.stringify(tokens));
    return accessToken;
  }

  private async ask({ clientId, clientSecret }: OAuth2App, grant: Record<string, string>) {
    const url = `${this.options.apiBaseUrl.replace(/\/+$/, '')}/2/oauth2/token`;
    const body = new URLSearchParams({ ...grant, client_id: clientId }).toString();
    const response = await axios
      .post<unknown>(url, body, {
        ...(clientSecret === '' ? {} : { auth: { username: clientId, password: clientSecret } }),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        timeout: 15_000,
        maxRedirects: 0,
        validateStatus: () => true,
        proxy: false,
      })
      .catch((error: unknown) => {
        throw new BridgeError('x-unavailable', `X cannot be reached (${transportFault(error).code})`, {
          retryable: true,
        });
      });
    const read = tokenAnswer.safeParse(response.data);
    if (response.status === 200 && read.success) return read.data;
    if (response.status >= 400 && response.status < 500)
      throw signedOut(`X does not take the OAuth 2.0 sign-in (${response.status})`);
    throw new BridgeError('x-unavailable', `X answered ${response.status} to POST /2/oauth2/token`, {
      retryable: true,
    });
  }

  private read(): z.infer<typeof saved> | undefined {
    const { account, facts } = this.options;
    const text = facts.read(account, OAuth2Tokens.fact);
    return text === undefined ? undefined : saved.parse(JSON.parse(text));
  }
}

function signedOut(why: string): BridgeError {
  return new BridgeError('signed-out-of-x', `${why}: connect it again in the panel`, { retryable: true });
}

function refusal(words: string): BridgeError {
  return new BridgeError('bad-request', words);
}
