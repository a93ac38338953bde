import { createHmac, randomBytes } from 'node:crypto';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { answer, problem } from './answers';
import { refuseRequest } from './openapi';
import type { World } from './world';

export interface SimApp {
  consumerKey: string;
  consumerSecret: string;
}

export interface SimWebhook {
  id: string;
  url: string;
  valid: boolean;
  createdAt: string;
}

const paths = { all: '/2/webhooks', one: '/2/webhooks/{webhook_id}' };

/** X's webhook registration: the app-only sign-in, the challenge, and signed delivery. */
export class Webhooks {
  readonly list: SimWebhook[] = [];
  private readonly bearers = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly app: SimApp,
  ) {}

  routes(): Router {
    const router = Router();
    router.post('/oauth2/token', (request, response) => this.issueToken(request, response));
    router.post(
      paths.all,
      this.bearer(paths.all, (request, response) => this.create(request, response)),
    );
    router.get(
      paths.all,
      this.bearer(paths.all, (request, response) => {
        const data = this.list.map(publicWebhook);
        answer(request, response, paths.all, 200, { data, meta: { result_count: data.length } });
      }),
    );
    router.put(
      '/2/webhooks/:webhook_id',
      this.bearer(paths.one, async (request, response) => {
        const webhook = this.list.find(({ id }) => id === request.params['webhook_id']);
        if (webhook) webhook.valid = await this.challenge(webhook.url);
        answer(request, response, paths.one, 200, { data: { valid: webhook?.valid ?? false } });
      }),
    );
    router.delete(
      '/2/webhooks/:webhook_id',
      this.bearer(paths.one, (request, response) => {
        const at = this.list.findIndex(({ id }) => id === request.params['webhook_id']);
        if (at >= 0) this.list.splice(at, 1);
        answer(request, response, paths.one, 200, { data: { deleted: at >= 0 } });
      }),
    );
    return router;
  }

  /** Posts an event as X does: signed over the exact bytes, 10 s for an answer, 200 or it has failed. */
  async deliver(
    url: string,
    event: unknown,
    changes: { secret?: string; headers?: Record<string, string> } = {},
  ) {
    const body = Buffer.from(asXWrites(event));
    const secret = changes.secret ?? this.app.consumerSecret;
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-twitter-webhooks-signature': signature,
        ...changes.headers,
      },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Whether an address proves to know the app's secret. */
  async challenge(url: string): Promise<boolean> {
    const token = randomBytes(24).toString('base64');
    const address = new URL(url);
    address.searchParams.set('crc_token', token);
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(10_000) });
      const { response_token: given } = (await response.json()) as { response_token?: string };
      const expected = `sha256=${createHmac('sha256', this.app.consumerSecret).update(token).digest('base64')}`;
      return response.status === 200 && given === expected;
    } catch {
      return false;
    }
  }

  private async create(request: Request, response: Response): Promise<void> {
    const { url } = request.body as { url: string };
    const fault = (title: string, detail: string) =>
      problem(response, 400, `https://api.x.com/2/problems/${title}`, title, detail);
    if (this.list.some((each) => each.url === url))
      fault('DuplicateUrlFailed', 'The URL is registered already.');
    else if (this.list.length >= 5) fault('WebhookLimitExceeded', 'Too many webhooks.');
    else if (!(await this.challenge(url)))
      fault('CrcValidationFailed', 'The URL did not answer the challenge.');
    else {
      const webhook = { id: this.world.newId(), url, valid: true, createdAt: new Date().toISOString() };
      this.list.push(webhook);
      answer(request, response, paths.all, 200, { data: publicWebhook(webhook) });
    }
  }

  private issueToken(request: Request, response: Response): void {
    const expected = `Basic ${Buffer.from(`${this.app.consumerKey}:${this.app.consumerSecret}`).toString('base64')}`;
    if (request.get('authorization') !== expected) {
      response.status(403).json({ errors: [{ code: 99, message: 'Unable to verify your credentials' }] });
      return;
    }
    const token = randomBytes(24).toString('hex');
    this.bearers.add(token);
    response.json({ token_type: 'bearer', access_token: token });
  }

  private bearer(
    path: string,
    work: (request: Request, response: Response) => void | Promise<void>,
  ): RequestHandler {
    return async (request, response) => {
      const token = (request.get('authorization') ?? '').replace(/^Bearer /, '');
      if (!this.bearers.has(token)) {
        problem(response, 401, 'about:blank', 'Unauthorized', 'Unauthorized');
        return;
      }
      const fault = refuseRequest(path, request);
      if (fault)
        problem(response, 400, 'https://api.x.com/2/problems/invalid-request', 'Invalid Request', fault);
      else await work(request, response);
    };
  }
}

const publicWebhook = ({ id, url, valid, createdAt }: SimWebhook) => ({
  id,
  url,
  valid,
  created_at: createdAt,
});

/** X escapes slashes and everything beyond ASCII, so a proxy that parses and writes anew changes the bytes. */
function asXWrites(event: unknown): string {
  return JSON.stringify(event)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
