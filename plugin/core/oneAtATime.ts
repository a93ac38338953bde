/** Work that is asked for again and again, and must not run beside itself. */
export class OneAtATime {
  private running: Promise<void> | undefined;

  /** @param onFault hears why it failed */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** Does it, or waits for what is being done. Never rejects. */
  run(): Promise<void> {
    this.running ??= this.work()
      .catch(this.onFault)
      .finally(() => (this.running = undefined));
    return this.running;
  }

  /** Resolves when it does not run. */
  async settled(): Promise<void> {
    await this.running;
  }
}
