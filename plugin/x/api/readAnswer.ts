import type { z } from 'zod';
import { BridgeError } from '../../core/errors';

/** @throws BridgeError when X's answer has another shape than its documents say */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new BridgeError('x-unavailable', 'an answer of X cannot be understood', { retryable: true });
}
