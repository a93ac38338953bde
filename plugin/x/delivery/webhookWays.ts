import { ensureSubscriptionV1, ensureSubscriptionV2 } from './accountSubscriptions';
import { ActivityPlan } from './activityPlan';
import type { DeliveryKind } from './deliveryKind';
import { webhooksV1, webhooksV2 } from './webhookApi';
import { WebhookReceiver } from './webhookReceiver';

/** X Activity by webhook: one subscription for each type of event. */
export const activity: DeliveryKind = {
  label: 'X Activity, webhook',
  webhook: 'own',
  pushesChat: true,
  needsAppKeys: true,
  create: (ports) => {
    const plan = new ActivityPlan(ports);
    const way = {
      api: webhooksV2(ports.client),
      subscribe: (webhookId: string) => plan.ensure(webhookId),
      unsubscribe: () => plan.remove(),
      onPost: (authorId: string, webhookId: string) => plan.onPost(authorId, webhookId),
      replays: true,
    };
    return new WebhookReceiver(way, ports);
  },
};

/** Account Activity v2: one subscription for everything, deletions too, which goes with its webhook. */
export const accountActivity: DeliveryKind = {
  label: 'Account Activity v2',
  webhook: 'own',
  needsAppKeys: true,
  create: (ports) => {
    const subscribe = (webhookId: string) => ensureSubscriptionV2(ports.client, webhookId);
    return new WebhookReceiver({ api: webhooksV2(ports.client), subscribe, replays: true }, ports);
  },
};

/** Account Activity v1.1: webhook and subscription live in a dev environment; its gaps are read back. */
export const accountActivityV1: DeliveryKind = {
  label: 'Account Activity v1.1',
  webhook: 'own',
  needsAppKeys: true,
  onlyOAuth1: true,
  requires: {
    setting: 'environment',
    words: 'is missing: account-activity-v1 needs the dev environment label from the X developer portal',
  },
  create: (ports) => {
    const { account, client } = ports;
    const subscribe = () => ensureSubscriptionV1(client, account.environment);
    return new WebhookReceiver(
      { api: webhooksV1(client, account.environment), subscribe, replays: false },
      ports,
    );
  },
};
