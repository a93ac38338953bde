import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../core/ports';
import { answerOf } from './answers';
import { fault, type Bodies } from './bodies';
import type { Webhook } from '../x/delivery/webhook';

/** X's events come by the thousand: they are taken before the app, whose way costs more than storing them. */

const accepted = Buffer.from('{"status":"accepted"}');
const headers = { 'content-type': 'application/json; charset=utf-8' };

/** `POST /api/messages[/NAME[/SECRET]]`; all other calls go to the app. */
export function withEvents(
  webhook: Pick<Webhook, 'receive'>,
  bodies: Bodies,
  log: Log,
  app: RequestListener,
): RequestListener {
  const take = async ({ name, pathSecret }: Address, request: IncomingMessage, response: ServerResponse) => {
    const rawBody = await bodies.read(request, response);
    const signature = request.headers['x-twitter-webhooks-signature'];
    await webhook.receive({
      name: decoded(name),
      pathSecret: decoded(pathSecret),
      signature: typeof signature === 'string' ? signature : undefined,
      rawBody,
    });
  };
  return (request, response) => {
    const address = request.method === 'POST' ? addressOf(request.url ?? '') : undefined;
    if (!address) {
      app(request, response);
      return;
    }
    take(address, request, response).then(
      () => send(response, 200, accepted),
      (error: unknown) => {
        const { status, body } = answerOf(error, '/api/messages', log);
        send(response, status, Buffer.from(JSON.stringify(body)));
      },
    );
  };
}

interface Address {
  name: string | undefined;
  pathSecret: string | undefined;
}

const path = /^\/api\/messages(?:\/([^/?]*))?(?:\/([^/?]*))?\/?(?:\?|$)/i;

function addressOf(url: string): Address | undefined {
  const found = path.exec(url);
  return found ? { name: found[1] || undefined, pathSecret: found[2] || undefined } : undefined;
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    throw fault(400, 'the path cannot be read');
  }
}

function send(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}
