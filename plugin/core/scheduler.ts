/** Runs jobs at times of the day, so that tests can run them at once. */
export interface Scheduler {
  /**
   * @param expression five cron fields
   * @returns stops the job
   */
  every(expression: string, job: () => void): () => void;
}
