import type { AccountParts } from '../accounts/accountParts';
import { reasonOf } from '../core/errors';
import { retention } from '../settings/automation';
import { followUp, type FollowUpPorts } from '../core/automation/followUps';
import type { Clock } from '../core/clock';
import type { Keeping } from '../core/retention';
import type { Log, MessageStore } from '../core/ports';
import type { Scheduler } from '../core/scheduler';
import { backUp } from '../commands/backup';
import { forgetPerson } from '../commands/forget';
import { answerRequests } from '../commands/requestFiles';

/** The Map Key is read again at this minute of every hour. */
const hourly = '7 * * * *';
const minutely = '* * * * *';
/** Somebody waits at the command line. */
const everyTwoSeconds = '*/2 * * * * *';

export interface ChoresOptions {
  scheduler: Scheduler;
  /** All that are configured; only the active ones say anything. */
  accounts: () => AccountParts[];
  followUps: FollowUpPorts;
  keeping: Keeping;
  /** Looks for messages that are due and in no queue. */
  findForgotten: () => void;
  copyTo: MessageStore['copyTo'];
  clock: Clock;
  dataDir: string;
  log: Log;
}

/**
 * Starts what is done by the clock for all accounts.
 * @returns stops it, and resolves when what runs has come to its end
 */
export function startChores(options: ChoresOptions): () => Promise<void> {
  const { scheduler, accounts, followUps, dataDir, log } = options;
  const remind = oneAtATime(log, 'reminding customers', async () => {
    for (const { bridge } of accounts())
      if (bridge.active && bridge.rules.followUp.active) await followUp(bridge, followUps);
  });
  const find = oneAtATime(log, 'looking for messages that nobody has taken up', () => {
    options.findForgotten();
    return Promise.resolve();
  });
  const erase = oneAtATime(log, 'erasing old messages', () => eraseOld(options));
  const requests = oneAtATime(log, 'a request of the command line', async () => {
    await answerRequests(dataDir, 'forget', (user) => forgetPerson(user, options));
    await answerRequests(dataDir, 'backup', async (target) => {
      const words = await backUp(dataDir, target, options);
      log.info('the data folder was copied', { to: target });
      return words;
    });
  });
  const stops = [
    scheduler.every(hourly, () => refreshMapKeys(accounts(), log)),
    scheduler.every(minutely, remind.run),
    scheduler.every(minutely, find.run),
    scheduler.every(everyTwoSeconds, requests.run),
    scheduler.every(hourly, erase.run),
    scheduler.every(hourly, () => {
      for (const { settings, chat } of accounts()) if (settings.active) void chat.keys.compareDaily();
    }),
  ];
  return async () => {
    for (const stop of stops) stop();
    await Promise.all([remind.ended(), erase.ended(), requests.ended()]);
  };
}

const day = 24 * 60 * 60_000;
const defaultRetention = retention.parse(undefined);

/** What customers and agents wrote is not kept for longer than each account says, nor are the rows it was in. */
async function eraseOld({ accounts, keeping, clock, log }: ChoresOptions): Promise<void> {
  const rules = new Map(accounts().map(({ settings: { name, retention } }) => [name, retention]));
  for (const account of new Set([...rules.keys(), ...keeping.accounts()])) {
    // An account that was removed has no rule of its own any more.
    const { days, rowDays } = rules.get(account) ?? defaultRetention;
    if (days === 0) continue;
    const messages = await keeping.eraseBefore(account, clock.now() - days * day);
    if (messages > 0) log.info('words of old messages erased', { account, messages, days });
    if (rowDays === 0) continue;
    const rows = await keeping.prune(account, clock.now() - rowDays * day);
    if (rows > 0) log.info('old rows without words deleted', { account, rows, days: rowDays });
  }
}

/** A chore that is begun while it still runs is not begun a second time. */
function oneAtATime(log: Log, what: string, work: () => Promise<void>) {
  let running: Promise<void> | undefined;
  return {
    run: () => {
      running ??= work()
        .catch((error: unknown) =>
          log.error(`${what} failed, it is tried again`, { reason: reasonOf(error) }),
        )
        .finally(() => (running = undefined));
    },
    ended: async () => running,
  };
}

function refreshMapKeys(accounts: AccountParts[], log: Log): void {
  for (const { bridge } of accounts.filter(({ settings }) => settings.active))
    bridge.host.refreshMapKey().catch((error: unknown) => {
      log.warn('Map Key could not be read again', { account: bridge.name, reason: reasonOf(error) });
    });
}
