import type { Clock } from './clock';
import { BridgeError } from './errors';
import { readMapValue } from './mapValue';
import type { StoredOutbound, XUser } from './messages';
import type { OwedWrites } from './owedWrites';
import type { Contacts, Log, Outbox } from './ports';
import type { BridgeAccount, DirectTarget, SentMessage } from './sides';

export interface SendPorts {
  outbox: Outbox;
  contacts: Contacts;
  clock: Clock;
  owed: OwedWrites;
  log: Log;
  onStep: (row: StoredOutbound, step: string, detail?: string) => void;
}

/**
 * Brings one stored answer to the customer, from wherever an earlier try left off: find the X user, move the
 * file, send the Direct Message.
 * @returns the ids of what X now holds
 * @throws BridgeError saying whether and when to try again, with a sentence for the agent
 */
export async function sendOutbound(
  row: StoredOutbound,
  account: BridgeAccount,
  ports: SendPorts,
): Promise<string[]> {
  const target = await targetOf(row, account, ports);
  const { mediaId, text } = await provideMedia(row, account, ports);
  const lost = row.sendingSince === undefined ? undefined : await findLost(row, target, account, ports);
  if (lost) {
    ports.log.info('answer was already on X, not sent again', { answer: row.seq, dmEventId: lost.id });
    return record(row, lost.id, ports);
  }
  ports.outbox.markSending(row.seq, ports.clock.now());
  ports.onStep(row, 'sending');
  try {
    return record(row, await account.x.sendDirectMessage(target, text, mediaId), ports);
  } catch (error) {
    // Only here: an earlier call's unknown outcome stays unknown until a look at the conversation settles it.
    if (error instanceof BridgeError && !error.outcomeUnknown && error.code !== 'store-unavailable')
      ports.outbox.clearSending(row.seq);
    throw error;
  }
}

function record(row: StoredOutbound, id: string, ports: SendPorts): string[] {
  const ids = [...row.sentIds, id];
  ports.owed.write(row.seq, () => ports.outbox.markDelivered(row.seq, ids));
  return ids;
}

async function targetOf(
  row: StoredOutbound,
  account: BridgeAccount,
  ports: SendPorts,
): Promise<DirectTarget> {
  const { groupId } = row.message;
  if (groupId !== undefined) return { groupId };
  if (row.recipientId !== undefined) return { userId: row.recipientId };
  const user = await findRecipient(row.message.recipientValue, account, ports);
  ports.outbox.saveRecipient(row.seq, user.id);
  return { userId: user.id };
}

/**
 * Who on X is meant by a contact's Map Key value: a customer seen before, or one X knows by that handle. A
 * look-up that X answered is kept, for each one costs money.
 * @throws BridgeError `unknown-recipient` when there is no such user; retryable when X could not be asked
 */
export async function findRecipient(
  value: string,
  account: BridgeAccount,
  ports: Pick<SendPorts, 'contacts' | 'clock'>,
): Promise<XUser> {
  const addressee = readMapValue(value, account.mapValue);
  if (!addressee) throw unknownRecipient(value, 'is neither an X handle nor an X user id');
  // As it stands on the host, or without decoration: the host's field may hold either.
  const seen =
    ports.contacts.byMapValue(account.name, value.trim()) ??
    ports.contacts.byMapValue(account.name, addressee.value);
  if (seen) return seen;
  if (addressee.id !== undefined) return { id: addressee.id };
  const { handle = '' } = addressee;
  const known = ports.contacts.byUsername(account.name, handle);
  if (known) return known;
  const user = await account.x.userByHandle(handle);
  if (!user) throw unknownRecipient(value, 'does not exist on X (any more)');
  ports.contacts.see(account.name, user, ports.clock.now());
  return user;
}

function unknownRecipient(value: string, why: string): BridgeError {
  const words = `"${value.slice(0, 80)}" ${why}. Correct the contact's X handle and send again.`;
  return new BridgeError('unknown-recipient', words, { agentMessage: words });
}

/** Uploads the answer's file, once, and says which text goes with it. */
async function provideMedia(row: StoredOutbound, account: BridgeAccount, ports: SendPorts) {
  const { attachmentId, text } = row.message;
  if (attachmentId === undefined || row.mediaId !== undefined) return { mediaId: row.mediaId, text };
  ports.onStep(row, 'uploading file');
  const file = await account.host.openAttachment(attachmentId);
  // The host puts the file's name in the text when the agent wrote none.
  const said = [file.name, ...file.aliases].includes(text.trim()) ? '' : text;
  const mediaId = await account.x.uploadMedia(file);
  ports.outbox.saveMedia(row.seq, mediaId, said, ports.clock.now());
  return { mediaId, text: said };
}

/** X's clock and ours may differ, and `sendingSince` is of ours. */
const clockSkew = 2 * 60_000;

/** After a send call whose answer was lost: is the message in the conversation already? */
async function findLost(
  row: StoredOutbound,
  target: DirectTarget,
  account: BridgeAccount,
  ports: SendPorts,
): Promise<SentMessage | undefined> {
  const since = (row.sendingSince ?? 0) - clockSkew;
  const sent = await account.x.sentMessages(target, since).catch((error: unknown) => {
    if (error instanceof BridgeError && !error.retryable) throw cannotTell(error);
    throw error;
  });
  const known = ports.outbox.knownSentIds(
    account.name,
    sent.map(({ id }) => id),
  );
  const current = ports.outbox.get(row.seq) ?? row;
  // Oldest first: of two equal answers the earlier one is the one whose outcome was lost.
  return sent.reverse().find((each) => !known.has(each.id) && isSame(each, current));
}

function cannotTell(cause: BridgeError): BridgeError {
  const words =
    'The connection to X broke while sending, and X does not show whether the message arrived. Please check on x.com before sending it again.';
  return new BridgeError('refused-by-x', `${words} (${cause.message})`, { agentMessage: words, cause });
}

function isSame(sent: SentMessage, row: StoredOutbound): boolean {
  const carriesMedia = row.mediaId === undefined ? sent.mediaKeys.length === 0 : sent.mediaKeys.length > 0;
  return carriesMedia && squeeze(sent.text) === squeeze(row.message.text);
}

/** X trims texts and may fold white space. */
const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();
