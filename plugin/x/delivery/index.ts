import { activityStream } from './activityStream';
import type { DeliveryKind } from './deliveryKind';
import { poll } from './poll';
import { relay } from './relay';
import { accountActivity, accountActivityV1, activity } from './webhookWays';

/** Every way of delivery, by the name it has in the configuration. */
export const deliveryKinds = {
  activity,
  'activity-stream': activityStream,
  'account-activity': accountActivity,
  'account-activity-v1': accountActivityV1,
  poll,
  relay,
} satisfies Record<string, DeliveryKind>;

export type Delivery = keyof typeof deliveryKinds;

export const deliveryNames = Object.keys(deliveryKinds) as [Delivery, ...Delivery[]];

export function deliveryKind(name: Delivery): DeliveryKind {
  return deliveryKinds[name];
}

/** Whether a word, such as one kept from an earlier version, names a way of delivery. */
export function isDelivery(word: unknown): word is Delivery {
  return typeof word === 'string' && Object.hasOwn(deliveryKinds, word);
}
