import { laneOf } from './conversation';
import type { EventBatch } from './events';
import type { InboundMessage } from './messages';
import type { ActivityListener, Counters, Inbox, Log } from './ports';

/** An account as far as receiving goes. */
export interface ReceivingAccount {
  name: string;
  directMessages: boolean;
  /** The account's own X user, once known. */
  userId: () => string | undefined;
  /** Notes that X delivered something. */
  onEvent: () => void;
}

export interface AcceptEventsPorts {
  inbox: Inbox;
  counters: Counters;
  log: Log;
  activity: ActivityListener;
  /** Says that a lane has something to do. */
  wake: (lane: string) => void;
  /** Whether customers' words may be written to the log. */
  logText: boolean;
}

/**
 * Takes in what X delivered to an account, whatever way it came. Resolves when every message is safely on disk.
 * @throws BridgeError `store-unavailable`; then nothing counts as taken, and X has to deliver again
 */
export async function acceptEvents(
  batch: EventBatch,
  account: ReceivingAccount,
  ports: AcceptEventsPorts,
): Promise<void> {
  account.onEvent();
  const messages = batch.messages
    .filter((message) => message.sender.id !== account.userId())
    .map((message): InboundMessage => ({ ...message, account: account.name }));
  const fresh = account.directMessages ? await ports.inbox.keep(messages) : [];
  report(batch, account, ports);
  messages.forEach((message, index) => {
    const result = !account.directMessages ? 'switched_off' : fresh[index] === true ? 'kept' : 'duplicate';
    ports.counters.count('events', { account: account.name, kind: 'direct_message', result });
    if (result === 'kept') announce(message, ports);
  });
}

function announce(message: InboundMessage, ports: AcceptEventsPorts): void {
  const { account, messageId, conversation, text, media, sender } = message;
  ports.log.info('message received', {
    account,
    messageId,
    conversation,
    media: media.length,
    ...(ports.logText ? { text } : {}),
  });
  const who = sender.username === undefined ? sender.id : `@${sender.username}`;
  ports.activity({
    direction: 'in',
    account,
    messageId,
    conversation,
    step: 'stored',
    detail: `${who}: ${text}`,
  });
  ports.wake(laneOf(account, conversation));
}

function report(batch: EventBatch, account: ReceivingAccount, ports: AcceptEventsPorts): void {
  const { counters, log } = ports;
  const count = (kind: string, result: string, by?: number) =>
    counters.count('events', { account: account.name, kind, result }, by);
  for (const { kind, reason } of batch.malformed) {
    count(kind.replaceAll(/\W/g, '_'), 'malformed');
    log.warn('malformed event left out', { account: account.name, kind, reason });
  }
  const own = batch.own.length + batch.messages.filter(({ sender }) => sender.id === account.userId()).length;
  if (own > 0) count('direct_message', 'own', own);
  for (const [kind, number] of Object.entries(batch.others)) {
    count(kind, 'not_forwarded', number);
    log.debug('event of another kind', { account: account.name, kind, number });
  }
}
