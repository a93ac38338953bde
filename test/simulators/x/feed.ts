import { accountActivity, activityEvents, type EventContext, type SimEvent } from './events';
import type { ActivityStream } from './stream';
import type { Subscriptions } from './subscriptions';
import type { SimWebhook, Webhooks } from './webhooks';

/** What was sent, or tried to be sent, to a webhook. */
interface Attempt {
  webhookId: string;
  at: number;
  body: object;
}

export interface FeedOptions {
  /** How long after the first try X tries again what a webhook did not take, in ms; then it gives up. */
  retriesMs: readonly number[];
  /** Calls a task after so many milliseconds. */
  after: (ms: number, task: () => void) => void;
}

/** Brings what happens on X to everybody who is subscribed to it. */
export class Feed {
  private readonly attempts: Attempt[] = [];
  private isClosed = false;

  constructor(
    private readonly context: EventContext,
    private readonly subscriptions: Subscriptions,
    private readonly webhooks: Webhooks,
    private readonly stream: ActivityStream,
    private readonly options: FeedOptions,
  ) {}

  /** Nothing is tried again any longer; whoever has the port then is somebody else. */
  close(): void {
    this.isClosed = true;
  }

  /**
   * Delivers an event, as often as told, each time to everybody. Resolves when all have answered, or not; what was not taken
   * is tried again later.
   * @returns whether everybody took it at once
   */
  async publish(event: SimEvent, times = 1): Promise<boolean> {
    const deliveries = [...this.byActivity(event), ...this.byAccountActivity(event)];
    const taken: boolean[] = [];
    for (let time = 0; time < times; time += 1)
      taken.push(...(await Promise.all(deliveries.map(({ webhook, body }) => this.deliver(webhook, body)))));
    return taken.every(Boolean);
  }

  /** Sends again what was sent to a webhook, or tried, in a span of time. @returns whether all was taken */
  async replay(webhook: SimWebhook, from: number, to: number): Promise<boolean> {
    const span = this.attempts.filter(
      ({ webhookId, at }) => webhookId === webhook.id && at >= from && at < to,
    );
    const taken: boolean[] = [];
    for (const { body } of span) taken.push(await this.send(webhook, body));
    return taken.every(Boolean);
  }

  private byActivity(event: SimEvent): { webhook: SimWebhook | undefined; body: object }[] {
    const users = [...new Set(this.subscriptions.list.map(({ userId }) => userId))];
    return users.flatMap((userId) =>
      activityEvents(event, userId, this.context).flatMap(({ type, data }) =>
        this.subscriptions.list
          .filter((each) => each.userId === userId && (each.eventType === type || type === 'oauth.revoke'))
          .map(({ webhookId, tag }) => ({
            webhook: webhookId === undefined ? undefined : this.webhooks.byId(webhookId),
            body: { data: { ...data, ...(tag === undefined ? {} : { tag }) } },
          })),
      ),
    );
  }

  private byAccountActivity(event: SimEvent): { webhook: SimWebhook | undefined; body: object }[] {
    return this.subscriptions.accounts.flatMap(({ webhookId, userId }) => {
      const body = accountActivity(event, userId, this.context);
      const webhook = this.webhooks.byId(webhookId);
      return body && webhook ? [{ webhook, body }] : [];
    });
  }

  /** To the stream always; to the webhook unless it has failed the challenge. */
  private async deliver(webhook: SimWebhook | undefined, body: object): Promise<boolean> {
    if ('data' in body) this.stream.send(body);
    if (!webhook) return true;
    if (!webhook.valid) return false;
    this.attempts.push({ webhookId: webhook.id, at: this.context.world.now(), body });
    if (await this.send(webhook, body)) return true;
    this.tryAgain(webhook, body, [...this.options.retriesMs]);
    return false;
  }

  /** X gives an event up after a few more tries (X docs: Account Activity, retries). */
  private tryAgain(webhook: SimWebhook, body: object, [next, ...later]: number[], passed = 0): void {
    if (next === undefined) return;
    this.options.after(next - passed, () => {
      if (this.isClosed || !webhook.valid || this.webhooks.byId(webhook.id) !== webhook) return;
      void this.send(webhook, body).then((taken) => {
        if (!taken) this.tryAgain(webhook, body, later, next);
      });
    });
  }

  private async send(webhook: SimWebhook, body: object): Promise<boolean> {
    const status = await this.webhooks.deliver(webhook.url, body).catch(() => 0);
    return status === 200;
  }
}
