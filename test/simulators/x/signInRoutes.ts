import { createHash, randomBytes } from 'node:crypto';
import express, { Router, type Request, type Response } from 'express';
import { readHeader, refuseSignature, type Credentials } from './oauth1';
import type { SimApp } from './webhooks';

export interface SignInWorld {
  app: SimApp;
  /** The OAuth 2.0 client of the app; a confidential one. */
  client: { id: string; secret: string; redirectUri: string };
  now: () => number;
  url: () => string;
  /** Who is signed in on x.com in the browser that allows the app. */
  visitor: () => { id: string; username: string };
  /** Lets an OAuth 2.0 access token stand for a user. */
  grant: (accessToken: string, userId: string) => void;
  /** Makes keys for whoever allowed the app. */
  keysFor: (userId: string) => Credentials;
}

interface PinRequest {
  secret: string;
  pin: string;
  allowedBy?: { id: string; username: string };
}

/** Signing in with X: the PIN of OAuth 1.0a, and OAuth 2.0 with PKCE. */
export function signInRoutes(world: SignInWorld): Router {
  const router = Router();
  addPin(router, world);
  addOAuth2(router, world);
  return router;
}

function addPin(router: Router, world: SignInWorld): void {
  const requests = new Map<string, PinRequest>();
  router.post('/oauth/request_token', (request, response) => {
    const fields = readHeader(request.get('authorization') ?? '');
    if (isRefused(request, response, world, '', '')) return;
    if (fields['oauth_callback'] !== 'oob') {
      response.status(400).type('text').send('oauth_callback is required');
      return;
    }
    const token = randomBytes(12).toString('hex');
    const pin = String(1_000_000 + requests.size);
    requests.set(token, { secret: `request-secret-${token}`, pin });
    const answer = { oauth_token: token, oauth_token_secret: `request-secret-${token}` };
    response
      .type('text')
      .send(new URLSearchParams({ ...answer, oauth_callback_confirmed: 'true' }).toString());
  });
  router.get('/oauth/authorize', (request, response) => {
    const found = requests.get((request.query as Record<string, string>)['oauth_token'] ?? '');
    if (!found) {
      response.status(403).type('html').send('<h1>There is no such request.</h1>');
      return;
    }
    found.allowedBy = world.visitor();
    response
      .type('html')
      .send(`<h1>You allowed the app</h1><p>Enter this PIN: <code>${found.pin}</code></p>`);
  });
  router.post('/oauth/access_token', (request, response) => {
    const fields = readHeader(request.get('authorization') ?? '');
    const found = requests.get(fields['oauth_token'] ?? '');
    if (!found || isRefused(request, response, world, fields['oauth_token'] ?? '', found.secret)) {
      if (!response.headersSent) response.status(401).type('text').send('unknown request token');
      return;
    }
    if (!found.allowedBy || fields['oauth_verifier'] !== found.pin) {
      response.status(401).type('text').send('the verifier is wrong');
      return;
    }
    requests.delete(fields['oauth_token'] ?? '');
    const { id, username } = found.allowedBy;
    const { accessToken, accessTokenSecret } = world.keysFor(id);
    const answer = { oauth_token: accessToken, oauth_token_secret: accessTokenSecret };
    response
      .type('text')
      .send(new URLSearchParams({ ...answer, user_id: id, screen_name: username }).toString());
  });
}

function isRefused(
  request: Request,
  response: Response,
  { app, now, url }: SignInWorld,
  token: string,
  secret: string,
): boolean {
  const refusal = refuseSignature(
    {
      method: request.method,
      baseUrl: `${url()}${request.path}`,
      query: [],
      authorization: request.get('authorization') ?? '',
    },
    { ...app, accessToken: token, accessTokenSecret: secret },
    now(),
  );
  if (refusal !== undefined) response.status(401).type('text').send(refusal);
  return refusal !== undefined;
}

interface Grant {
  userId: string;
  challenge: string;
  redirectUri: string;
}

function addOAuth2(router: Router, { client, visitor, grant: allow }: SignInWorld): void {
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, string>();
  router.get('/i/oauth2/authorize', (request, response) => {
    const query = request.query as Record<string, string>;
    const {
      client_id: id,
      redirect_uri: redirectUri = '',
      state = '',
      code_challenge: challenge = '',
    } = query;
    const known = id === client.id && redirectUri === client.redirectUri && visitor().id !== '';
    if (
      !known ||
      query['code_challenge_method'] !== 'S256' ||
      !/offline\.access/.test(query['scope'] ?? '')
    ) {
      response.status(400).type('html').send('<h1>Something went wrong</h1>');
      return;
    }
    const code = randomBytes(12).toString('hex');
    codes.set(code, { challenge, redirectUri, userId: visitor().id });
    response.redirect(`${redirectUri}?${new URLSearchParams({ state, code }).toString()}`);
  });
  router.post('/2/oauth2/token', express.urlencoded({ extended: false }), (request, response) => {
    const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    const body = request.body as Record<string, string>;
    let userId: string;
    const refuse = (error: string) => response.status(400).json({ error });
    if (request.get('authorization') !== basic) {
      response.status(401).json({ error: 'unauthorized_client' });
      return;
    }
    if (body['grant_type'] === 'authorization_code') {
      const grant = codes.get(body['code'] ?? '');
      codes.delete(body['code'] ?? '');
      const challenge = createHash('sha256')
        .update(body['code_verifier'] ?? '')
        .digest('base64url');
      if (!grant || grant.challenge !== challenge || grant.redirectUri !== body['redirect_uri']) {
        refuse('invalid_request');
        return;
      }
      ({ userId } = grant);
    } else {
      const former = body['refresh_token'] ?? '';
      userId = refreshTokens.get(former) ?? '';
      if (!refreshTokens.delete(former)) {
        refuse('invalid_grant');
        return;
      }
    }
    const refresh = `refresh-${randomBytes(8).toString('hex')}`;
    refreshTokens.set(refresh, userId);
    const access = `oauth2-${randomBytes(8).toString('hex')}`;
    allow(access, userId);
    response.json({ token_type: 'bearer', expires_in: 7200, access_token: access, refresh_token: refresh });
  });
}
