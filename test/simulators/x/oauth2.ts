import { createHash, randomBytes } from 'node:crypto';
import express, { Router, type Request, type Response } from 'express';

/** All that an account's app may be granted. */
export const allScopes = [
  'dm.read',
  'dm.write',
  'tweet.read',
  'tweet.write',
  'users.read',
  'media.write',
  'offline.access',
];

export interface OAuth2ClientOptions {
  id: string;
  /** Empty for a public client. */
  secret: string;
  /** The app's callback addresses. */
  redirectUris: string[];
  /** Who allows this app, where that is not whoever is signed in on x.com. */
  visitor?: { id: string };
}

interface Granted {
  clientId: string;
  userId: string;
  scopes: string[];
}

interface Code extends Granted {
  challenge: string;
  redirectUri: string;
  expiresAt: number;
}

const codeLastsMs = 30_000;
const tokenLastsMs = 7_200_000;

/** X's OAuth 2.0, of one app as a rule: codes live 30 seconds, access tokens two hours, and a refresh token can be used once. */
export class OAuth2Authority {
  readonly client: OAuth2ClientOptions = {
    id: 'sim-client-id',
    secret: 'sim-client-secret',
    redirectUris: ['http://127.0.0.1/'],
  };
  /** Apps of other accounts; a token is worth something only to the app it was made for. */
  readonly furtherClients: OAuth2ClientOptions[] = [];
  /** What the user does not grant, whatever is asked for. */
  withheldScopes: string[] = [];
  /** How often tokens were renewed. */
  renewals = 0;
  private readonly codes = new Map<string, Code>();
  private readonly accessTokens = new Map<string, Granted & { expiresAt: number }>();
  private readonly refreshTokens = new Map<string, Granted>();

  constructor(
    private readonly now: () => number,
    /** Who is signed in on x.com in the browser that allows the app. */
    private readonly visitor: () => { id: string },
  ) {}

  /** A refresh token as an earlier sign-in of the user has left it. */
  seed(userId: string, scopes = allScopes): string {
    return this.refreshTokenFor({ clientId: this.client.id, userId, scopes });
  }

  /** Whose call it is, by its `Authorization` header; undefined for a token that is not known or has ended. */
  grantOf(authorization: string): Granted | undefined {
    const found = this.accessTokens.get(authorization.replace(/^Bearer /, ''));
    return found && found.expiresAt > this.now() ? found : undefined;
  }

  /** All tokens of a user end. */
  revoke(userId: string): void {
    for (const tokens of [this.accessTokens, this.refreshTokens])
      for (const [token, granted] of tokens) if (granted.userId === userId) tokens.delete(token);
  }

  /** Access tokens end before their time; refresh tokens stay. */
  dropAccessTokens(): void {
    this.accessTokens.clear();
  }

  /** Whether a user has tokens that can be renewed. */
  isConnected(userId: string): boolean {
    return [...this.refreshTokens.values()].some((granted) => granted.userId === userId);
  }

  routes(): Router {
    const router = Router();
    const form = express.urlencoded({ extended: false });
    router.get('/i/oauth2/authorize', (request, response) => this.authorize(request, response));
    router.post('/2/oauth2/token', form, (request, response) => {
      const client = this.clientOf(request, response);
      if (client) this.token(client, request.body as Record<string, string>, response);
    });
    router.post('/2/oauth2/revoke', form, (request, response) => {
      if (!this.clientOf(request, response)) return;
      const { token = '' } = request.body as Record<string, string>;
      this.revokeToken(token);
      response.json({ revoked: true });
    });
    return router;
  }

  private authorize(request: Request, response: Response): void {
    const query = request.query as Record<string, string>;
    const { redirect_uri: redirectUri = '', state = '', code_challenge: challenge = '' } = query;
    const scopes = (query['scope'] ?? '').split(' ').filter((scope) => !this.withheldScopes.includes(scope));
    const client = this.clients().find(({ id }) => id === query['client_id']);
    const isKnown =
      query['response_type'] === 'code' &&
      // Letter for letter.
      client?.redirectUris.includes(redirectUri) === true &&
      this.visitor().id !== '';
    if (
      !client ||
      !isKnown ||
      query['code_challenge_method'] !== 'S256' ||
      challenge === '' ||
      scopes.length === 0
    ) {
      response.status(400).type('html').send('<h1>Something went wrong</h1>');
      return;
    }
    const code = randomBytes(12).toString('hex');
    const expiresAt = this.now() + codeLastsMs;
    const { id: userId } = client.visitor ?? this.visitor();
    this.codes.set(code, { clientId: client.id, challenge, redirectUri, scopes, userId, expiresAt });
    const separator = redirectUri.includes('?') ? '&' : '?';
    response.redirect(`${redirectUri}${separator}${new URLSearchParams({ state, code }).toString()}`);
  }

  /** A confidential client says who it is by its secret; a public one by its id. */
  private clientOf(request: Request, response: Response): OAuth2ClientOptions | undefined {
    const known = this.clients().find(({ id, secret }) => {
      const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
      return secret === ''
        ? (request.body as Record<string, string>)['client_id'] === id
        : request.get('authorization') === basic;
    });
    if (!known)
      response
        .status(401)
        .json({ error: 'unauthorized_client', error_description: 'Missing valid authorization header' });
    return known;
  }

  private clients(): OAuth2ClientOptions[] {
    return [this.client, ...this.furtherClients];
  }

  private token({ id }: OAuth2ClientOptions, body: Record<string, string>, response: Response): void {
    const granted =
      body['grant_type'] === 'authorization_code' ? this.redeemCode(body) : this.redeemRefreshToken(body);
    if (granted?.clientId !== id) {
      const description = 'Value passed for the token was invalid.';
      response.status(400).json({ error: 'invalid_request', error_description: description });
      return;
    }
    const accessToken = `oauth2-${randomBytes(8).toString('hex')}`;
    this.accessTokens.set(accessToken, { ...granted, expiresAt: this.now() + tokenLastsMs });
    response.json({
      token_type: 'bearer',
      expires_in: tokenLastsMs / 1000,
      access_token: accessToken,
      scope: granted.scopes.join(' '),
      ...(granted.scopes.includes('offline.access') ? { refresh_token: this.refreshTokenFor(granted) } : {}),
    });
  }

  private redeemCode(body: Record<string, string>): Granted | undefined {
    const code = this.codes.get(body['code'] ?? '');
    this.codes.delete(body['code'] ?? '');
    const challenge = createHash('sha256')
      .update(body['code_verifier'] ?? '')
      .digest('base64url');
    const isRight =
      code?.challenge === challenge &&
      code.redirectUri === body['redirect_uri'] &&
      code.expiresAt > this.now();
    return isRight ? { clientId: code.clientId, userId: code.userId, scopes: code.scopes } : undefined;
  }

  private redeemRefreshToken(body: Record<string, string>): Granted | undefined {
    const token = body['refresh_token'] ?? '';
    const granted = this.refreshTokens.get(token);
    if (!this.refreshTokens.delete(token)) return undefined;
    this.renewals += 1;
    return granted;
  }

  private revokeToken(token: string): void {
    const userId = (this.refreshTokens.get(token) ?? this.accessTokens.get(token))?.userId;
    if (userId !== undefined) this.revoke(userId);
  }

  private refreshTokenFor({ clientId, userId, scopes }: Granted): string {
    const token = `refresh-${randomBytes(8).toString('hex')}`;
    this.refreshTokens.set(token, { clientId, userId, scopes });
    return token;
  }
}
