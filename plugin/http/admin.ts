import { parse as parseCookies } from 'cookie';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Admin } from '../admin/admin';
import { BridgeError } from '../core/errors';
import { readJson } from '../core/readJson';
import type { Bodies } from './bodies';
import { languageOf, type Language } from '../texts/languages';
import { say, speakIn } from '../texts/text';

const sessionCookie = 'openchannel_x_session';
const probeCookie = 'openchannel_x_probe';

/**
 * `POST /api/admin/<call>`: JSON in the body whatever its type is said to be, since proxies drop headers.
 * `GET /api/admin/report?from&to`: a report as JSON, or as CSV with `format=csv`.
 */
export function adminRoutes(admin: Admin, bodies: Bodies): Router {
  const router = Router();
  router.post('/api/admin/:method', bodies.middleware, speakAsAsked, async (request, response) => {
    const cookies = parseCookies(request.get('cookie') ?? '');
    const { input, token, csrf, confirm } = response.locals as ReadCall;
    const { method } = request.params;
    const answer = await admin.call({
      method: typeof method === 'string' ? method : '',
      input,
      token,
      csrf,
      confirm,
      cookie: cookies[sessionCookie],
      cookiePasses: cookies[probeCookie] !== undefined,
    });
    response.set('cache-control', 'no-store');
    if (method === 'hello') setCookie(request, response, probeCookie, '1');
    if (answer.cookie !== undefined) setCookie(request, response, sessionCookie, answer.cookie);
    response.json(answer.body);
  });
  router.get('/api/admin/report', async (request, response) => {
    const { from, to, format } = request.query;
    const text = (value: unknown) => (typeof value === 'string' ? value : '');
    const wanted = format === 'csv' || request.accepts(['json', 'csv']) === 'csv' ? 'csv' : 'json';
    const report = await admin.report({
      cookie: parseCookies(request.get('cookie') ?? '')[sessionCookie],
      credentials: basicOf(request),
      query: { from: text(from), to: text(to) },
      format: wanted,
    });
    response.set('cache-control', 'no-store');
    if (wanted === 'csv') response.attachment('openchannel-x-report.csv');
    response.type(wanted).send(report);
  });
  return router;
}

/** The panel says which language it speaks; a header might not get through. */
const speakAsAsked: RequestHandler = (request, response, next) => {
  const call = readBody(request);
  Object.assign(response.locals, call);
  speakIn(call.language ?? 'en', next);
};

/** HTTP Basic (RFC 7617). */
function basicOf(request: Request): { username: string; password: string } | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.get('authorization') ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [username = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { username, password: rest.join(':') };
}

/** An empty value takes the cookie away. */
function setCookie(request: Request, response: Response, name: string, value: string): void {
  const secure = request.get('x-forwarded-proto') === 'https';
  const options = { httpOnly: true, sameSite: 'strict', path: '/', secure } as const;
  if (value === '') response.clearCookie(name, options);
  else response.cookie(name, value, options);
}

/** What the panel sends around each call. */
interface ReadCall {
  input: unknown;
  token: string | undefined;
  csrf: string | undefined;
  confirm: string | undefined;
  language: Language | undefined;
}

function readBody(request: Request): ReadCall {
  let body: unknown;
  try {
    body = readJson(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
  } catch {
    throw new BridgeError('bad-request', say('http.notJson'));
  }
  const { input, token, csrf, confirm, language } = (
    typeof body === 'object' && body !== null ? body : {}
  ) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    input,
    token: text(token),
    csrf: text(csrf),
    confirm: text(confirm),
    language: languageOf(language),
  };
}
