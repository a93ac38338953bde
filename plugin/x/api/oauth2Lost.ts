import { BridgeError } from '../../core/errors';
import { signInLost } from './refusals';
import { phrase } from '../../texts/text';

/** Why an OAuth 2.0 sign-in cannot be used, in the admin's words. */

export const notConnected = phrase('signIn.notConnected');

export const withoutOfflineAccess = phrase('signIn.noOfflineAccess');

/** X's answer was about the refresh token, not about the client. */
export const tokenRefused = 'TokenRefused';

/** @param retryAt when trying again makes sense, in ms since 1970 */
export function lost(why: string, retryAt: number | undefined, problem?: string): BridgeError {
  return new BridgeError('signed-out-of-x', why, {
    retryable: true,
    agentMessage: signInLost,
    retryAt,
    problem,
  });
}
