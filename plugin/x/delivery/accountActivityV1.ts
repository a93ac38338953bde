import { ensureSubscriptionV1 } from './accountSubscriptions';
import { webhooksV1 } from './webhookApi';
import type { DeliveryKind } from './deliveryKind';
import type { Receiver, ReceiverPorts } from './receiver';
import { WebhookReceiver } from './webhookReceiver';

/** Account Activity v1.1: webhook and subscription live in a dev environment; its gaps are read back. */
export const accountActivityV1: DeliveryKind = {
  label: 'Account Activity v1.1',
  webhook: 'own',
  pushesChat: false,
  needsAppKeys: true,
  onlyOAuth1: true,
  requires: {
    setting: 'environment',
    words: 'is missing: account-activity-v1 needs the dev environment label from the X developer portal',
  },
  create: createReceiver,
};

function createReceiver(ports: ReceiverPorts): Receiver {
  const { account, client } = ports;
  return new WebhookReceiver(
    {
      api: webhooksV1(client, account.environment),
      subscribe: () => ensureSubscriptionV1(client, account.environment),
      unsubscribe: () => Promise.resolve(),
      // Deletions are part of the one subscription.
      onPost: () => Promise.resolve(),
      replays: false,
    },
    ports,
  );
}
