import { Router, type Request, type Response } from 'express';
import { answer, oldError, operation, problem, refuse, type ApiContext } from './answers';
import { isPublicEvent } from './signIns';
import type { SimUser, World } from './world';
import type { Webhooks } from './webhooks';

export interface SimSubscription {
  id: string;
  eventType: string;
  userId: string;
  webhookId: string | undefined;
  tag: string | undefined;
  createdAt: string;
}

const path = '/2/activity/subscriptions';
const accountPath = '/2/account_activity/webhooks/{webhook_id}/subscriptions/all';
const pageSize = 50;

/** Subscriptions of X Activity, one for each type and user, and of Account Activity v2. */
export class Subscriptions {
  readonly list: SimSubscription[] = [];
  /** Account Activity: who is subscribed to which webhook, v1.1 among them. */
  readonly accounts: { webhookId: string; userId: string }[] = [];

  constructor(
    private readonly world: World,
    private readonly webhooks: Webhooks,
    private readonly most: number,
  ) {}

  routes(context: ApiContext): Router {
    const router = Router();
    router.get(
      path,
      operation(context, path, (request, response) => this.page(request, response)),
    );
    router.post(
      path,
      operation(context, path, (request, response, user) => this.create(request, response, user)),
    );
    router.delete(
      path,
      this.webhooks.bearer(path, (request, response) => this.remove(request, response)),
    );
    router.get('/2/account_activity/webhooks/:webhook_id/subscriptions/all', this.state(context));
    router.post('/2/account_activity/webhooks/:webhook_id/subscriptions/all', this.subscribeAccount(context));
    return router;
  }

  /** The user took the app's access away: X drops what was subscribed in their name. */
  dropUser(userId: string): void {
    for (const list of [this.list, this.accounts])
      for (let at = list.length - 1; at >= 0; at -= 1) if (list[at]?.userId === userId) list.splice(at, 1);
  }

  private page(request: Request, response: Response): void {
    const token = queryText(request, 'pagination_token');
    const at = token === '' ? 0 : Number(/^subscriptions-(\d{6})$/.exec(token)?.[1] ?? NaN);
    if (Number.isNaN(at)) {
      refuse(response, 'Invalid Request', 'pagination_token is not known.');
      return;
    }
    const size = Math.min(pageSize, Number(request.query['max_results'] ?? pageSize));
    const data = this.list.slice(at, at + size).map(publicSubscription);
    const next =
      at + size < this.list.length ? `subscriptions-${String(at + size).padStart(6, '0')}` : undefined;
    answer(request, response, path, 200, {
      data,
      meta: { result_count: data.length, ...(next ? { next_token: next } : {}) },
    });
  }

  private create(request: Request, response: Response, user: SimUser): void {
    const body = request.body as {
      event_type: string;
      filter: { user_id?: string };
      webhook_id?: string;
      tag?: string;
    };
    const userId = body.filter.user_id ?? '';
    if (!isPublicEvent(body.event_type) && userId !== user.id) {
      problem(
        response,
        403,
        'https://api.x.com/2/problems/client-forbidden',
        'Forbidden',
        'The user has not authorized this app for private events.',
      );
      return;
    }
    if (body.webhook_id !== undefined && !this.webhooks.byId(body.webhook_id)) {
      refuse(response, 'WebhookIdInvalid', 'There is no such webhook.');
      return;
    }
    const same = this.list.some(
      (each) =>
        each.eventType === body.event_type && each.userId === userId && each.webhookId === body.webhook_id,
    );
    if (same) refuse(response, 'DuplicateSubscriptionFailed', 'There is such a subscription.');
    else if (this.list.length >= this.most)
      refuse(response, 'SubscriptionLimitExceeded', 'Too many subscriptions.');
    else {
      const subscription = {
        id: this.world.newId(),
        eventType: body.event_type,
        userId,
        webhookId: body.webhook_id,
        tag: body.tag,
        createdAt: new Date(this.world.now()).toISOString(),
      };
      this.list.push(subscription);
      answer(request, response, path, 200, { data: { subscription: publicSubscription(subscription) } });
    }
  }

  private remove(request: Request, response: Response): void {
    const ids = queryText(request, 'ids').split(',');
    const data = ids.map((id) => {
      const at = this.list.findIndex((each) => each.id === id);
      if (at >= 0) this.list.splice(at, 1);
      return { subscription_id: id, deleted: at >= 0 };
    });
    answer(request, response, path, 200, { data, meta: { total_subscriptions: this.list.length } });
  }

  private state(context: ApiContext) {
    return operation(context, accountPath, (request, response, user) => {
      const webhookId = String(request.params['webhook_id']);
      if (!this.webhooks.byId(webhookId)) {
        refuse(response, 'WebhookIdInvalid', 'There is no such webhook.');
        return;
      }
      const subscribed = this.accounts.some(
        (each) => each.webhookId === webhookId && each.userId === user.id,
      );
      answer(request, response, accountPath, 200, { data: { subscribed } });
    });
  }

  private subscribeAccount(context: ApiContext) {
    return operation(context, accountPath, (request, response, user) => {
      const webhookId = String(request.params['webhook_id']);
      if (!this.webhooks.byId(webhookId)) refuse(response, 'WebhookIdInvalid', 'There is no such webhook.');
      else if (this.accounts.some((each) => each.webhookId === webhookId && each.userId === user.id))
        refuse(response, 'DuplicateSubscriptionFailed', 'There is such a subscription.');
      else if (this.accounts.length >= this.most)
        refuse(response, 'SubscriptionLimitExceeded', 'Too many subscriptions.');
      else {
        this.accounts.push({ webhookId, userId: user.id });
        answer(request, response, accountPath, 200, { data: { subscribed: true } });
      }
    });
  }
}

function queryText(request: Request, name: string): string {
  const value = request.query[name];
  return typeof value === 'string' ? value : '';
}

const publicSubscription = (each: SimSubscription) => ({
  subscription_id: each.id,
  event_type: each.eventType,
  filter: { user_id: each.userId },
  created_at: each.createdAt,
  updated_at: each.createdAt,
  ...(each.webhookId === undefined ? {} : { webhook_id: each.webhookId }),
  ...(each.tag === undefined ? {} : { tag: each.tag }),
});

/** Account Activity v1.1, whose webhooks live in dev environments. */
export function accountActivityV1Routes(
  context: ApiContext,
  webhooks: Webhooks,
  { accounts }: Pick<Subscriptions, 'accounts'>,
): Router {
  const router = Router();
  const base = '/1.1/account_activity/all/:env';
  const inEnvironment = (request: Request) =>
    webhooks.list.filter(({ environment }) => environment === request.params['env']);
  const unknown = (request: Request, response: Response) => {
    if (webhooks.environments.includes(String(request.params['env']))) return false;
    oldError(response, 404, 34, 'Sorry, that page does not exist.');
    return true;
  };
  const signed = (work: (request: Request, response: Response, user: SimUser) => void | Promise<void>) =>
    operation(context, undefined, async (request, response, user) => {
      if (!unknown(request, response)) await work(request, response, user);
    });
  const shown = ({
    id,
    url,
    valid,
    createdAt,
  }: {
    id: string;
    url: string;
    valid: boolean;
    createdAt: string;
  }) => ({
    id,
    url,
    valid,
    created_timestamp: createdAt,
  });
  router.get(
    `${base}/webhooks.json`,
    signed((request, response) => void response.json(inEnvironment(request).map(shown))),
  );
  router.post(
    `${base}/webhooks.json`,
    signed(async (request, response) => {
      const url = queryText(request, 'url');
      const fault =
        inEnvironment(request).length > 0
          ? 'Too many resources already created.'
          : await webhooks.refuseUrl(url);
      if (fault) oldError(response, 403, 214, fault);
      else response.json(shown(webhooks.add(url, String(request.params['env']))));
    }),
  );
  router.put(
    `${base}/webhooks/:id.json`,
    signed(async (request, response) => {
      const webhook = webhooks.byId(String(request.params['id']));
      if (webhook) webhook.valid = await webhooks.challenge(webhook.url);
      if (webhook?.valid) response.status(204).end();
      else
        oldError(response, 403, 214, 'Webhook URL does not meet the requirements: CRC GET request failed.');
    }),
  );
  router.delete(
    `${base}/webhooks/:id.json`,
    signed((request, response) => {
      webhooks.remove(String(request.params['id']));
      response.status(204).end();
    }),
  );
  router.get(
    `${base}/subscriptions.json`,
    signed((request, response, user) => {
      const ids = inEnvironment(request).map(({ id }) => id);
      const there = accounts.some(({ webhookId, userId }) => userId === user.id && ids.includes(webhookId));
      if (there) response.status(204).end();
      else oldError(response, 404, 34, 'Sorry, that page does not exist.');
    }),
  );
  router.post(
    `${base}/subscriptions.json`,
    signed((request, response, user) => {
      const [webhook] = inEnvironment(request);
      if (!webhook) oldError(response, 403, 214, 'There is no webhook in this environment.');
      else if (accounts.some((each) => each.webhookId === webhook.id && each.userId === user.id))
        oldError(response, 409, 355, 'Subscription already exists.');
      else {
        accounts.push({ webhookId: webhook.id, userId: user.id });
        response.status(204).end();
      }
    }),
  );
  return router;
}
