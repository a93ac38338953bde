import type { ChatState } from '../../core/chat';
import { BridgeError } from '../../core/errors';

/** There are no keys to write with. */
export function locked(state: ChatState): BridgeError {
  const why = state === 'locked' ? 'cannot use its keys' : 'has no keys';
  const words = `The customer writes in encrypted chat, for which this account ${why}, so the answer was withheld. Please answer on x.com, and tell your administrator.`;
  return new BridgeError('chat-locked', words, { agentMessage: words });
}

/** X refused a message, and its conversation has another key now. */
export function keyChanged(cause: BridgeError): BridgeError {
  return new BridgeError('chat-key-changed', `the conversation has a newer key (${cause.message})`, {
    retryable: true,
    agentMessage: 'The answer is encrypted anew and sent again.',
    cause,
  });
}

/** X refuses a message that an earlier call may have brought, and does not show whether it did. */
export function uncertain(cause: BridgeError): BridgeError {
  return new BridgeError('refused-by-x', cause.message, {
    outcomeUnknown: true,
    agentMessage: `${cause.agentMessage ?? cause.message} An earlier try may have arrived: please look on x.com before you send it again.`,
    cause,
  });
}
