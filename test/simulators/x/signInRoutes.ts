import { randomBytes } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { readHeader, refuseSignature, type Credentials } from './oauth1';
import type { SimApp } from './webhooks';

export interface SignInWorld {
  app: SimApp;
  now: () => number;
  url: () => string;
  /** Who is signed in on x.com in the browser that allows the app. */
  visitor: () => { id: string; username: string };
  /** Makes keys for whoever allowed the app. */
  keysFor: (userId: string) => Credentials;
}

interface PinRequest {
  secret: string;
  pin: string;
  allowedBy?: { id: string; username: string };
}

/** Signing in with X by OAuth 1.0a and a PIN. */
export function signInRoutes(world: SignInWorld): Router {
  const router = Router();
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
  return router;
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
