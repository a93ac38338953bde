import { webhooksV2 } from './webhookApi';
import { ActivityPlan } from './activityPlan';
import type { DeliveryKind } from './deliveryKind';
import type { Receiver, ReceiverPorts } from './receiver';
import { WebhookReceiver } from './webhookReceiver';

/** X Activity by webhook: one subscription for each type of event. */
export const activity: DeliveryKind = {
  label: 'X Activity, webhook',
  webhook: 'own',
  pushesChat: true,
  needsAppKeys: true,
  onlyOAuth1: false,
  create: createReceiver,
};

function createReceiver(ports: ReceiverPorts): Receiver {
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
