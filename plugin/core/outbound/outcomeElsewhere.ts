import { spokenLanguage } from '../../texts/text';
import { z } from 'zod';
import type { Ports } from '../corePorts';
import { pause } from '../clock';
import { splitQueueName } from '../conversation';
import { BridgeError, httpStatus, reasonOf, type ErrorCode } from '../errors';
import { stillSending, type ReplyResult } from './openCalls';

/** What a process asks of the one that handles an account: how a reply stands after at most so many milliseconds. */
export const outcomeQuestion = z.object({
  kind: z.literal('outcome'),
  seq: z.number(),
  queueName: z.string(),
  timeoutMs: z.number().max(10_000),
});
export type OutcomeQuestion = z.infer<typeof outcomeQuestion>;

const outcomeShape = z.union([
  z.object({ status: z.literal('sent'), ids: z.array(z.string()) }),
  z.object({ status: z.literal('queued'), reason: z.string(), retryAt: z.number().optional() }),
  z.object({
    status: z.literal('failed'),
    code: z.string().refine((code): code is ErrorCode => Object.hasOwn(httpStatus, code)),
    words: z.string(),
    retryable: z.boolean(),
  }),
]);

const askAgainMs = 500;

/** How a reply stands that another process sends, after at most `timeoutMs`. Never rejects. */
export async function outcomeElsewhere(
  question: Omit<OutcomeQuestion, 'kind'>,
  { cluster, clock, log }: Ports<'cluster' | 'clock' | 'log'>,
): Promise<ReplyResult> {
  const { account } = splitQueueName(question.queueName);
  const deadline = clock.now() + question.timeoutMs;
  let cancel = () => {};
  const tooLate = new Promise<ReplyResult>((resolve) => {
    cancel = clock.after(question.timeoutMs, () => resolve(stillSending()));
  });
  const ask = async (): Promise<ReplyResult> => {
    for (;;) {
      const timeoutMs = Math.max(0, deadline - clock.now());
      try {
        return read(await cluster.ask({ account }, { ...question, kind: 'outcome', timeoutMs }));
      } catch (error) {
        log.info('the process that handles the account could not be asked about a reply', {
          account,
          answer: question.seq,
          reason: reasonOf(error),
        });
      }
      await pause(clock, askAgainMs);
      if (clock.now() >= deadline) return stillSending();
    }
  };
  return Promise.race([ask(), tooLate]).finally(() => cancel());
}

/** @returns it as JSON, for the process that asked */
export function outcomeAsJson(result: ReplyResult): z.infer<typeof outcomeShape> {
  if (result.status === 'sent') return result;
  if (result.status === 'queued') {
    const { status, reason, retryAt } = result;
    return { status, reason, ...(retryAt === undefined ? {} : { retryAt }) };
  }
  const { code, text, retryable } = result.error;
  return { status: 'failed', code, words: text.in(spokenLanguage()), retryable };
}

function read(answer: unknown): ReplyResult {
  const outcome = outcomeShape.parse(answer);
  if (outcome.status === 'sent') return outcome;
  if (outcome.status === 'queued') return { ...outcome, retryAt: outcome.retryAt };
  const { code, words, retryable } = outcome;
  return { status: 'failed', error: new BridgeError(code, words, { retryable }) };
}
