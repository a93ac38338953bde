import { webhooksV2 } from './webhookApi';
import { ActivityPlan } from './activityPlan';
import type { Receiver, ReceiverPorts } from './receiver';
import { WebhookReceiver } from './webhookReceiver';

/** X Activity by webhook: one subscription for each type of event. */
export function createActivity(ports: ReceiverPorts): Receiver {
  const plan = new ActivityPlan(ports);
  return new WebhookReceiver(
    {
      api: webhooksV2(ports.client),
      subscribe: (webhookId) => plan.ensure(webhookId),
      unsubscribe: () => plan.remove(),
      onPost: (authorId, webhookId) => plan.onPost(authorId, webhookId),
      replays: true,
    },
    ports,
  );
}
