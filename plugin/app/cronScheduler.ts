import { schedule } from 'node-cron';
import type { Scheduler } from '../core/scheduler';

/** Runs jobs by cron expressions. */
export const cronScheduler: Scheduler = {
  every: (expression, job) => {
    const task = schedule(expression, job);
    return () => void task.stop();
  },
};
