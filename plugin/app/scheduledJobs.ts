import { speakIn } from '../texts/text';
import { untilDone } from '../core/eraser';
import type { Account } from '../accounts/account';
import type { AccountRegistry } from '../accounts/accountRegistry';
import { backUp } from '../commands/backup';
import { forgetPerson } from '../commands/forget';
import { answerRequests } from '../commands/requestFiles';
import { watchesWaiting } from '../core/automation/conversationRules';
import { maxUnanswered, tellWaiting } from '../core/automation/waitingCustomers';
import { followUp } from '../core/automation/followUps';
import type { Clock } from '../core/clock';
import { reasonOf } from '../core/errors';
import type { Log, MessageStore } from '../core/ports';
import type { Scheduler } from '../core/scheduler';
import { retention } from '../settings/automation';
import type { Pipelines } from './pipelines';

/** Not on the hour, when other programs have their jobs. */
const hourly = '7 * * * *';
const minutely = '* * * * *';
/** Somebody waits at the command line. */
const everyTwoSeconds = '*/2 * * * * *';

const dayMs = 24 * 60 * 60_000;
const defaultRetention = retention.parse(undefined);

export interface ScheduledJobsOptions {
  accounts: AccountRegistry;
  store: MessageStore;
  scheduler: Scheduler;
  clock: Clock;
  log: Log;
  dataDir: string;
  pipelines: Pipelines;
}

/** What is done by the clock for all accounts. */
export class ScheduledJobs {
  private readonly jobs: Job[];
  private stops: (() => void)[] = [];

  constructor(private readonly options: ScheduledJobsOptions) {
    const { log } = options;
    const job = (what: string, expression: string, work: () => Promise<void>, holdsUpStop = true) =>
      new Job(what, expression, work, log, holdsUpStop);
    this.jobs = [
      job('reminding customers', minutely, () => this.remindCustomers()),
      job('looking for messages in no queue', minutely, () => options.pipelines.findForgotten()),
      job('a request of the command line', everyTwoSeconds, () => this.answerCommandLine()),
      job('erasing old messages', hourly, () => this.eraseOldMessages()),
      job('reading the Map Keys again', hourly, () => this.refreshMapKeys(), false),
      job('comparing the keys of encrypted chat', hourly, () => this.compareChatKeys(), false),
    ];
  }

  start(): void {
    const { scheduler } = this.options;
    this.stops = this.jobs.map((job) => scheduler.every(job.expression, () => job.run()));
  }

  /** Resolves when what writes to the store has come to its end; calls of X and Motion are not waited for. */
  async stop(): Promise<void> {
    for (const stop of this.stops) stop();
    await Promise.all(this.jobs.map((job) => job.ended()));
  }

  private active(): Account[] {
    return this.options.accounts.active();
  }

  /** Those that are this process's to work. */
  private worked(): Account[] {
    return this.active().filter(({ name }) => this.options.store.cluster.handles(name));
  }

  private async remindCustomers(): Promise<void> {
    const { ports } = this.options.pipelines;
    for (const account of this.worked())
      await ports.cluster.within(account.name, () =>
        speakIn(account.rules.language, async () => {
          if (account.rules.followUp.active) await followUp(account, ports);
          if (watchesWaiting(account.rules)) await tellWaiting(account, ports);
        }).catch((error: unknown) =>
          // The others are not to wait for it.
          this.options.log.error('reminding customers failed; it will be tried again', {
            account: account.name,
            reason: reasonOf(error),
          }),
        ),
      );
  }

  private async answerCommandLine(): Promise<void> {
    const { dataDir, store, log } = this.options;
    const { eraser, copyTo } = store;
    await answerRequests(dataDir, 'forget', (user) => forgetPerson(user, { eraser, log }));
    await answerRequests(dataDir, 'backup', async (target) => {
      const words = await backUp(dataDir, target, { copyTo });
      log.info('the data folder was copied', { to: target });
      return words;
    });
  }

  /** What customers and agents wrote is not kept for longer than each account says, nor are the rows it was in. */
  private async eraseOldMessages(): Promise<void> {
    const { accounts, store, clock, log } = this.options;
    const { eraser, cluster } = store;
    if (!cluster.leads()) return;
    const givenUp = await store.conversations.endOldWaits(clock.now() - maxUnanswered);
    if (givenUp > 0)
      log.warn('customers without a reply for seven days are no longer counted', { customers: givenUp });
    const rules = new Map(accounts.all().map(({ name, settings }) => [name, settings.retention]));
    for (const account of new Set([...rules.keys(), ...(await eraser.accounts())])) {
      // An account that was removed has no rule of its own any longer.
      const { days, rowDays } = rules.get(account) ?? defaultRetention;
      if (days === 0) continue;
      const old = clock.now() - days * dayMs;
      const messages = await untilDone(() => eraser.eraseSome(account, old));
      if (messages > 0) log.info('words of old messages erased', { account, messages, days });
      if (rowDays === 0) continue;
      const veryOld = clock.now() - rowDays * dayMs;
      const rows = await untilDone(() => eraser.pruneSome(account, veryOld));
      if (rows > 0) log.info('old rows without words deleted', { account, rows, days: rowDays });
    }
  }

  private async refreshMapKeys(): Promise<void> {
    const { log } = this.options;
    const refresh = ({ name, host, publicHost }: Account) =>
      Promise.all([...new Set([host, publicHost])].map((each) => each.refreshMapKey())).catch(
        (error: unknown) => {
          log.warn('Map Key could not be read again', { account: name, reason: reasonOf(error) });
        },
      );
    await Promise.all(this.active().map(refresh));
  }

  private async compareChatKeys(): Promise<void> {
    await Promise.all(this.worked().map(({ chat }) => chat.keys.compareDaily()));
  }
}

/** A job that is due while it still runs is not started a second time. */
class Job {
  private running: Promise<void> | undefined;

  constructor(
    private readonly what: string,
    readonly expression: string,
    private readonly work: () => Promise<void>,
    private readonly log: Log,
    private readonly holdsUpStop: boolean,
  ) {}

  run(): void {
    this.running ??= this.work()
      .catch((error: unknown) =>
        this.log.error(`${this.what} failed; it will be tried again`, { reason: reasonOf(error) }),
      )
      .finally(() => (this.running = undefined));
  }

  async ended(): Promise<void> {
    if (this.holdsUpStop) await this.running;
  }
}
