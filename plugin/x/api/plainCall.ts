import { BridgeError } from '../../core/errors';
import { transportFault, whyUnreachable } from '../../core/transport';
import { say } from '../../texts/text';

/** For calls of X beside its API proper: the answer is looked at whatever its status, and nothing leads elsewhere. */
export const plainCall = {
  timeout: 15_000,
  maxRedirects: 0,
  validateStatus: () => true,
  proxy: false,
} as const;

/** Waits for such a call. @throws BridgeError `x-unavailable` when X cannot be reached */
export async function reach<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const { code } = transportFault(error);
    throw new BridgeError('x-unavailable', say('transport.x', { why: whyUnreachable(code) }), {
      retryable: true,
    });
  }
}
