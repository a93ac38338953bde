import type { DeliveryKind } from './deliveryKind';

/**
 * Another service receives from X and passes the events on to our webhook, signed with a secret of its own: there is
 * nothing to set up with X, and nothing to take down.
 */
export const relay: DeliveryKind = {
  label: 'relay from another service',
  webhook: 'relayed',
  requires: {
    setting: 'relaySecret',
    words: 'is missing: the secret that the service passing events on signs them with',
  },
  create: () => ({ start: () => {}, stop: () => Promise.resolve(), state: () => ({ state: 'ok' }) }),
};
