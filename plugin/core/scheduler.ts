/** Runs jobs at their times; tests run them at once. */
export interface Scheduler {
  /** @param expression five or six cron fields. @returns stops the job */
  every(expression: string, job: () => void): () => void;
}
