import type { Request, RequestHandler, Response } from 'express';
import { checkAnswer, refuseRequest } from './openapi';
import { readInDialect, writeInDialect, type SimDialect } from './dialect';
import { refuseSignature, timestampFault, tokenOf } from './oauth1';
import type { OAuth2Authority } from './oauth2';
import { refuseSignIn, type Kind, type SignInRules } from './signIns';
import type { RateLimits } from './rateLimits';
import type { SimUser, World } from './world';

export interface ApiContext {
  world: World;
  limits: RateLimits;
  /** What the app's access level leaves out, by path; undefined for nothing. */
  barred: RegExp | undefined;
  /** The most that a page of messages or posts holds, whatever is asked for. */
  maxPageSize: number;
  /** Every call that was taken, for tests to look at. */
  calls: { method: string; path: string; userId: string; kind: Kind; signatureMethod: string }[];
  /** How many mentions each reading of them was given, each of which X charges for. */
  mentionsRead: number[];
  oauth2: OAuth2Authority;
  /** Whether an `Authorization` header is the app's own. */
  isApp: (authorization: string) => boolean;
  signInRules: SignInRules;
  dialect: SimDialect;
  /** X's local emulator, whose answers have other shapes than its documents say. */
  emulator: boolean;
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
    const signedIn = authenticate(context, request, response);
    if (!signedIn || isBarred(context, request, response)) return;
    const { user, kind } = signedIn;
    const refusal =
      path === undefined ? undefined : refuseSignIn(context.signInRules, path, request, signedIn);
    if (refusal) {
      problem(response, 403, refusal.type, refusal.title, refusal.detail);
      return;
    }
    const call = `${request.method} ${path ?? request.path}`;
    if (!context.limits.take(user.id, call, response)) {
      problem(response, 429, 'about:blank', 'Too Many Requests', 'Too Many Requests');
      return;
    }
    const read = readInDialect(request, context.dialect);
    if ('parameter' in read) {
      refuseParameter(response, request, read);
      return;
    }
    Object.defineProperty(request, 'query', { value: read.query });
    Object.assign(response.locals, { dialect: context.dialect, emulator: context.emulator });
    const fault = path === undefined ? undefined : refuseRequest(path, request);
    if (fault) {
      problem(response, 400, 'https://api.x.com/2/problems/invalid-request', 'Invalid Request', fault);
      return;
    }
    const { authorization = '' } = request.headers;
    const signatureMethod = /oauth_signature_method="([^"]+)"/.exec(authorization)?.[1] ?? '';
    context.calls.push({
      method: request.method,
      path: request.path,
      userId: user.id,
      kind,
      signatureMethod,
    });
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
  const { dialect, emulator } = response.locals as { dialect?: SimDialect; emulator?: boolean };
  const written = writeInDialect(body, dialect ?? 'post');
  response.status(status).json(emulator ? asEmulator(written, path) : written);
}

/** X's emulator writes an empty list as an empty object. */
function asEmulator(body: unknown, path: string): unknown {
  const { data, ...rest } = body as { data?: unknown };
  const isList = data === undefined || (Array.isArray(data) && data.length === 0);
  return isList && /dm_events$|mentions$|subscriptions$|webhooks$|tweets$/.test(path)
    ? { ...rest, data: {} }
    : body;
}

/** X's words for a parameter it does not know. */
function refuseParameter(
  response: Response,
  request: Request,
  { parameter, message }: { parameter: string; message: string },
): void {
  const parameters = { [parameter]: [String((request.query as Record<string, string>)[parameter])] };
  response.status(400).json({
    errors: [{ parameters, message }],
    title: 'Invalid Request',
    detail: 'One or more parameters to your request was invalid.',
    type: 'https://api.twitter.com/2/problems/invalid-request',
  });
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

interface SignedIn {
  user: SimUser;
  kind: Kind;
  scopes: string[];
}

/** Whoever calls in the app's name is nobody in particular. */
const theApp: SimUser = { id: 'app', username: 'app', name: 'The app' };

function authenticate(context: ApiContext, request: Request, response: Response): SignedIn | undefined {
  const { world, url, oauth2, isApp } = context;
  const { authorization = '' } = request.headers;
  if (isApp(authorization)) return { user: theApp, kind: 'BearerToken', scopes: [] };
  const granted = oauth2.grantOf(authorization);
  const bearer = granted && world.users.get(granted.userId);
  if (bearer) return { user: bearer, kind: 'OAuth2UserToken', scopes: granted.scopes };
  if (authorization.startsWith('Bearer ')) {
    problem(response, 401, 'about:blank', 'Unauthorized', 'Unauthorized');
    return undefined;
  }
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
  if (fault === undefined) return { user, kind: 'UserToken', scopes: [] };
  if (fault === timestampFault) oldError(response, 401, 135, 'Timestamp out of bounds.');
  else oldError(response, 401, 32, `Could not authenticate you. (${fault})`);
  return undefined;
}
