import type { Ports } from '../corePorts';
import { BridgeError, reasonOf } from '../errors';
import type { MessagingAccount } from '../gateways';

/** Whether an agent has closed a customer's interaction; false where there is none, undefined where Motion does not say. */
export async function isClosedOnHost(
  { userId, thread }: { userId: string; thread: string | undefined },
  account: MessagingAccount,
  { contacts, log }: Ports<'contacts' | 'log'>,
): Promise<boolean | undefined> {
  const interactionId = await contacts.interactionOf(account.name, userId, thread);
  if (interactionId === undefined) return false;
  try {
    return await account.host.isClosed(interactionId);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    log.warn('XCALLY Motion does not say whether the interaction is closed', {
      account: account.name,
      interactionId,
      reason: reasonOf(error),
    });
    return undefined;
  }
}
