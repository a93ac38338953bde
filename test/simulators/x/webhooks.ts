import { createHmac, randomBytes } from 'node:crypto';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { answer, isBarred, problem, refuse } from './answers';
import { refuseRequest } from './openapi';
import type { RateLimits } from './rateLimits';
import type { World } from './world';
import { asXWrites } from './writing';

export interface SimApp {
  consumerKey: string;
  consumerSecret: string;
}

export interface SimWebhook {
  id: string;
  url: string;
  valid: boolean;
  createdAt: string;
  /** The dev environment of v1.1 it lives in, if any. */
  environment: string | undefined;
}

/**
 * X's pages disagree about what follows from a challenge that is not answered: the webhook is marked invalid (`marks`); the
 * call is refused (`refuses`); nothing, for hours (`tolerates`); or the answer comes before the challenge (`late`).
 */
export type Validation = 'marks' | 'refuses' | 'tolerates' | 'late';

export interface WebhookOptions {
  validation: Validation;
  app: SimApp;
  /** How many webhooks the app may have. */
  most: number;
  /** The app's dev environments. */
  environments: string[];
  /** An origin of this machine that X takes for one of the internet. */
  publicOrigin: () => string | undefined;
  /** Where an address on the internet leads in this test. */
  resolve: (url: string) => string;
  barred: RegExp | undefined;
  limits: RateLimits;
}

const paths = { all: '/2/webhooks', one: '/2/webhooks/{webhook_id}', replay: '/2/webhooks/replay' };
const minute = 60_000;

/** A kept connection would outlive a plugin that is started again at the same port, and fail whoever calls next. */
const unkept = { connection: 'close' };

/** What the replay needs of the feed. */
export type Replay = (webhook: SimWebhook, from: number, to: number) => Promise<boolean>;

/** X's registration of webhooks: the app-only sign-in, the challenge, and signed delivery. */
export class Webhooks {
  readonly list: SimWebhook[] = [];
  readonly environments: string[];
  /** Delivers again what a webhook was sent. */
  replay: Replay = () => Promise.resolve(true);
  private readonly bearers = new Set<string>();
  private replaying = false;
  /** How many challenges were answered, rightly or not. */
  challenges = 0;

  /** Addresses that are to be registered, while they are challenged. */
  private readonly challenged = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly options: WebhookOptions,
  ) {
    this.environments = options.environments;
  }

  routes(): Router {
    const router = Router();
    router.post('/oauth2/token', (request, response) => this.issueToken(request, response));
    router.post(
      paths.replay,
      this.bearer(paths.replay, (request, response) => this.startReplay(request, response)),
    );
    router.post(
      paths.all,
      this.bearer(paths.all, (request, response) => this.create(request, response)),
    );
    router.get(
      paths.all,
      this.bearer(paths.all, (request, response) => {
        const data = this.list.filter(({ environment }) => environment === undefined).map(publicWebhook);
        answer(request, response, paths.all, 200, { data, meta: { result_count: data.length } });
      }),
    );
    router.put(
      '/2/webhooks/:webhook_id',
      this.bearer(paths.one, (request, response) => this.validate(request, response)),
    );
    router.delete(
      '/2/webhooks/:webhook_id',
      this.bearer(paths.one, (request, response) => {
        const deleted = this.remove(String(request.params['webhook_id']));
        if (deleted) answer(request, response, paths.one, 200, { data: { deleted } });
        else refuse(response, 'WebhookIdInvalid', 'There is no such webhook.');
      }),
    );
    return router;
  }

  byId(id: string): SimWebhook | undefined {
    return this.list.find((each) => each.id === id);
  }

  add(url: string, environment?: string): SimWebhook {
    const createdAt = new Date(this.world.now()).toISOString();
    const webhook = { id: this.world.newId(), url, valid: true, createdAt, environment };
    this.list.push(webhook);
    return webhook;
  }

  remove(id: string): boolean {
    const at = this.list.findIndex((each) => each.id === id);
    if (at >= 0) this.list.splice(at, 1);
    return at >= 0;
  }

  /** X's hourly challenge: who fails it gets nothing more. */
  async challengeAll(): Promise<void> {
    for (const webhook of this.list) webhook.valid = await this.challenge(webhook.url);
  }

  /** Posts an event as X does: signed over the exact bytes, 10 s for an answer, 200 or it has failed. */
  async deliver(
    url: string,
    event: unknown,
    changes: { secret?: string; headers?: Record<string, string> } = {},
  ) {
    const body = Buffer.from(asXWrites(event));
    const secret = changes.secret ?? this.options.app.consumerSecret;
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;
    const response = await fetch(this.options.resolve(url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...unkept,
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
    const { consumerSecret } = this.options.app;
    try {
      const address = new URL(this.options.resolve(url));
      address.searchParams.set('crc_token', token);
      const response = await fetch(address, { headers: unkept, signal: AbortSignal.timeout(10_000) });
      const { response_token: given } = (await response.json()) as { response_token?: string };
      const expected = `sha256=${createHmac('sha256', consumerSecret).update(token).digest('base64')}`;
      return response.status === 200 && given === expected;
    } catch {
      return false;
    } finally {
      this.challenges += 1;
    }
  }

  /** Why an address cannot be a webhook, in v1.1's words; undefined when it can. */
  async refuseUrl(url: string): Promise<string | undefined> {
    if (!this.isPublic(url))
      return 'Webhook URL does not meet the requirements: it must be https, without a port.';
    if (!(await this.challenge(url)))
      return 'Webhook URL does not meet the requirements. Please consult: CRC GET request failed.';
    return undefined;
  }

  /** A call in the app's name: token, rate limit and shape are checked before the work. */
  bearer(path: string, work: (request: Request, response: Response) => void | Promise<void>): RequestHandler {
    return async (request, response) => {
      const token = (request.get('authorization') ?? '').replace(/^Bearer /, '');
      if (!this.bearers.has(token)) {
        problem(response, 401, 'about:blank', 'Unauthorized', 'Unauthorized');
        return;
      }
      if (isBarred(this.options, request, response)) return;
      if (!this.options.limits.take('app', `${request.method} ${path}`, response)) {
        problem(response, 429, 'about:blank', 'Too Many Requests', 'Too Many Requests');
        return;
      }
      const fault = refuseRequest(path, request);
      if (fault) refuse(response, 'Invalid Request', fault);
      else await work(request, response);
    };
  }

  isAppToken(authorization: string): boolean {
    return this.bearers.has(authorization.replace(/^Bearer /, ''));
  }

  /** X no longer takes the tokens it gave out. */
  forgetTokens(): void {
    this.bearers.clear();
  }

  private isPublic(url: string): boolean {
    const own = this.options.publicOrigin();
    return isPublicAddress(url) || (own !== undefined && new URL(url).origin === own);
  }

  private async create(request: Request, response: Response): Promise<void> {
    const { url } = request.body as { url: string };
    if (!this.isPublic(url))
      refuse(response, 'UrlValidationFailed', 'The URL must be https, without a port.');
    else if (this.list.some((each) => each.url === url) || this.challenged.has(url))
      refuse(response, 'DuplicateUrlFailed', 'The URL is registered already.');
    else if (this.list.length >= this.options.most)
      refuse(response, 'WebhookLimitExceeded', 'Too many webhooks.');
    else if (!(await this.challengeNew(url)))
      refuse(response, 'CrcValidationFailed', 'The URL did not answer the challenge.');
    else answer(request, response, paths.all, 200, { data: publicWebhook(this.add(url)) });
  }

  private async challengeNew(url: string): Promise<boolean> {
    this.challenged.add(url);
    try {
      return await this.challenge(url);
    } finally {
      this.challenged.delete(url);
    }
  }

  private async validate(request: Request, response: Response): Promise<void> {
    const webhook = this.byId(String(request.params['webhook_id']));
    if (!webhook) {
      refuse(response, 'WebhookIdInvalid', 'There is no such webhook.');
      return;
    }
    const { validation } = this.options;
    const challenged = this.challenge(webhook.url);
    if (validation === 'late') {
      const valid = { data: { valid: true } };
      answer(request, response, paths.one, 200, valid);
      return;
    }
    const passed = await challenged;
    if (validation === 'marks' || passed) webhook.valid = passed;
    if (validation === 'refuses' && !passed)
      refuse(response, 'CrcValidationFailed', 'The URL did not answer the challenge.');
    else answer(request, response, paths.one, 200, { data: { valid: webhook.valid } });
  }

  private startReplay(request: Request, response: Response): void {
    const body = request.body as { webhook_id: string; from_date: string; to_date: string };
    const webhook = this.byId(body.webhook_id);
    const [from, to] = [instant(body.from_date), instant(body.to_date)];
    const now = this.world.now();
    if (!webhook) refuse(response, 'WebhookIdInvalid', 'There is no such webhook.');
    else if (this.replaying) refuse(response, 'ReplayConflictError', 'A replay job is already in progress.');
    else if (from < now - 24 * 60 * minute || from >= to || to > now - 10 * minute)
      refuse(response, 'QueryParamInvalid', 'from_date or to_date is out of range.');
    else {
      const jobId = this.world.newId();
      this.replaying = true;
      void this.runReplay(webhook, jobId, from, to);
      answer(request, response, paths.replay, 200, {
        data: { job_id: jobId, created_at: new Date(now).toISOString() },
      });
    }
  }

  private async runReplay(webhook: SimWebhook, jobId: string, from: number, to: number): Promise<void> {
    const complete = await this.replay(webhook, from, to);
    this.replaying = false;
    const state = complete ? 'Complete' : 'Incomplete';
    const status = { webhook_id: webhook.id, job_state: state, job_state_description: state, job_id: jobId };
    await this.deliver(webhook.url, { replay_job_status: status }).catch(() => 0);
  }

  private issueToken(request: Request, response: Response): void {
    const { consumerKey, consumerSecret } = this.options.app;
    const pair = `${encodeURIComponent(consumerKey)}:${encodeURIComponent(consumerSecret)}`;
    const form = request.is('application/x-www-form-urlencoded') !== false;
    if (request.get('authorization') !== `Basic ${Buffer.from(pair).toString('base64')}` || !form) {
      response.status(403).json({ errors: [{ code: 99, message: 'Unable to verify your credentials' }] });
      return;
    }
    const token = randomBytes(24).toString('hex');
    this.bearers.add(token);
    response.json({ token_type: 'bearer', access_token: token });
  }
}

/** X calls https addresses without a port only. */
function isPublicAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, port } = new URL(url);
  return protocol === 'https:' && port === '';
}

/** `yyyymmddhhmm`, UTC, as milliseconds since 1970. */
function instant(text: string): number {
  const [, year, month, day, hour, minutes] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minutes}:00Z`);
}

const publicWebhook = ({ id, url, valid, createdAt }: SimWebhook) => ({
  id,
  url,
  valid,
  created_at: createdAt,
});
