import { BridgeError, reasonOf } from '../../bridge/errors';
import { readBackMentions, readBackMessages, type ReadBackPorts } from '../readBack';
import { Lifeline } from './lifeline';
import type { ReceiverPorts } from './receiver';

/** After a restart there is little to find, and each message read has its price. */
const shortGap = 5 * 60_000;
const glance = 5;

/**
 * Reads back what the account missed since a time and takes it in. De-duplication sorts out what was not missed.
 * @param since milliseconds since 1970
 * @throws BridgeError when it has to be tried again
 */
export async function readGap(
  since: number,
  { account, client, clock, accept, facts, log }: ReceiverPorts,
  signal: AbortSignal,
): Promise<void> {
  const ports: ReadBackPorts = { client, clock, signal };
  const until = { at: new Lifeline(account.name, facts).safelyBefore(since) };
  const size = clock.now() - since < shortGap ? { size: glance } : {};
  const found: Record<string, number> = {};
  if (account.directMessages) {
    const { batch } = await readBackMessages(ports, until, size);
    await accept(batch);
    found['messages'] = batch.messages.length;
  }
  if (account.mentions) {
    const { batch } = await readBackMentions(ports, await account.userId(), until);
    await accept(batch);
    found['mentions'] = batch.messages.length;
  }
  log.info('read back what may have been missed', {
    account: account.name,
    since: new Date(since).toISOString(),
    ...found,
  });
}

/**
 * The same, where a refusal must not stop the rest: it is told, and the gap counts as closed, since trying
 * again would only be refused again.
 * @returns whether it is done with; false when it has to be tried again
 */
export async function tryReadGap(since: number, ports: ReceiverPorts, signal: AbortSignal): Promise<boolean> {
  const fields = { account: ports.account.name, since: new Date(since).toISOString() };
  try {
    await readGap(since, ports, signal);
    return !signal.aborted;
  } catch (error) {
    const final = error instanceof BridgeError && !error.retryable;
    if (final)
      ports.log.error('X does not let what was missed be read back; messages of that time may be missing', {
        ...fields,
        reason: reasonOf(error),
      });
    else ports.log.warn('reading back is tried again', { ...fields, reason: reasonOf(error) });
    return final;
  }
}
