import { z } from 'zod';
import { pause } from '../../core/clock';
import { BridgeError } from '../../core/errors';
import { emptyBatch, type EventBatch } from '../../core/inbound/events';
import type { RemoteClock } from '../../core/remoteClock';
import { addOther, readEach } from '../parse/batch';
import { listOf } from '../api/fields';
import type { XCall, XClient } from '../api/client';
import { readDmEvent } from '../parse/readDmEvent';
import { readIncludes } from '../parse/includes';
import { userFields } from '../parse/profile';
import { readPost } from '../parse/readPost';
import { readAnswer } from '../api/readAnswer';
import { isoTime } from '../../core/isoTime';
import { PageTokens } from '../api/pageTokens';

/** Reading what X holds, newest first, page by page. */

export interface ReadBackPorts {
  client: XClient;
  clock: RemoteClock;
  /** Ends the reading early; what was read by then is not handed out. */
  signal: AbortSignal;
}

/** How far back to read: to a message known by its id, or to a time in milliseconds since 1970. */
export type Until = { id: string } | { at: number };

export interface ReadBackResult {
  batch: EventBatch;
  /** The newest id X showed, read or known before; undefined when there was nothing at all. */
  newest: string | undefined;
}

const item = z.object({ id: z.string().regex(/^\d{1,20}$/), created_at: z.string().optional() });
const page = z.object({
  data: listOf(z.unknown()),
  includes: z.unknown().optional(),
  meta: z.object({ next_token: z.string().optional() }).optional(),
});
type Page = z.infer<typeof page>;

/** Reading by the minute finds little that is new, and each event read has its price. */
const firstPage = 20;
const furtherPages = 100;

const mediaFields = 'media_key,type,url,variants,preview_image_url';

/**
 * Reads Direct Messages back, one-to-one and in groups (`GET /2/dm_events`).
 * @param size how many events the first page has
 * @returns the messages that are newer than `until`, oldest first
 * @throws BridgeError, except for a used-up rate limit window, which is waited for
 */
export async function readBackMessages(
  ports: ReadBackPorts,
  until: Until,
  { size = firstPage, maxPages = Infinity }: { size?: number; maxPages?: number } = {},
): Promise<ReadBackResult> {
  const query = {
    'dm_event.fields': 'id,text,event_type,created_at,dm_conversation_id,attachments,entities',
    // The sender is no field of its own: X shows it only as an expansion.
    expansions: 'sender_id,attachments.media_keys',
    'user.fields': userFields,
    'media.fields': mediaFields,
    event_types: 'MessageCreate',
  };
  const call: XCall = { method: 'GET', path: '/2/dm_events', query, window: 'GET /2/dm_events' };
  const pages = await readPages(ports, call, until, { size, maxPages });
  const batch = emptyBatch(undefined);
  for (const { data, includes } of pages.reverse()) {
    const beside = readIncludes(includes);
    readEach(batch, 'direct_message', [...data].reverse(), (each) => {
      if (isNewer(each, until)) batch.messages.push(readDmEvent(each, beside, ports.clock.now()));
    });
  }
  return { batch, newest: newestOf(pages) };
}

/** What is asked for of each post. */
const postQuery = {
  'post.fields': 'id,text,created_at,lang,conversation_id,attachments,entities,note_post',
  expansions: 'author_id,in_reply_to_user_id,referenced_posts,attachments.media_keys,edit_history_post_ids',
  'user.fields': userFields,
  'media.fields': mediaFields,
};

/**
 * Reads posts back that mention the account (`GET /2/users/:id/mentions`).
 * @returns the posts that are newer than `until`, oldest first
 * @throws BridgeError, except for a used-up rate limit window, which is waited for
 */
export function readBackMentions(
  ports: ReadBackPorts,
  userId: string,
  until: Until,
): Promise<ReadBackResult> {
  const since = 'id' in until ? { since_id: until.id } : { start_time: isoTime(until.at) };
  const call: XCall = {
    method: 'GET',
    path: `/2/users/${userId}/mentions`,
    query: { ...since, ...postQuery },
    window: 'GET /2/users/:id/mentions',
  };
  return readPosts(ports, call, until);
}

/**
 * Reads posts back that quote a post (`GET /2/tweets/:id/quote_tweets`).
 * @returns the posts that are newer than `until`, oldest first
 * @throws BridgeError, except for a used-up rate limit window, which is waited for
 */
export async function readBackQuotes(
  ports: ReadBackPorts,
  postId: string,
  until: Until,
): Promise<ReadBackResult> {
  const call: XCall = {
    method: 'GET',
    path: `/2/tweets/${postId}/quote_tweets`,
    query: postQuery,
    window: 'GET /2/tweets/:id/quote_tweets',
  };
  const result = await readPosts(ports, call, until);
  for (const { post } of result.batch.messages) if (post) post.onlyQuotes = true;
  return result;
}

const ownPosts = z.object({
  data: listOf(
    z.object({ id: z.string(), public_metrics: z.object({ quote_count: z.number() }).optional() }),
  ),
});

/** Posts of an account among which quotes are looked for. */
const newestPosts = 20;

/** How often each of an account's newest posts was quoted (`GET /2/users/:id/tweets`). @throws BridgeError */
export async function quoteCounts(client: XClient, userId: string): Promise<Map<string, number>> {
  const answer = await client.call({
    method: 'GET',
    path: `/2/users/${userId}/tweets`,
    query: { 'post.fields': 'id,public_metrics', max_results: String(newestPosts) },
    window: 'GET /2/users/:id/tweets',
  });
  const { data } = readAnswer(ownPosts, answer);
  return new Map(data.map(({ id, public_metrics: metrics }) => [id, metrics?.quote_count ?? 0]));
}

async function readPosts(ports: ReadBackPorts, call: XCall, until: Until): Promise<ReadBackResult> {
  const pages = await readPages(ports, call, until, { size: furtherPages, maxPages: Infinity });
  const batch = emptyBatch(undefined);
  for (const { data, includes } of pages.reverse()) {
    const beside = readIncludes(includes);
    readEach(batch, 'post', [...data].reverse(), (each) => {
      if (!isNewer(each, until)) return;
      const message = readPost(each, beside, ports.clock.now());
      if (message) batch.messages.push(message);
      else addOther(batch, 'repost');
    });
  }
  return { batch, newest: newestOf(pages) };
}

async function readPages(
  ports: ReadBackPorts,
  call: XCall,
  until: Until,
  { size, maxPages }: { size: number; maxPages: number },
): Promise<Page[]> {
  const pages: Page[] = [];
  const tokens = new PageTokens();
  let token: string | undefined;
  do {
    const max_results = String(pages.length === 0 ? size : furtherPages);
    const query = { ...call.query, max_results, ...(token === undefined ? {} : { pagination_token: token }) };
    const answer = readAnswer(page, await callWhenOpen(ports, { ...call, query }));
    pages.push(answer);
    token = answer.data.every((each) => isNewer(each, until))
      ? tokens.next(answer.meta?.next_token)
      : undefined;
  } while (token !== undefined && pages.length < maxPages && !ports.signal.aborted);
  return ports.signal.aborted ? [] : pages;
}

/** A closed window in the middle of the pages is waited for: what was read so far would have to be paid again. */
async function callWhenOpen(ports: ReadBackPorts, call: XCall): Promise<unknown> {
  for (;;)
    try {
      return await ports.client.call(call);
    } catch (error) {
      const later = call.query?.['pagination_token'] !== undefined;
      if (!later || !(error instanceof BridgeError) || error.code !== 'rate-limited' || ports.signal.aborted)
        throw error;
      await pause(ports.clock, Math.max(1_000, ports.clock.msUntilLocal(error.retryAt ?? 0)), ports.signal);
    }
}

/** An entry without a time or id is taken as new: the de-duplication knows better. */
function isNewer(entry: unknown, until: Until): boolean {
  const { data: known } = item.safeParse(entry);
  if (!known) return true;
  if ('id' in until) return BigInt(known.id) > BigInt(until.id);
  const at = Date.parse(known.created_at ?? '');
  return Number.isNaN(at) || at >= until.at;
}

function newestOf(pages: Page[]): string | undefined {
  const ids = pages.flatMap(({ data }) => data).flatMap((each) => item.safeParse(each).data?.id ?? []);
  return ids.reduce<string | undefined>(
    (newest, id) => (newest === undefined || BigInt(id) > BigInt(newest) ? id : newest),
    undefined,
  );
}
