import type { Ports } from '../corePorts';
import { sameValue } from '../inbound/contactValue';
import { groupConversation, groupOf, isPostId, postConversation } from '../conversation';
import { BridgeError, refusal } from '../errors';
import type { OutboundMessage } from '../messages';
import type { OutboundWorker, SubmittedReply } from './outboundWorker';
import { findRecipient, knownRecipient } from './recipients';
import { composeAnswer, postDeleted } from './sendReply';
import type { MessagingAccount } from '../gateways';
import { isSystemNotice } from '../systemNotice';
import { maxPictures, tooManyFiles } from './uploads';
import { say } from '../../texts/text';

/** What the host sends to the Reply URL, read but not yet understood. */
export interface ReplyCall {
  body: string;
  attachmentIds: string[];
  contact: Record<string, unknown> | undefined;
  interactionId: string | undefined;
  /** The thread we gave the host when the interaction began, if any. */
  threadId: string | undefined;
  /** Who answers, as far as the host tells. */
  agentName: string | undefined;
}

export type AcceptPorts = Ports<'contacts' | 'threads' | 'log' | 'clock' | 'cluster'> & {
  worker: Pick<OutboundWorker, 'submit' | 'noteAnswered'>;
};

/** Ten Direct Messages of X's longest; more would use up the customer's time limit and our rate limit window. */
const maxTextLength = 100_000;

/** In private each file is a message of its own. */
const maxFiles = 10;

/** The host must have its answer within 8 seconds; some of them belong to the network. */
const timeoutMs = 7_000;

/** How long to wait for X to say who a handle belongs to, before the answer is queued without knowing. */
const lookUpTimeoutMs = 3_000;

/**
 * Takes an agent's answer: checks it, finds who it is for, stores it and sends it.
 * @throws BridgeError in the agent's words when it can never go, or cannot be stored
 */
export async function acceptReply(
  call: ReplyCall,
  account: MessagingAccount,
  ports: AcceptPorts,
): Promise<SubmittedReply> {
  const started = ports.clock.now();
  const text = call.body.trim();
  const { attachmentIds, interactionId } = call;
  if (text === '' && attachmentIds.length === 0) throw refusal(say('reply.empty'));
  if (isSystemNotice(text)) throw refusal(say('reply.isNotice'));
  if (attachmentIds.length > maxFiles) throw refusal(say('reply.tooManyFiles', { max: maxFiles }));
  // Code points, as X counts them; an emoji is two UTF-16 units.
  const { length } = Array.from(text);
  if (length > maxTextLength) throw refusal(say('reply.tooLong', { length, max: maxTextLength }));
  const value = await recipientValueOf(call, account);
  const place = await resolveDestination(call, value, account, ports);
  if (place.publicReply) {
    if (attachmentIds.length > maxPictures) throw tooManyFiles();
    composeAnswer(text, place.publicReply, account);
  }
  if (place.recipientId !== undefined) await noteContact(place.recipientId, value, call, account, ports);
  const message: OutboundMessage = {
    account: account.name,
    recipientValue: value,
    text,
    attachmentIds,
    ...place,
    ...(interactionId === undefined ? {} : { interactionId }),
  };
  return ports.worker.submit(message, Math.max(0, timeoutMs - (ports.clock.now() - started)));
}

type Place = Pick<OutboundMessage, 'queueKey' | 'recipientId' | 'groupId' | 'publicReply'>;

/** Where an answer goes: where the interaction began, which its thread tells. */
async function resolveDestination(
  { threadId, agentName }: ReplyCall,
  value: string,
  account: MessagingAccount,
  ports: AcceptPorts,
): Promise<Place> {
  const { contacts, threads } = ports;
  // A thread is answered whether or not X knows this one customer.
  const known = (await knownRecipient(value, account, contacts))?.id;
  const withRecipient = (id: string | undefined) => (id === undefined ? {} : { recipientId: id });
  const groupId = threadId === undefined ? undefined : groupOf(threadId);
  if (groupId !== undefined)
    return { queueKey: groupConversation(groupId), groupId, ...withRecipient(known) };
  const thread = threadId === undefined ? undefined : await threads.threadOf(account.name, threadId);
  if (thread === undefined && threadId !== undefined && isPostId(threadId)) throw unknownThread();
  if (thread === undefined)
    return { queueKey: value.toLowerCase(), ...withRecipient(await recipientNow(value, account, ports)) };
  const postId = await threads.newestPost(account.name, thread, known, account.userId());
  if (postId === undefined) throw postDeleted();
  const agent = agentName === undefined ? {} : { agentName };
  return {
    queueKey: postConversation(thread),
    publicReply: { thread, postId, ...agent },
    ...withRecipient(known),
  };
}

/** The call shows the contact as it stands on the host: its interaction, and the value of its Map Key. */
async function noteContact(
  recipient: string,
  value: string,
  { interactionId, threadId }: ReplyCall,
  account: MessagingAccount,
  { contacts, log }: AcceptPorts,
): Promise<void> {
  if (interactionId !== undefined)
    await contacts.saveInteraction(account.name, recipient, threadId, interactionId);
  const before = await contacts.mapValueOf(account.name, recipient);
  if (before === undefined || sameValue(before, value)) return;
  await contacts.saveMapValue(account.name, recipient, value);
  log.info("the contact's Map Key value was changed in XCALLY Motion; it is used from now on", {
    account: account.name,
    userId: recipient,
    before,
    now: value,
  });
}

async function recipientValueOf(call: ReplyCall, account: MessagingAccount): Promise<string> {
  if (!call.contact) throw new BridgeError('no-contact', say('reply.noContact'));
  const isPublic = call.threadId !== undefined && isPostId(call.threadId);
  const mapKey = await (isPublic ? account.publicHost : account.host).mapKey();
  const value = call.contact[mapKey];
  const usable = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (usable === '') throw new BridgeError('no-contact', say('reply.emptyMapKey', { field: mapKey }));
  return usable;
}

/** @returns undefined when X cannot be asked right now, or not from here; the worker will ask again before sending */
async function recipientNow(
  value: string,
  account: MessagingAccount,
  ports: AcceptPorts,
): Promise<string | undefined> {
  // Whoever handles the account renews its sign-in, and counts its calls.
  if (!ports.cluster.handles(account.name)) return (await knownRecipient(value, account, ports.contacts))?.id;
  const lookUp = findRecipient(value, account, ports).then(
    (user) => user.id,
    (error: unknown) => {
      if (error instanceof BridgeError && error.retryable) return undefined;
      throw error;
    },
  );
  let cancel = () => {};
  const tooLong = new Promise<undefined>((resolve) => {
    cancel = ports.clock.after(lookUpTimeoutMs, () => resolve(undefined));
  });
  try {
    return await Promise.race([lookUp, tooLong]);
  } finally {
    cancel();
    lookUp.catch(() => undefined);
  }
}

/** A public conversation must not go on in private without the agent knowing. */
function unknownThread(): BridgeError {
  return new BridgeError('unknown-thread', say('reply.unknownThread'));
}
