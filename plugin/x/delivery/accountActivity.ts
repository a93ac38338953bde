import { ensureSubscriptionV2 } from './accountSubscriptions';
import { webhooksV2 } from './webhookApi';
import type { DeliveryKind } from './deliveryKind';
import type { Receiver, ReceiverPorts } from './receiver';
import { WebhookReceiver } from './webhookReceiver';

/** Account Activity v2: one subscription for everything, which goes with its webhook. */
export const accountActivity: DeliveryKind = {
  label: 'Account Activity v2',
  webhook: 'own',
  pushesChat: false,
  needsAppKeys: true,
  onlyOAuth1: false,
  create: createReceiver,
};

function createReceiver(ports: ReceiverPorts): Receiver {
  const { client } = ports;
  return new WebhookReceiver(
    {
      api: webhooksV2(client),
      subscribe: (webhookId) => ensureSubscriptionV2(client, webhookId),
      unsubscribe: () => Promise.resolve(),
      // Deletions are part of the one subscription.
      onPost: () => Promise.resolve(),
      replays: true,
    },
    ports,
  );
}
