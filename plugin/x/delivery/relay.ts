import type { Receiver } from './receiver';

/**
 * Another service receives from X and passes the events on to our webhook, signed with a secret of its own: there is
 * nothing to set up with X, and nothing to take down.
 */
export function createPassedOn(): Receiver {
  return {
    start: () => {},
    stop: () => Promise.resolve(),
    state: () => ({ state: 'ok' }),
    onReplay: () => {},
    onPost: () => {},
    onRevoked: () => {},
    onChallenge: () => {},
    onPushed: () => {},
    onRefused: () => {},
    retire: () => Promise.resolve(),
  };
}
