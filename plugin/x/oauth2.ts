import axios from 'axios';
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BridgeError } from '../bridge/errors';
import type { Clock } from '../bridge/clock';
import type { AccountFacts } from '../bridge/ports';
import { plainCall, reach } from './plainCall';

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

type Tokens = z.infer<typeof saved>;

const userAnswer = z.object({ data: z.object({ id: z.string(), username: z.string() }) });

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
  const isX = new URL(apiBaseUrl).hostname === 'api.x.com';
  const origin = isX ? 'https://x.com' : apiBaseUrl.replace(/\/+$/, '');
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

  /**
   * The second half of the sign-in.
   * @param expected the account's own user, where it is known
   * @returns who signed in
   * @throws BridgeError `bad-request` when that is somebody else; then nothing is kept
   */
  async finish(
    { app, verifier }: PendingOAuth2,
    code: string,
    expected: string | undefined,
  ): Promise<{ userId: string; handle: string }> {
    const { redirectUri } = app;
    const grant = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    const tokens = await this.obtain(app, grant, undefined);
    const user = await this.whoIs(tokens.accessToken);
    if (expected !== undefined && user.userId !== expected)
      throw refusal(
        `You signed in as @${user.handle}, which is not this account's user: sign in on X as that one, and try again.`,
      );
    this.keep(tokens);
    return user;
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
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const renewed = await this.obtain(tokens, grant, refreshToken);
    this.keep(renewed);
    return renewed.accessToken;
  }

  private async obtain(
    app: OAuth2App,
    grant: Record<string, string>,
    former: string | undefined,
  ): Promise<Tokens> {
    const { clock } = this.options;
    const {
      access_token: accessToken,
      refresh_token: fresh,
      expires_in: seconds,
    } = await this.ask(app, grant);
    const { clientId, clientSecret, redirectUri } = app;
    const refreshToken = fresh ?? former;
    return {
      clientId,
      clientSecret,
      redirectUri,
      accessToken,
      expiresAt: clock.now() + seconds * 1000,
      ...(refreshToken === undefined ? {} : { refreshToken }),
    };
  }

  private keep(tokens: Tokens): void {
    const { account, facts } = this.options;
    facts.save(account, OAuth2Tokens.fact, JSON.stringify(tokens));
  }

  /** `GET /2/users/me` in the name of the token. */
  private async whoIs(accessToken: string): Promise<{ userId: string; handle: string }> {
    const headers = { authorization: `Bearer ${accessToken}` };
    const { status, data } = await reach(
      axios.get<unknown>(this.address('/2/users/me'), { ...plainCall, headers }),
      'GET /2/users/me',
    );
    const read = userAnswer.safeParse(data);
    if (status !== 200 || !read.success)
      throw new BridgeError('x-unavailable', `X does not say who signed in (${status}): try again.`, {
        retryable: true,
      });
    const { id, username } = read.data.data;
    return { userId: id, handle: username };
  }

  private address(path: string): string {
    return `${this.options.apiBaseUrl.replace(/\/+$/, '')}${path}`;
  }

  private async ask({ clientId, clientSecret }: OAuth2App, grant: Record<string, string>) {
    const body = new URLSearchParams({ ...grant, client_id: clientId }).toString();
    const response = await reach(
      axios.post<unknown>(this.address('/2/oauth2/token'), body, {
        ...plainCall,
        ...(clientSecret === '' ? {} : { auth: { username: clientId, password: clientSecret } }),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
      'POST /2/oauth2/token',
    );
    const read = tokenAnswer.safeParse(response.data);
    if (response.status === 200 && read.success) return read.data;
    if (response.status >= 400 && response.status < 500)
      throw signedOut(`X does not take the OAuth 2.0 sign-in (${response.status})`);
    throw new BridgeError('x-unavailable', `X answered ${response.status} to POST /2/oauth2/token`, {
      retryable: true,
    });
  }

  private read(): Tokens | undefined {
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
