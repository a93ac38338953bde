import { reasonOf } from '../../core/errors';
import type { ReceiverPorts } from './receiver';

/** When receivers look after their delivery, as cron expressions. */
const expressions = {
  minute: '* * * * *',
  twoMinutes: '*/2 * * * *',
  quarter: '*/15 * * * *',
  /** Away from the full hour, when everybody else calls X. */
  hour: '41 * * * *',
};

/** Does a job again and again. A fault of the job is told, and the next time comes all the same. @returns ends it */
export function each(
  rhythm: keyof typeof expressions,
  job: () => void | Promise<void>,
  { scheduler, log }: ReceiverPorts,
): () => void {
  const run = async () => {
    try {
      await job();
    } catch (error) {
      log.error('a delivery check failed; it will be tried again', { rhythm, reason: reasonOf(error) });
    }
  };
  return scheduler.every(expressions[rhythm], () => void run());
}
