import express from 'express';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, get, request as call, type RequestListener } from 'node:http';
import { secret } from './events';

/**
 * What the plugin is measured against, each a process of its own: `node baseline.js KIND PORT HOST`.
 * - `bare`: node:http, checks the signature and answers.
 * - `express`: the same with express.
 * - `copy`: passes a stream of the host on, and does nothing else.
 * - `former`: express that has no store: it awaits the host, then answers.
 */
const [, , kind = '', port = '0', host = ''] = process.argv;

function isSigned(body: Buffer, signature: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('base64')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const bare: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const signature = String(request.headers['x-twitter-webhooks-signature']);
    response.statusCode = isSigned(Buffer.concat(chunks), signature) ? 200 : 401;
    response.end();
  });
};

const copy: RequestListener = (_request, response) => {
  get(`${host}/attachments/7/download`, (download) => {
    const upload = call(`${host}/copy`, { method: 'POST' }, (answer) => answer.resume().pipe(response));
    download.pipe(upload);
  });
};

function withExpress(handOver: (body: Buffer) => Promise<unknown>): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.post('/api/messages', express.raw({ type: () => true, limit: '1mb' }), async (request, response) => {
    const body = request.body as Buffer;
    if (!isSigned(body, request.get('x-twitter-webhooks-signature') ?? '')) {
      response.status(401).end();
      return;
    }
    await handOver(body);
    response.status(200).end();
  });
  return app;
}

const listeners: Record<string, () => RequestListener> = {
  bare: () => bare,
  copy: () => copy,
  express: () => withExpress(() => Promise.resolve()),
  former: () => withExpress((body) => fetch(`${host}/notify`, { method: 'POST', body })),
};

const listener = listeners[kind];
if (!listener) throw new Error(`there is no baseline "${kind}"`);
createServer(listener()).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
