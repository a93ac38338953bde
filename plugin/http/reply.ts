import { Router, type Request, type RequestHandler, type Response } from 'express';
import { BridgeError } from '../core/errors';
import { readJson } from '../core/readJson';
import type { ReplyUrl } from '../accounts/replyUrl';
import { sameSecret } from '../core/sameSecret';
import type { Bodies } from './bodies';
import { isoTime } from '../core/isoTime';
import { say, speakIn } from '../texts/text';

/** `POST /api/reply[/NAME]`, and `/sendMessage` for installs of the old plugin. */
export function replyRoutes(
  token: () => string,
  reply: ReplyUrl,
  bodies: Bodies,
  complain: (line: string) => void,
): Router {
  const router = Router();
  router.post(
    ['/api/reply', '/api/reply/:name', '/sendMessage'],
    (request, _response, next) => {
      const { name } = request.params;
      speakIn(reply.languageOf(typeof name === 'string' ? name : undefined), next);
    },
    requireToken(token, complain),
    bodies.middleware,
    async (request, response) => {
      const { name } = request.params;
      const { seq, result } = await reply.accept(
        typeof name === 'string' ? name : undefined,
        readBody(request.body),
      );
      noteWhenAnswered(response, () => reply.noteAnswered(seq));
      if (result.status === 'failed') throw result.error;
      if (result.status === 'sent') response.json({ status: 'sent', ids: result.ids });
      else
        response
          .status(202)
          .json({ status: 'queued', reason: result.reason, retryAt: retryAt(result.retryAt) });
    },
  );
  return router;
}

/** Whoever has hung up before the answer gets none of it. */
function noteWhenAnswered(response: Response, note: () => void): void {
  if (response.closed || response.socket?.destroyed !== false) return;
  response.once('finish', note);
}

/** When it goes on; null while it is going on already. */
const retryAt = (at: number | undefined) => (at === undefined ? null : isoTime(at));

function requireToken(expected: () => string, complain: (line: string) => void): RequestHandler {
  return (request, _response, next) => {
    if (givenTokens(request).some((given) => sameSecret(given, expected()))) {
      next();
      return;
    }
    complain(
      'Reply URL called with a missing or wrong token: if it was XCALLY Motion, correct the Reply URL there',
    );
    throw new BridgeError('unauthorized', say('reply.wrongToken'));
  };
}

/** The token may come in the address, as Bearer, or as a Basic password: hosts differ in what they can send. */
function givenTokens(request: Request): string[] {
  const tokens: string[] = [];
  const { token } = request.query;
  if (typeof token === 'string') tokens.push(token);
  const [scheme = '', credentials = ''] = (request.get('authorization') ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') tokens.push(credentials);
  if (scheme.toLowerCase() === 'basic') {
    const pair = Buffer.from(credentials, 'base64').toString('utf8');
    tokens.push(pair.slice(pair.indexOf(':') + 1));
  }
  return tokens;
}

function readBody(body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  if (text.trim() === '') throw new BridgeError('bad-request', say('reply.noBody'));
  try {
    return readJson(text);
  } catch {
    throw new BridgeError('bad-request', say('reply.notJson'));
  }
}
