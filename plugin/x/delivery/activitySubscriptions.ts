import type { WantedEvents } from '../../core/inbound/ingestEvents';
import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import type { XClient } from '../api/client';
import { idText, listOf } from '../api/fields';
import { readAnswer } from '../api/readAnswer';
import { PageTokens } from '../api/pageTokens';

/** A subscription to one type of event of one user (X docs: X Activity API). */
const subscription = z.object({
  subscription_id: idText,
  event_type: z.string(),
  filter: z.object({ user_id: idText.optional() }).optional(),
  webhook_id: idText.optional().catch(undefined),
  tag: z.string().optional(),
});

type ActivitySubscription = z.infer<typeof subscription>;

const page = z.object({
  data: listOf(subscription),
  meta: z.object({ next_token: z.string().optional() }).optional(),
});

const path = '/2/activity/subscriptions';

/** Marks an account's subscriptions as ours. */
export const tagOf = (account: string) => `openchannel-x ${account}`;

/** All subscriptions of the app, whoever made them. Asked in the user's name, so that dead keys show. */
async function listSubscriptions(client: XClient): Promise<ActivitySubscription[]> {
  const found: ActivitySubscription[] = [];
  const tokens = new PageTokens();
  let token: string | undefined;
  do {
    const query = { max_results: '1000', ...(token === undefined ? {} : { pagination_token: token }) };
    const answer = readAnswer(page, await client.call({ method: 'GET', path, query, window: `GET ${path}` }));
    found.push(...answer.data);
    token = tokens.next(answer.meta?.next_token);
  } while (token !== undefined);
  return found;
}

/** What anybody may hear of takes any sign-in; the app's own saves the user's for what needs it. */
const publicSignIns = ['app', 'oauth2', 'oauth1'] as const;
const isPublicEvent = (eventType: string) => /^(?:post\.(?:create|delete)|profile\.)/.test(eventType);

/** One type of event of one user. */
export interface WantedSubscription {
  eventType: string;
  userId: string;
}

/**
 * Subscribes to one type of event; private ones need the user's own keys.
 * @param webhookId where X delivers; undefined for the stream
 * @throws BridgeError
 */
export async function subscribe(
  client: XClient,
  { eventType, userId }: WantedSubscription,
  webhookId: string | undefined,
  tag: string,
): Promise<void> {
  const body = {
    event_type: eventType,
    filter: { user_id: userId },
    tag,
    ...(webhookId === undefined ? {} : { webhook_id: webhookId }),
  };
  try {
    const signIns = isPublicEvent(eventType) ? { signIns: publicSignIns } : {};
    await client.call({ method: 'POST', path, body, window: `POST ${path}`, ...signIns });
  } catch (error) {
    const isThere = error instanceof BridgeError && /^Duplicate/.test(error.problem ?? '');
    if (!isThere) throw error;
  }
}

async function unsubscribe(client: XClient, subscriptions: ActivitySubscription[]): Promise<void> {
  const ids = subscriptions.map(({ subscription_id: id }) => id);
  for (let at = 0; at < ids.length; at += 100) {
    const query = { ids: ids.slice(at, at + 100).join(',') };
    await client.call({ method: 'DELETE', path, query, window: `DELETE ${path}` });
  }
}

/** So many are made at a check: each is a call of its own, and the delivery waits for them. */
const maxExtras = 40;

export interface SubscriptionPlan {
  /** Marks what is ours among the app's subscriptions. */
  tag: string;
  /** Where X delivers; undefined for the stream. */
  webhookId: string | undefined;
  /** What the delivery cannot do without. */
  wanted: WantedSubscription[];
  /** What it can do without, should X refuse it. */
  extra: WantedSubscription[];
}

export interface SubscriptionOutcome {
  /** One of the wanted had been missing. */
  repaired: boolean;
  /** The types of the extras that X refuses. */
  refused: string[];
}

/**
 * Brings X's subscriptions in line: each wanted one once, none of ours beside them, others' untouched.
 * @throws BridgeError when X refuses one of the wanted
 */
export async function ensureSubscriptions(
  client: XClient,
  plan: SubscriptionPlan,
): Promise<SubscriptionOutcome> {
  const { tag, webhookId, wanted, extra } = plan;
  const there = await listSubscriptions(client);
  const find = ({ eventType, userId }: WantedSubscription) =>
    there.find(
      (each) =>
        each.event_type === eventType && each.filter?.user_id === userId && each.webhook_id === webhookId,
    );
  const kept = new Set([...wanted, ...extra].map(find));
  const stale = there.filter((each) => each.tag === tag && !kept.has(each));
  await unsubscribe(client, stale);
  const missing = wanted.filter((each) => !find(each));
  for (const each of missing) await subscribe(client, each, webhookId, tag);
  const refused = new Set<string>();
  const absent = extra.filter((one) => !find(one)).slice(0, maxExtras);
  let outcome: Awaited<ReturnType<typeof trySubscribe>> = 'done';
  for (const each of absent) {
    // After a fault, or without room, the rest would fare no better now; the next check goes on.
    if (outcome !== 'later') outcome = await trySubscribe(client, each, webhookId, tag);
    if (outcome !== 'done') refused.add(each.eventType);
  }
  return { repaired: missing.length > 0, refused: [...refused] };
}

/** What the delivery can do without must not hold it up, whatever becomes of it. */
async function trySubscribe(...parts: Parameters<typeof subscribe>): Promise<'done' | 'refused' | 'later'> {
  try {
    await subscribe(...parts);
    return 'done';
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return error.code === 'refused-by-x' && error.problem !== 'SubscriptionLimitExceeded'
      ? 'refused'
      : 'later';
  }
}

/** Takes away all subscriptions that are ours. */
export async function removeSubscriptions(client: XClient, tag: string): Promise<void> {
  const ours = (await listSubscriptions(client)).filter((each) => each.tag === tag);
  await unsubscribe(client, ours);
}

/** What an account cannot do without, and no more: X has a price for most events. */
export function wantedSubscriptions(
  { directMessages, mentions }: WantedEvents,
  userId: string,
): WantedSubscription[] {
  return [
    ...(directMessages ? ['dm.received'] : []),
    ...(mentions ? ['post.mention.create', 'post.reply.create'] : []),
  ].map((eventType) => ({ eventType, userId }));
}

/** What the delivery can do without where X refuses it: encrypted chat, quotes, and signs of presence, which cost nothing. */
export function optionalSubscriptions(
  { directMessages, quotes, chat }: WantedEvents,
  userId: string,
): WantedSubscription[] {
  return [
    ...(chat ? ['chat.received', 'chat.sent'] : []),
    ...(quotes ? ['post.quote.create'] : []),
    ...(directMessages ? ['dm.read', 'dm.indicate_typing'] : []),
  ].map((eventType) => ({ eventType, userId }));
}
