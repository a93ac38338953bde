import { reasonOf } from '../core/errors';
import type { Log } from '../core/ports';
import { watchClock } from './clockWatch';
import { watchDescriptors } from './descriptorWatch';
import type { Pipelines } from './pipelines';
import type { AccountRegistry } from '../accounts/accountRegistry';

/** Sees to what the machine does to the process without a word. @returns stops it */
export function watchMachine(accounts: AccountRegistry, pipelines: Pipelines, log: Log): () => void {
  // What waits for a time of day waits for the wrong one once the clock was set.
  const endClock = watchClock(
    {
      onSet: (by) => {
        log.warn('the clock of this machine was set', { seconds: Math.round(by / 1000) });
        for (const account of accounts.all()) account.clockWasSet(by);
      },
      onJump: async () => {
        log.info('the clock jumped, or this machine has slept: everything that waits is tried now');
        await pipelines.resume();
      },
    },
    (error) => log.error('could not resume what waits; it will be tried again', { reason: reasonOf(error) }),
  );
  // The system may have closed X's calls, so that what they brought has to be read back.
  const endDescriptors = watchDescriptors((moment) => {
    if (moment === 'begins')
      log.error('this process is close to its limit of open files and connections: raise it (LimitNOFILE)');
    if (moment === 'is over') log.info('files and connections can be opened again');
    for (const account of accounts.all()) account.onRefused();
  });
  return () => {
    endClock();
    endDescriptors();
  };
}
