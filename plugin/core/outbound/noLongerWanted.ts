import { BridgeError } from '../errors';
import { say } from '../../texts/text';

/**
 * An admin took the reply out of the queue, or erased it, while it was on its way.
 * @param outcomeUnknown an earlier try may have reached the customer
 */
export function noLongerWanted(outcomeUnknown = false): BridgeError {
  const words = outcomeUnknown ? say('reply.setAsideUnclear') : say('reply.setAside');
  return new BridgeError('message-withheld', words, { outcomeUnknown });
}

/** A message cannot be set aside while the other side is taking it. */
export function messageInFlight(): BridgeError {
  return new BridgeError('bad-request', say('admin.beingHandedOver'));
}
