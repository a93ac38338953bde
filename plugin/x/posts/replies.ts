import { z } from 'zod';
import { withLink } from '../../core/outbound/composePost';
import { BridgeError } from '../../core/errors';
import { expandLinks, removeLink } from '../../core/links';
import type { PublicPost, SentMessage, XGateway } from '../../core/gateways';
import type { XClient } from '../api/client';
import { linkEntities, linkList, listOf } from '../api/fields';
import { unescapePost } from './postText';
import { readAnswer } from '../api/readAnswer';
import { isoTime } from '../../core/isoTime';
import { say } from '../../texts/text';

const created = z.object({ data: z.object({ id: z.string() }) });

/** Public answers of one account (X docs: manage posts). */
export function createReplies(
  client: XClient,
  userId: () => string | undefined,
): Pick<XGateway, 'sendReply' | 'sentReplies'> {
  // X may take the private address beside the post or not; asked once, then known.
  let takesDeepLink = true;
  return {
    sendReply: async (post, mediaIds) => {
      const { text, deepLink } = post;
      if (deepLink !== undefined && takesDeepLink)
        try {
          return await publish(client, post, mediaIds);
        } catch (error) {
          if (!(error instanceof BridgeError) || error.code !== 'refused-by-x') throw error;
        }
      const whole = deepLink === undefined ? text : withLink(text, deepLink);
      const id = await publish(client, { ...post, text: whole, deepLink: undefined }, mediaIds);
      if (deepLink !== undefined) takesDeepLink = false;
      return id;
    },
    sentReplies: (post, since) => sentReplies(client, userId(), post, since),
  };
}

/** Answers a post. Not idempotent: `outcomeUnknown` tells when it may have been published all the same. */
async function publish(
  client: XClient,
  { inReplyTo, text, deepLink }: PublicPost,
  mediaIds: string[],
): Promise<string> {
  const answer = await client.call({
    method: 'POST',
    path: '/2/tweets',
    window: 'POST /2/tweets',
    body: {
      ...(text === '' ? {} : { text }),
      reply: { in_reply_to_tweet_id: inReplyTo },
      ...(mediaIds.length === 0 ? {} : { media: { media_ids: mediaIds } }),
      ...(deepLink === undefined ? {} : { direct_message_deep_link: deepLink }),
    },
    changesThings: true,
  });
  const result = created.safeParse(answer);
  if (result.success) return result.data.data.id;
  throw new BridgeError('x-unavailable', 'X took the post but its answer cannot be understood', {
    retryable: true,
    outcomeUnknown: true,
    agentMessage: say('x.unclearPost'),
  });
}

/** Long posts carry their whole text in a note; `text` is cut off then. */
const note = z
  .object({ text: z.string(), entities: z.object({ urls: linkList }).nullish() })
  .nullish()
  .catch(undefined);

/** X puts the handles of those who are answered in front. */
const leadingNames = /^(?:@\w+\s+)+/;

const timeline = z.object({
  data: listOf(
    z.object({
      id: z.string(),
      text: z.string().default(''),
      note_post: note,
      note_tweet: note,
      created_at: z.string().optional(),
      attachments: z.object({ media_keys: z.array(z.string()).nullish() }).nullish(),
      entities: z.object({ urls: linkList }).nullish().catch(undefined),
      referenced_posts: z.array(z.object({ type: z.string(), id: z.string() })).nullish(),
      referenced_tweets: z.array(z.object({ type: z.string(), id: z.string() })).nullish(),
    }),
  ),
  meta: z.object({ next_token: z.string().optional() }).optional(),
});

/** A brand that publishes more than this within minutes answers by machine. */
const maxPages = 5;

type OwnPost = z.infer<typeof timeline>['data'][number];

/** Our own answers to a post (`GET /2/users/:id/tweets`), newest first, as they were written. */
async function sentReplies(
  client: XClient,
  userId: string | undefined,
  post: PublicPost,
  since: number,
): Promise<SentMessage[]> {
  if (userId === undefined)
    throw new BridgeError('x-unavailable', 'X does not say who the keys belong to', { retryable: true });
  const posts: OwnPost[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const answer = await client.call({
      method: 'GET',
      path: `/2/users/${userId}/tweets`,
      window: 'GET /2/users/:id/tweets',
      query: {
        start_time: isoTime(since),
        'post.fields': 'id,text,note_post,created_at,attachments,entities',
        expansions: 'referenced_posts,attachments.media_keys',
        max_results: '100',
        ...(token === undefined ? {} : { pagination_token: token }),
      },
    });
    const { data, meta } = readAnswer(timeline, answer);
    posts.push(...data);
    token = meta?.next_token;
    if (token === undefined) break;
  }
  if (token !== undefined)
    throw new BridgeError('refused-by-x', "the account's posts on X are too many to look through");
  const answersIt = (each: OwnPost) =>
    (each.referenced_posts ?? each.referenced_tweets ?? []).some(
      ({ type, id }) => type === 'replied_to' && id === post.inReplyTo,
    );
  return posts.filter(answersIt).map((each) => asWritten(each, post));
}

/** Without what X adds: the names in front, the link to the media, and the private address where it is a link. */
function asWritten(each: OwnPost, { text: ours, deepLink }: PublicPost): SentMessage {
  const mediaKeys = each.attachments?.media_keys ?? [];
  const whole = each.note_post ?? each.note_tweet;
  const said = whole?.text ?? each.text;
  const stub = mediaKeys.length > 0 ? (/https:\/\/t\.co\/\w+$/.exec(said)?.[0] ?? '') : '';
  const links = [...linkEntities(each.entities?.urls), ...linkEntities(whole?.entities?.urls)];
  const shown = unescapePost(expandLinks(removeLink(said, stub), links)).replace(leadingNames, '');
  // Names that the agent began with cannot be told from those that X added.
  const text = (leadingNames.exec(ours)?.[0] ?? '') + shown;
  const link = deepLink === undefined ? '' : deepLink;
  return { id: each.id, text: removeLink(text, link), mediaKeys, sentAt: Date.parse(each.created_at ?? '') };
}
