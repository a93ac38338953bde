import type { Scheduler } from '../../plugin/core/scheduler';

type Rhythm = 'seconds' | 'minute' | 'twoMinutes' | 'quarter' | 'hour';

/** Runs jobs when told to, not when it is time. */
export class ManualScheduler implements Scheduler {
  private jobs: { expression: string; job: () => void }[] = [];

  every(expression: string, job: () => void): () => void {
    const entry = { expression, job };
    this.jobs.push(entry);
    return () => (this.jobs = this.jobs.filter((each) => each !== entry));
  }

  /** Runs all jobs of that rhythm. */
  run(rhythm: Rhythm): void {
    for (const { expression, job } of [...this.jobs]) if (rhythmOf(expression) === rhythm) job();
  }

  /** Lets time pass: every job as often as it comes due in so many minutes, with what is done after each. */
  async pass(minutes: number, afterMinute: () => void | Promise<void>): Promise<void> {
    for (let minute = 1; minute <= minutes; minute += 1) {
      this.run('minute');
      if (minute % 2 === 0) this.run('twoMinutes');
      if (minute % 15 === 0) this.run('quarter');
      if (minute % 60 === 0) this.run('hour');
      await afterMinute();
    }
  }
}

function rhythmOf(expression: string): Rhythm {
  if (expression.split(' ').length === 6) return 'seconds';
  if (expression.startsWith('* ')) return 'minute';
  if (expression.startsWith('*/2 ')) return 'twoMinutes';
  return expression.startsWith('*/15 ') ? 'quarter' : 'hour';
}
