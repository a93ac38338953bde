import { pause } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import type { EventBatch } from '../../core/inbound/events';
import { readBackMentions, readBackMessages, type ReadBackPorts, type ReadBackResult } from './readBack';
import { DowntimeTracker } from './downtimeTracker';
import type { ReceiverPorts } from './receiver';
import { isoTime } from '../../core/isoTime';

/** After a restart there is little to find, and each message read has its price. */
const shortGap = 5 * 60_000;
const sampleSize = 5;

/** What was read and cannot be stored is tried again so often. Milliseconds. */
const storePause = 5_000;

type Reading = () => Promise<ReadBackResult>;

/** `later`: it has to be tried again; `refused`: X does not show (some of) it to this app. */
export type GapOutcome = 'done' | 'later' | 'refused';

/**
 * Reads back what the account missed since a time and takes it in; de-duplication sorts out what was not missed. What X
 * refuses to show is told to the admin. Never throws for a fault of X or of the store.
 * @param since milliseconds since 1970
 */
export async function tryReadGap(
  since: number,
  ports: ReceiverPorts,
  signal: AbortSignal,
): Promise<GapOutcome> {
  const { account, client, clock, facts } = ports;
  const reading: ReadBackPorts = { client, clock, signal };
  const until = { at: new DowntimeTracker(account.name, facts).safelyBefore(since) };
  const size = clock.now() - since < shortGap ? { size: sampleSize } : {};
  const messages: Reading = () => readBackMessages(reading, until, size);
  const mentions: Reading = async () => readBackMentions(reading, await account.userId(), until);
  ports.readChats();
  const outcomes = [
    account.wants.directMessages ? await tryReading('messages', messages, since, ports, signal) : 'done',
    account.wants.mentions ? await tryReading('mentions', mentions, since, ports, signal) : 'done',
  ] as const;
  return (['later', 'refused'] as const).find((each) => outcomes.includes(each)) ?? 'done';
}

async function tryReading(
  what: string,
  read: Reading,
  since: number,
  ports: ReceiverPorts,
  signal: AbortSignal,
): Promise<GapOutcome> {
  const { log } = ports;
  const fields = { what, since: isoTime(since) };
  try {
    const { batch } = await read();
    await acceptWhenStorable(batch, ports, signal);
    if (signal.aborted) return 'later';
    log.info('read back what may have been missed', { ...fields, found: batch.messages.length });
    return 'done';
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const reason = reasonOf(error);
    if (error.retryable) log.warn('could not read back missed messages, will retry', { ...fields, reason });
    else
      log.error('X does not let what was missed be read back; messages of that time may be missing', {
        ...fields,
        reason,
      });
    return error.retryable ? 'later' : 'refused';
  }
}

/** Messages that were read are paid for, so they are held until the store takes them instead of being read again. */
async function acceptWhenStorable(
  batch: EventBatch,
  { accept, clock }: ReceiverPorts,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted)
    try {
      await accept(batch);
      return;
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'store-unavailable') throw error;
      await pause(clock, storePause, signal);
    }
}
