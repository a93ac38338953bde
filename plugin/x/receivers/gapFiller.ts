import { BridgeError, reasonOf } from '../../bridge/errors';
import { readBackMentions, readBackMessages, type ReadBackPorts, type ReadBackResult } from '../readBack';
import { Lifeline } from './lifeline';
import type { ReceiverPorts } from './receiver';

/** After a restart there is little to find, and each message read has its price. */
const shortGap = 5 * 60_000;
const glance = 5;

type Reading = () => Promise<ReadBackResult>;

/**
 * Reads back what the account missed since a time and takes it in; de-duplication sorts out what was not missed.
 * What X refuses to show is told to the admin and counts as done, since it would be refused again. Never throws
 * for a fault of X or of the store.
 * @param since milliseconds since 1970
 * @returns whether it is done with; false when it has to be tried again
 */
export async function tryReadGap(since: number, ports: ReceiverPorts, signal: AbortSignal): Promise<boolean> {
  const { account, client, clock, facts } = ports;
  const reading: ReadBackPorts = { client, clock, signal };
  const until = { at: new Lifeline(account.name, facts).safelyBefore(since) };
  const size = clock.now() - since < shortGap ? { size: glance } : {};
  const messages: Reading = () => readBackMessages(reading, until, size);
  const mentions: Reading = async () => readBackMentions(reading, await account.userId(), until);
  const done = [
    account.directMessages ? await tryReading('messages', messages, since, ports, signal) : true,
    account.mentions ? await tryReading('mentions', mentions, since, ports, signal) : true,
  ];
  return done.every(Boolean);
}

async function tryReading(
  what: string,
  read: Reading,
  since: number,
  { account, accept, log }: ReceiverPorts,
  signal: AbortSignal,
): Promise<boolean> {
  const fields = { account: account.name, what, since: new Date(since).toISOString() };
  try {
    const { batch } = await read();
    if (signal.aborted) return false;
    await accept(batch);
    log.info('read back what may have been missed', { ...fields, found: batch.messages.length });
    return true;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const reason = reasonOf(error);
    if (error.retryable) log.warn('reading back is tried again', { ...fields, reason });
    else
      log.error('X does not let what was missed be read back; messages of that time may be missing', {
        ...fields,
        reason,
      });
    return !error.retryable;
  }
}
