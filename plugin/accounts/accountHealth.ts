import { encryptedFact } from '../core/inbound/ingestEncrypted';
import { reasonOf } from '../core/errors';
import type { Depths, MessageStore } from '../core/ports';
import { lastMark } from '../core/presenceMarks';
import type { Account } from './account';
import type { AccountHealth, AccountStanding, SignInHealth } from '../core/health';
import { isoTime } from '../core/isoTime';
import { phrase } from '../texts/text';
import { signInNames } from '../x/api/signInKinds';

/** How one account stands, for `/health`. */
export async function accountHealth(account: Account, store: MessageStore): Promise<AccountHealth> {
  const { settings } = account;
  const { webhook, signIn, chat, customers } = standingOf(account, store);
  const { inbound: received, outbound, filtered, unanswered } = await depthsOf(settings.name, store);
  const { failed: setAside, ...inbound } = received;
  const state = (waitingBecause: string | undefined) =>
    !settings.active ? 'off' : waitingBecause === undefined ? 'ok' : 'waiting';
  return {
    active: settings.active,
    inbound: {
      state: state(inbound.waitingBecause),
      ...inbound,
      setAside,
      filtered,
      unanswered: settings.active && settings.unanswered.minutes > 0 ? unanswered : 0,
    },
    outbound: { state: state(outbound.waitingBecause), ...outbound },
    webhook,
    signIn,
    chat,
    customers,
  };
}

/** How an account stands, as whichever process handles it says. */
export function standingOf(account: Account, store: MessageStore): AccountStanding {
  const { cluster } = store;
  if (cluster.handles(account.name)) return ownStanding(account, store);
  const told = cluster.standingOf(account.name) as AccountStanding | undefined;
  if (told) return told;
  const own = ownStanding(account, store);
  return { ...own, webhook: { ...own.webhook, reason: phrase('cluster.nobody') } };
}

/** How an account stands that this process handles. */
export function ownStanding(account: Account, store: MessageStore): AccountStanding {
  return {
    webhook: deliveryHealth(account),
    signIn: signInHealth(account),
    chat: chatHealth(account, store),
    customers: customersHealth(account.name, store),
    windows: account.client.windows(),
  };
}

/** What waits; where the store cannot be read, that is what the account waits for. */
async function depthsOf(
  account: string,
  { depths, conversations }: MessageStore,
): Promise<{ inbound: Depths; outbound: Depths; filtered: number; unanswered: number }> {
  try {
    return {
      inbound: await depths.inbound(account),
      outbound: await depths.outbound(account),
      filtered: await depths.filtered(account),
      unanswered: await conversations.unanswered(account),
    };
  } catch (error) {
    const unknown = { waiting: 0, failed: 0, waitingBecause: reasonOf(error) };
    return { inbound: unknown, outbound: unknown, filtered: 0, unanswered: 0 };
  }
}

/** X counts as refused as soon as one of the account's sign-ins is: somebody has to look after it before the other ends. */
function signInHealth({ reports }: Account): AccountHealth['signIn'] {
  const kinds = reports.used;
  const standing = kinds.map((kind): SignInHealth => {
    const { reason, ...read } = reports.x[kind].read();
    return { ...read, ...(reason === undefined ? {} : { reason: `${signInNames[kind]}: ${reason}` }) };
  });
  const first = (['refused', 'ok'] as const)
    .map((state) => standing.find((each) => each.state === state))
    .find((each) => each !== undefined);
  return {
    x: first ?? { state: 'unknown' },
    ...Object.fromEntries(kinds.map((kind, index) => [kind, standing[index]])),
    host: reports.host.read(),
  };
}

function deliveryHealth(account: Account): AccountHealth['webhook'] {
  const { settings, delivery, ingestion, lastEventAt: lastAt } = account;
  const { state, reason, since } = ingestion.state();
  const quiet = lastAt === undefined ? 'quiet' : 'ok';
  return {
    state: !settings.active ? 'off' : state === 'ok' ? quiet : state,
    delivery,
    check: settings.webhookCheck,
    ...(settings.active && reason !== undefined ? { reason } : {}),
    ...(settings.active && since !== undefined ? { since: isoTime(since) } : {}),
    ...(lastAt === undefined ? {} : { lastEventAt: isoTime(lastAt) }),
  };
}

function chatHealth({ name, active, chat }: Account, store: MessageStore): AccountHealth['chat'] {
  const at = store.facts.read(name, encryptedFact);
  return {
    ...(active ? chat.standing() : { state: 'off' }),
    ...(at === undefined ? {} : { lastMessageAt: isoTime(Number(at)) }),
  };
}

function customersHealth(account: string, { facts }: MessageStore): AccountHealth['customers'] {
  const readAt = lastMark(account, 'read', facts);
  const typingAt = lastMark(account, 'typing', facts);
  return {
    ...(readAt === undefined ? {} : { lastReadAt: isoTime(readAt) }),
    ...(typingAt === undefined ? {} : { lastTypingAt: isoTime(typingAt) }),
  };
}
