import type { ChatState } from '../../core/chat';
import { BridgeError } from '../../core/errors';
import { say } from '../../texts/text';

/** There are no keys to write with. */
export function locked(state: ChatState): BridgeError {
  return new BridgeError('chat-locked', say(state === 'locked' ? 'chat.lockedOut' : 'chat.withoutKeys'));
}

/** X refused a message, and its conversation has another key now. */
export function keyChanged(cause: BridgeError): BridgeError {
  return new BridgeError('chat-key-changed', `the conversation has a newer key (${cause.message})`, {
    retryable: true,
    agentMessage: say('chat.encryptedAgain'),
    cause,
  });
}

/** X refuses a message that an earlier call may have brought, and does not show whether it did. */
export function uncertain(cause: BridgeError): BridgeError {
  return new BridgeError('refused-by-x', cause.message, {
    outcomeUnknown: true,
    agentMessage: say('reply.mayHaveArrived', { text: cause.text }),
    cause,
  });
}
