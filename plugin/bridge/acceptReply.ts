import type { Clock } from './clock';
import { BridgeError } from './errors';
import type { OutboundMessage } from './messages';
import type { OutboundWorker, ReplyResult } from './outboundWorker';
import type { Contacts } from './ports';
import { findRecipient } from './sendOutbound';
import type { BridgeAccount } from './sides';

/** What the host sends to the Reply URL, read but not yet understood. */
export interface ReplyCall {
  body: string;
  attachmentId: string | undefined;
  contact: Record<string, unknown> | undefined;
  interactionId: string | undefined;
}

export interface AcceptPorts {
  contacts: Contacts;
  clock: Clock;
  worker: Pick<OutboundWorker, 'submit'>;
}

/** X takes no longer text in one Direct Message. */
const longestText = 10_000;

/** The host must have its answer within 8 seconds; some of them belong to the network. */
const patience = 7_000;

/** How long to wait for X to say who a handle belongs to, before the answer is queued without knowing. */
const lookUpPatience = 3_000;

/**
 * Takes an agent's answer: checks it, finds who it is for, stores it and sends it.
 * @throws BridgeError in the agent's words when it can never go, or cannot be stored
 */
export async function acceptReply(
  call: ReplyCall,
  account: BridgeAccount,
  ports: AcceptPorts,
): Promise<ReplyResult> {
  const started = ports.clock.now();
  const text = call.body.trim();
  if (text === '' && call.attachmentId === undefined)
    throw refusal('bad-request', 'The message is empty: write a text or attach a file.');
  // Code points, as X counts them; an emoji is two UTF-16 units.
  const { length } = Array.from(text);
  if (length > longestText)
    throw refusal(
      'bad-request',
      `The message has ${length} characters; X takes at most ${longestText} in one message. Please split it.`,
    );
  const value = await recipientValueOf(call, account);
  const recipient = await recipientNow(value, account, ports);
  if (recipient && call.interactionId !== undefined)
    ports.contacts.saveInteraction(account.name, recipient, call.interactionId);
  const message: OutboundMessage = {
    account: account.name,
    lane: value.toLowerCase(),
    recipientValue: value,
    text,
    ...(recipient === undefined ? {} : { recipientId: recipient }),
    ...(call.attachmentId === undefined ? {} : { attachmentId: call.attachmentId }),
    ...(call.interactionId === undefined ? {} : { interactionId: call.interactionId }),
  };
  return ports.worker.submit(message, Math.max(0, patience - (ports.clock.now() - started)));
}

async function recipientValueOf(call: ReplyCall, account: BridgeAccount): Promise<string> {
  if (!call.contact) throw refusal('no-contact', 'The call names no contact, so nobody can be answered.');
  const mapKey = await account.host.mapKey();
  const value = call.contact[mapKey];
  const usable = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (usable === '')
    throw refusal(
      'no-contact',
      `The contact's field "${mapKey}" is empty: put the customer's X handle there, then send again.`,
    );
  return usable;
}

/** @returns undefined when X cannot be asked right now; the worker will ask again before sending */
async function recipientNow(
  value: string,
  account: BridgeAccount,
  ports: AcceptPorts,
): Promise<string | undefined> {
  const lookUp = findRecipient(value, account, ports).then(
    (user) => user.id,
    (error: unknown) => {
      if (error instanceof BridgeError && error.retryable) return undefined;
      throw error;
    },
  );
  let cancel = () => {};
  const tooLong = new Promise<undefined>((resolve) => {
    cancel = ports.clock.after(lookUpPatience, () => resolve(undefined));
  });
  try {
    return await Promise.race([lookUp, tooLong]);
  } finally {
    cancel();
    lookUp.catch(() => undefined);
  }
}

function refusal(code: 'bad-request' | 'no-contact', words: string): BridgeError {
  return new BridgeError(code, words, { agentMessage: words });
}
