import { reasonOf } from '../../core/errors';
import { readBackMessages } from './readBack';
import type { ReceiverPorts } from './receiver';
import { isoTime } from '../../core/isoTime';

/** Without an event for this long, X is asked whether there was none. Milliseconds. */
const unusualSilence = 60 * 60_000;

/** X needs a moment to deliver what it already shows. Milliseconds. */
const onItsWay = 2 * 60_000;

/** Each message read has its price, so only the newest few. */
const sampleSize = { size: 5, maxPages: 1 };

/**
 * Looks whether a supply by push that has been silent for an unusual time is silent for a reason: are there
 * messages that X shows but did not deliver?
 * @param silentSince the start of the silence, in ms since 1970
 * @returns whether something is missing, in which case the admin has been warned
 */
export async function watchForSilence(
  silentSince: number,
  ports: ReceiverPorts,
  signal: AbortSignal,
): Promise<boolean> {
  const { account, client, clock, log } = ports;
  const now = clock.now();
  if (!account.wants.directMessages || now - silentSince < unusualSilence) return false;
  try {
    const { batch } = await readBackMessages({ client, clock, signal }, { at: silentSince }, sampleSize);
    const own = await account.userId();
    const settled = batch.messages.filter(
      ({ sender, sentAt }) => sender.id !== own && sentAt < now - onItsWay,
    );
    const known = await account.knownMessages(settled.map(({ messageId }) => messageId));
    const missing = settled.filter(({ messageId }) => !known.has(messageId));
    if (missing.length === 0) return false;
    log.warn('X shows messages that it did not deliver; they are fetched now, and the delivery is checked', {
      delivery: account.delivery,
      silentSince: isoTime(silentSince),
    });
    return true;
  } catch (error) {
    log.warn('could not check for messages that X did not deliver', { reason: reasonOf(error) });
    return false;
  }
}
