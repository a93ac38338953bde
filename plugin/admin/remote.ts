import { z } from 'zod';
import { BridgeError, httpStatus, reasonOf, type ErrorCode } from '../core/errors';
import { ConfigError } from '../settings/load';
import { say, spokenLanguage } from '../texts/text';

/** What came of a call that another process made, as JSON. */
const outcomeShape = z.union([
  z.object({ value: z.unknown() }),
  z.object({
    fault: z.object({
      code: z.string(),
      words: z.string(),
      retryable: z.boolean().default(false),
      settings: z.array(z.string()).optional(),
    }),
  }),
]);
type Outcome = z.infer<typeof outcomeShape>;

/** Does what another process asked for. Never rejects. */
export async function outcomeOf(work: () => unknown): Promise<Outcome> {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    if (error instanceof ConfigError)
      return {
        fault: { code: 'bad-settings', words: error.message, retryable: false, settings: error.faults },
      };
    if (!(error instanceof BridgeError))
      return { fault: { code: 'internal', words: reasonOf(error), retryable: false } };
    return {
      fault: { code: error.code, words: error.text.in(spokenLanguage()), retryable: error.retryable },
    };
  }
}

/** @returns the value @throws what the other process threw */
export function valueOf(outcome: unknown): unknown {
  const read = outcomeShape.safeParse(outcome).data;
  if (!read) throw new BridgeError('store-unavailable', say('cluster.noAnswer'), { retryable: true });
  if (!('fault' in read)) return read.value;
  const { code, words, retryable, settings } = read.fault;
  if (settings) throw new ConfigError(settings);
  if (isCode(code)) throw new BridgeError(code, words, { retryable });
  throw new Error(words);
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(httpStatus, code);
}
