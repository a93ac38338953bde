import { watchesWaiting } from '../automation/conversationRules';
import type { CorePorts } from '../corePorts';
import type { ContactValues } from './contactValue';
import { queueNameOf } from '../conversation';
import { BridgeError, reasonOf } from '../errors';
import type { InboundMessage, StoredInbound, XUser } from '../messages';
import { isPrivate, knownSender } from '../automation/automaticReplies';
import { cardFields, updateCard } from '../automation/contactCard';
import { moveAttachments, withAttachments } from './moveAttachments';
import { notifyParts, type NotifyPart } from './notifyParts';
import type { PendingWrites } from '../pendingWrites';
import type { Tables } from '../ports';
import { sameText } from '../sameText';
import type { MessagingAccount, MotionGateway, HostMessage, Notification, NotifyReceipt } from '../gateways';
import { customersWords } from '../systemNotice';
import { transcriptFor } from '../automation/transcript';

export interface DeliverPorts extends CorePorts {
  /** Where the message goes. */
  host: MotionGateway;
  pendingWrites: PendingWrites;
  contactValues: ContactValues;
  /** Messages whose notify call is under way. */
  inFlight: Set<number>;
  /** How often X failed to hand out a message's media, by row; an outage of the host does not count. */
  mediaFaults: Map<number, number>;
  onStep: (row: StoredInbound, step: string, detail?: string) => void;
}

/**
 * Hands one stored message to the host, from wherever an earlier try left off: attachments first, then one
 * notify call for each part.
 * @param row opened, where it was encrypted
 * @throws BridgeError saying whether and when to try again
 */
export async function deliverMessage(
  row: StoredInbound,
  account: MessagingAccount,
  ports: DeliverPorts,
): Promise<void> {
  const { message } = row;
  const [startedAt, hostNow] = [ports.clock.now(), ports.host.now()];
  const told = message.notice?.mapValue;
  const sender = told === undefined ? await identify(message.sender, account, ports) : message.sender;
  const before = await ports.contacts.mapValueOf(account.name, sender.id);
  const from = told ?? (await ports.contactValues.of(sender, before, account, ports.host));
  const moved = await moveAttachments(row, account, ports);
  const preface = await prefaceOf(row, account, ports);
  const parts = notifyParts(shown(row), moved.attachments);
  let mayBeThere = row.doubtful || row.notifyingSince !== undefined;
  const notify = (part: NotifyPart) => {
    const call = () => notifyOnce(row, part, from, sender, account, ports);
    return part === parts[0] ? withAttachments(row.seq, moved, ports, call) : call();
  };
  const handOver = async (part: NotifyPart, notified: number): Promise<void> => {
    const found = mayBeThere ? await findLost(row, part, account, ports) : undefined;
    // A transcript that is not there says nothing of the text.
    if (part !== preface) mayBeThere = row.doubtful && found !== undefined;
    const receipt = found ?? (await notify(part));
    const last = part !== preface && notified === parts.length;
    await ports.pendingWrites.write(account.name, row.seq, async (tables) => {
      await tables.inbox.saveNotified(row.seq, receipt.messageId, notified, last);
      // It is not a part of the message: at another try it is not handed over again, nor counted.
      if (part === preface) await tables.conversations.dropTurns(account.name, message.conversation);
      if (last) await eraseDisappearing(row, tables);
      // Whoever was forgotten meanwhile is not written down again.
      if ((await tables.inbox.senderOf(row.seq)) !== message.sender.id) return;
      if (receipt.messageId === undefined)
        await tables.inbox.noteHandedOver(
          queueNameOf(account.name, message.conversation),
          part.body,
          ports.host.now(),
        );
      if (last && !message.notice && watchesWaiting(account.rules))
        await tables.conversations.noteWaiting(account.name, {
          conversation: message.conversation,
          userId: sender.id,
          thread: message.thread,
          interactionId: receipt.interactionId,
          // Of the first attempt, whose time is the host's: an agent may have answered since.
          since: startedAt - Math.max(0, hostNow - (row.notifyingSince ?? hostNow)),
        });
      if (receipt.interactionId)
        await tables.contacts.saveInteraction(account.name, sender.id, message.thread, receipt.interactionId);
      if (told !== undefined || from === before) return;
      // An agent's reply may have told a newer value meanwhile.
      if ((await tables.contacts.mapValueOf(account.name, sender.id)) === before)
        await tables.contacts.saveMapValue(account.name, sender.id, from);
    });
  };
  if (preface) await handOver(preface, 0);
  for (const [index, part] of parts.entries()) if (index >= row.notified) await handOver(part, index + 1);
  if (row.notified >= parts.length) await markDelivered(row, account, ports);
  if (!message.notice && account.rules.card.active) void updateCard(sender, from, account, ports);
}

/** Nothing is left to hand over: the parts that are left were withheld meanwhile. */
function markDelivered(row: StoredInbound, account: MessagingAccount, ports: DeliverPorts): Promise<void> {
  return ports.pendingWrites.write(account.name, row.seq, async (tables) => {
    await tables.inbox.saveNotified(row.seq, undefined, row.notified, true);
    await eraseDisappearing(row, tables);
  });
}

/** What disappears on X is not kept here either, and neither is what it was when it could not be read. */
async function eraseDisappearing(
  { seq, message: { reopens, ttlMs } }: StoredInbound,
  { eraser }: Pick<Tables, 'eraser'>,
): Promise<void> {
  if (ttlMs === undefined) return;
  await eraser.erase(seq);
  if (reopens !== undefined) await eraser.erase(reopens);
}

function shown({ message, withheld }: StoredInbound): InboundMessage {
  return message.notice || withheld ? message : { ...message, text: customersWords(message.text) };
}

/** What was said before the agents got the conversation; undefined where nothing was, or where they have it. */
async function prefaceOf(
  row: StoredInbound,
  account: MessagingAccount,
  ports: DeliverPorts,
): Promise<NotifyPart | undefined> {
  if (row.message.notice || !isPrivate(row.message) || row.notified > 0) return undefined;
  const transcript = await transcriptFor(row, account, ports);
  return transcript === undefined ? undefined : { body: transcript };
}

/** Completes a sender of whom the event told only the id. */
async function identify(sender: XUser, account: MessagingAccount, ports: DeliverPorts): Promise<XUser> {
  if (sender.username !== undefined || account.mapValue === 'id') return sender;
  const seen = await ports.contacts.byId(account.name, sender.id);
  if (seen?.username !== undefined) return seen;
  const user = await account.x.userById(sender.id).catch((error: unknown) => {
    if (error instanceof BridgeError && !error.retryable) return undefined;
    throw error;
  });
  if (!user) return sender;
  await ports.contacts.see(account.name, user, ports.clock.now());
  return user;
}

async function notifyOnce(
  row: StoredInbound,
  part: NotifyPart,
  from: string,
  sender: XUser,
  account: MessagingAccount,
  ports: DeliverPorts,
): Promise<NotifyReceipt> {
  const mapKey = await ports.host.mapKey();
  const attempt = async (key: string) => {
    const now = ports.host.now();
    // Before it is written down: whoever sets a message aside looks at this first.
    ports.inFlight.add(row.seq);
    try {
      if (!(await ports.inbox.markDelivering(row.seq, now, row.withheld)))
        throw withheldMeanwhile(ports.clock.now());
      ports.onStep(row, 'delivering', `${key} = ${from}`);
      const card = row.message.notice ? {} : await cardOf(sender, key, account, ports);
      const notification = notificationOf(part, { from, key, sender, card }, row.message);
      return await ports.host.notify(notification).catch(async (error: unknown) => {
        if (error instanceof BridgeError && !error.outcomeUnknown) await ports.inbox.clearDelivering(row.seq);
        throw error;
      });
    } finally {
      ports.inFlight.delete(row.seq);
    }
  };
  try {
    return await attempt(mapKey);
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'refused-by-host') throw error;
    const current = await ports.host.refreshMapKey().catch(() => mapKey);
    if (current === mapKey) throw error;
    ports.log.info('Map Key changed in XCALLY Motion', { before: mapKey, now: current });
    return attempt(current);
  }
}

/** The customer deleted the message, or an admin set it aside, while it was on its way; the row is read again at once. */
function withheldMeanwhile(now: number): BridgeError {
  return new BridgeError('message-withheld', 'the message was withheld while it was handed over', {
    retryable: true,
    retryAt: now,
  });
}

async function cardOf(
  sender: XUser,
  mapKey: string,
  { name, rules }: MessagingAccount,
  { contacts }: DeliverPorts,
) {
  return rules.card.active ? cardFields(await knownSender(sender, name, contacts), rules.card, mapKey) : {};
}

interface Addressing {
  from: string;
  /** The Map Key. */
  key: string;
  sender: XUser;
  /** What else is known of the sender, by contact field. */
  card: Record<string, string>;
}

function notificationOf(
  part: NotifyPart,
  { from, key: mapKey, sender, card }: Addressing,
  { notice, thread }: InboundMessage,
): Notification {
  const { username, name } = sender;
  const known = notice
    ? {}
    : {
        firstName: name ?? username ?? sender.id,
        ...(username === undefined ? {} : { twitter: username, url: `https://x.com/${username}` }),
        ...card,
      };
  const contact = { ...known, [mapKey]: from };
  return { ...part, from, mapKey, contact, ...(thread === undefined ? {} : { threadId: thread }) };
}

/**
 * After a notify call whose answer was lost, or was never written down: is the message in the interaction already? Only a message that
 * is certainly not an earlier one counts, since taking an earlier "hello" for this one would lose this one.
 */
async function findLost(
  row: StoredInbound,
  part: NotifyPart,
  account: MessagingAccount,
  ports: DeliverPorts,
): Promise<NotifyReceipt | undefined> {
  const { messageId, sender, thread, sentAt } = row.message;
  // X tells when it was sent; the host, by its own clock, when it got it.
  const sinceSent = () => ports.host.now() - (account.x.now() - sentAt);
  const since = row.doubtful ? sinceSent() : (row.notifyingSince ?? sinceSent());
  const interactionId = await ports.contacts.interactionOf(account.name, sender.id, thread);
  const from = since - clockSkew;
  const candidates = interactionId ? await readInteraction(interactionId, from, ports) : [];
  const ids = candidates.map(({ id }) => id);
  const known = await ports.inbox.knownHostMessages(account.name, ids);
  const equal = candidates
    .filter((each) => isSame(each, part, from) && !known.has(each.id))
    .sort((one, other) => (one.createdAt ?? 0) - (other.createdAt ?? 0));
  // Of those that were handed over before, a host that tells no ids shows each once as well.
  const handedOver = await ports.inbox.handedOver(
    queueNameOf(account.name, row.message.conversation),
    part.body,
    from,
  );
  // Of a message in doubt no later one is known either, so that the oldest is its own.
  const found = row.doubtful ? equal[handedOver] : equal.length > handedOver ? equal.at(-1) : undefined;
  if (found) {
    ports.log.info('message was already in XCALLY Motion, not sent again', { messageId, interactionId });
    return { messageId: found.id, interactionId };
  }
  if (row.notifyingSince !== undefined)
    ports.log.warn(
      'XCALLY Motion may have this message already: an earlier answer was lost; sending it again',
      {
        messageId,
        interactionId,
      },
    );
  return undefined;
}

async function readInteraction(id: string, since: number, ports: DeliverPorts): Promise<HostMessage[]> {
  try {
    return await ports.host.messagesOf(id, since);
  } catch (error) {
    if (error instanceof BridgeError && error.retryable) throw error;
    ports.log.warn('interaction could not be read back', { interactionId: id, reason: reasonOf(error) });
    return [];
  }
}

/** The host's clock is known to a second or so. */
const clockSkew = 5_000;

function isSame(candidate: HostMessage, part: NotifyPart, since: number): boolean {
  const { direction, body, createdAt } = candidate;
  return direction === 'in' && sameText(body, part.body) && createdAt !== undefined && createdAt >= since;
}
