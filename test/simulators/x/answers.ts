import type { Request, RequestHandler, Response } from 'express';
import { checkAnswer, refuseRequest } from './openapi';
import { refuseSignature, timestampFault, tokenOf } from './oauth1';
import type { RateLimits } from './rateLimits';
import type { SimUser, World } from './world';

export interface ApiContext {
  world: World;
  limits: RateLimits;
  /** What the app's access level leaves out, by path; undefined for nothing. */
  barred: RegExp | undefined;
  /** The most that a page of messages or posts holds, whatever is asked for. */
  longestPage: number;
  /** Every call that was taken, for tests to look at. */
  calls: { method: string; path: string; userId: string; signatureMethod: string }[];
  /** How many mentions each reading of them was given, each of which X charges for. */
  mentionsRead: number[];
  /** The address callers use, which is part of what they sign. */
  url: () => string;
}

type Work = (request: Request, response: Response, user: SimUser) => void | Promise<void>;

/**
 * One operation of X's API for a signed-in user: signature, rate limit and shape are checked before the work,
 * the shape of the answer after it.
 * @param path as in X's document; undefined for v1.1, which it does not hold
 */
export function operation(context: ApiContext, path: string | undefined, work: Work): RequestHandler {
  return async (request, response) => {
    const user = authenticate(context, request, response);
    if (!user || isBarred(context, request, response)) return;
    const call = `${request.method} ${path ?? request.path}`;
    if (!context.limits.take(user.id, call, response)) {
      problem(response, 429, 'about:blank', 'Too Many Requests', 'Too Many Requests');
      return;
    }
    const fault = path === undefined ? undefined : refuseRequest(path, request);
    if (fault) {
      problem(response, 400, 'https://api.x.com/2/problems/invalid-request', 'Invalid Request', fault);
      return;
    }
    const { authorization = '' } = request.headers;
    const signatureMethod = /oauth_signature_method="([^"]+)"/.exec(authorization)?.[1] ?? '';
    context.calls.push({ method: request.method, path: request.path, userId: user.id, signatureMethod });
    await work(request, response, user);
  };
}

/** Answers as X's document says. */
export function answer(
  request: Request,
  response: Response,
  path: string,
  status: number,
  body: unknown,
): void {
  checkAnswer(path, request.method, status, body);
  response.status(status).json(body);
}

export function problem(
  response: Response,
  status: number,
  type: string,
  title: string,
  detail: string,
): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type, title, status, detail }));
}

/** X's usual refusal of what it was asked for. */
export function refuse(response: Response, title: string, detail: string): void {
  problem(response, 400, 'https://api.x.com/2/problems/invalid-request', title, detail);
}

/** Answers for what the app's access level leaves out. */
export function isBarred(
  { barred }: Pick<ApiContext, 'barred'>,
  request: Request,
  response: Response,
): boolean {
  if (!barred?.test(request.path)) return false;
  response.status(403).json({
    title: 'Client Forbidden',
    reason: 'client-not-enrolled',
    detail: 'The access level of this app does not include this endpoint.',
    type: 'https://api.x.com/2/problems/client-forbidden',
  });
  return true;
}

/** X's older shape of refusal, still met with codes. */
export function oldError(response: Response, status: number, code: number, message: string): void {
  response.status(status).json({ errors: [{ code, message }] });
}

function authenticate({ world, url }: ApiContext, request: Request, response: Response): SimUser | undefined {
  const { authorization = '' } = request.headers;
  const bearer = world.users.get(world.oauth2Tokens.get(authorization.replace('Bearer ', '')) ?? '');
  if (bearer) return bearer;
  const known = world.credentials.get(tokenOf(authorization) ?? '');
  const user = known && world.users.get(known.userId);
  if (!user || known.dead) {
    oldError(response, 401, 89, 'Invalid or expired token.');
    return undefined;
  }
  const { pathname, searchParams } = new URL(request.originalUrl, url());
  const signed = {
    method: request.method,
    baseUrl: `${url()}${pathname}`,
    query: [...searchParams],
    authorization,
  };
  const fault = refuseSignature(signed, known.keys, world.now());
  if (fault === undefined) return user;
  if (fault === timestampFault) oldError(response, 401, 135, 'Timestamp out of bounds.');
  else oldError(response, 401, 32, `Could not authenticate you. (${fault})`);
  return undefined;
}
