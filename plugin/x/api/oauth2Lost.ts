import { BridgeError } from '../../core/errors';
import { signInLost } from './refusals';

/** Why an OAuth 2.0 sign-in cannot be used, in the admin's words. */

export const notConnected =
  'this account is not connected with OAuth 2.0 yet: open Accounts, Edit in the panel, and press "Connect with X"';

export const withoutOfflineAccess =
  'the OAuth 2.0 sign-in has ended after two hours, because the right offline.access was not granted: connect again and allow everything X asks for';

/** X's answer was about the refresh token, not about the client. */
export const tokenRefused = 'TokenRefused';

/** @param retryAt when trying again makes sense, in ms since 1970 */
export function lost(why: string, retryAt: number | undefined, problem?: string): BridgeError {
  return new BridgeError('signed-out-of-x', why, {
    retryable: true,
    agentMessage: signInLost,
    ...(retryAt === undefined ? {} : { retryAt }),
    ...(problem === undefined ? {} : { problem }),
  });
}
