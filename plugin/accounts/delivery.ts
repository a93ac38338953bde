import type { AccountConfig } from '../settings/account';
import type { Delivery } from '../x/delivery';

/**
 * How X delivers to an account: as set, else as its level says (Basic and Pro get no pushes). Pushes belong to the app, so
 * an account without the app's own keys is polled.
 */
export function deliveryOf({ delivery, level, consumerKey, consumerSecret }: AccountConfig): Delivery {
  if (delivery !== '') return delivery;
  return level === 'enterprise' && consumerKey !== '' && consumerSecret !== '' ? 'activity' : 'poll';
}
