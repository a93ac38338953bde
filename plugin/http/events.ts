import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../bridge/ports';
import { answerOf } from './answers';
import type { WebhookPort } from './messages';

/** X's events come by the thousand: they are taken before the app, whose way costs more than storing them. */

/** Bytes of a call. */
const longestBody = 1024 * 1024;

const accepted = Buffer.from('{"status":"accepted"}');
const headers = { 'content-type': 'application/json; charset=utf-8' };

/** `POST /api/messages[/NAME[/SECRET]]`; all other calls go to the app. */
export function withEvents(
  webhook: Pick<WebhookPort, 'receive'>,
  log: Log,
  app: RequestListener,
): RequestListener {
  return (request, response) => {
    const address = request.method === 'POST' ? addressOf(request.url ?? '') : undefined;
    if (!address) {
      app(request, response);
      return;
    }
    take(address, request, webhook).then(
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

async function take(
  { name, pathSecret }: Address,
  request: IncomingMessage,
  webhook: Pick<WebhookPort, 'receive'>,
) {
  const rawBody = await bodyOf(request);
  const signature = request.headers['x-twitter-webhooks-signature'];
  await webhook.receive({
    name: decoded(name),
    pathSecret: decoded(pathSecret),
    signature: typeof signature === 'string' ? signature : undefined,
    rawBody,
  });
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    throw fault(400, 'the path cannot be read');
  }
}

/** The bytes as they came: the signature is over them, so nothing may parse or inflate them first. */
function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (status: number, words: string) => {
      reject(fault(status, words));
      chunks.length = 0;
      // Read to its end, so that the answer is heard by whoever is still sending.
      request.removeAllListeners('data').resume();
    };
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > longestBody) refuse(413, 'the body is too large');
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', () => reject(fault(400, 'the call was broken off')));
    if (encoding !== 'identity') refuse(415, 'the body is encoded');
  });
}

/** The app's readers of bodies tell their faults in the same way. */
function fault(status: number, words: string): Error {
  return Object.assign(new Error(words), { status });
}

function send(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}
