import { BridgeError } from '../errors';

/**
 * An admin took the reply out of the queue, or erased it, while it was on its way.
 * @param outcomeUnknown an earlier try may have reached the customer
 */
export function noLongerWanted(outcomeUnknown = false): BridgeError {
  const words = outcomeUnknown
    ? 'Your administrator took it out of the queue after an attempt whose outcome is not known.'
    : 'Your administrator took it out of the queue, so it was not sent.';
  return new BridgeError('message-withheld', words, { agentMessage: words, outcomeUnknown });
}

/** A message cannot be set aside while the other side is taking it. */
export function inFlight(): BridgeError {
  return new BridgeError(
    'bad-request',
    'This message is being handed over right now, so it can no longer be set aside. Look again in a moment.',
  );
}
