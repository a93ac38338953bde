import { createTask } from 'node-cron';
import type { Scheduler } from '../core/scheduler';

/** The clock is looked at so often, since it may be set at any time. Milliseconds. */
const lookEvery = 30_000;

/**
 * Runs jobs by cron expressions. The library tells the times; its own runner is not used: when the clock is set ahead, or the machine
 * slept, it goes through every time that was passed over before it does anything else, and when the clock is set back, it waits until the
 * former time has come again. Here a job whose time was passed over runs once.
 */
export const cronScheduler: Scheduler = {
  every: (expression, job) => {
    // In local time an hour comes twice when summer time ends, and node-cron gives no times in its first pass. The task is never started.
    const task = createTask(expression, () => undefined, { timezone: 'UTC' });
    const nextTime = () => task.getNextRuns(1)[0]?.getTime() ?? Infinity;
    let next = nextTime();
    let timer: NodeJS.Timeout;
    const look = () => {
      const isDue = Date.now() >= next;
      next = nextTime();
      timer = setTimeout(look, Math.min(lookEvery, Math.max(0, next - Date.now())));
      if (isDue) job();
    };
    look();
    return () => {
      clearTimeout(timer);
      void task.destroy();
    };
  },
};
