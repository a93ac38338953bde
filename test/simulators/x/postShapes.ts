import { v1User, v2User } from './users';
import { profileOf, type SimMedia, type SimPost, type SimUser, type World } from './world';

/** Posts as X writes them: in the v2 shape under two sets of names, and in the v1.1 shape. */

/** The v2 fields that are being renamed from "tweet" to "post". */
export type Naming = 'post' | 'tweet';

type MediaUrl = (media: SimMedia) => string;

/** A text longer than this comes cut off, with the whole of it in another field. Characters. */
const cutOff = 280;

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const shortened = (text: string) =>
  `${Array.from(text)
    .slice(0, cutOff - 1)
    .join('')}…`;

/** A post in the v2 shape, with all its fields. */
export function v2Post(post: SimPost, world: World, naming: Naming): Record<string, unknown> {
  const text = escape(post.text);
  const long = Array.from(text).length > cutOff;
  const referenced = [
    ...(post.inReplyTo ? [{ type: 'replied_to', id: post.inReplyTo.id }] : []),
    ...(post.quotes ? [{ type: 'quoted', id: post.quotes.id }] : []),
    ...(post.repostOf ? [{ type: 'retweeted', id: post.repostOf.id }] : []),
  ];
  const entities = v2Entities(post, world);
  return {
    id: post.id,
    text: long ? shortened(text) : text,
    author_id: post.authorId,
    created_at: new Date(post.at).toISOString(),
    conversation_id: post.conversationId,
    lang: 'en',
    [`edit_history_${naming}_ids`]: [post.id],
    entities,
    public_metrics: {
      [naming === 'post' ? 'repost_count' : 'retweet_count']: 0,
      reply_count: 0,
      like_count: 0,
      bookmark_count: 0,
      impression_count: 0,
      quote_count: world.posts.filter(({ quotes, deleted }) => quotes === post && !deleted).length,
    },
    ...(post.inReplyTo ? { in_reply_to_user_id: post.inReplyTo.authorId } : {}),
    ...(referenced.length > 0 ? { [`referenced_${naming}s`]: referenced } : {}),
    ...(post.media.length > 0 ? { attachments: { media_keys: post.media.map(({ key }) => key) } } : {}),
    ...(long ? { [`note_${naming}`]: { text, entities: { urls: entities.urls } } } : {}),
  };
}

function v2Entities(post: SimPost, world: World) {
  const own = post.stubs.map((url, index) => ({
    url,
    expanded_url: `${world.postUrl(post)}/${post.media[index]?.type === 'photo' ? 'photo' : 'video'}/1`,
    media_key: post.media[index]?.key ?? '',
  }));
  const links = post.links.map(({ url, expanded }) => ({ url, expanded_url: expanded }));
  return {
    urls: [...links, ...own].map((each) => ({ start: 0, end: each.url.length, ...each })),
    mentions: world.mentionedIn(post).map(({ id, username }) => ({ start: 0, end: 0, id, username })),
  };
}

/**
 * What comes beside a post in the v2 shape.
 * @param fields of users, where X shows only what was asked for
 */
export function v2Includes(
  posts: SimPost[],
  world: World,
  naming: Naming,
  mediaUrl: MediaUrl,
  fields?: string[],
) {
  const referenced = posts.flatMap(({ inReplyTo, quotes, repostOf }) =>
    [inReplyTo, quotes, repostOf].filter((each): each is SimPost => each !== undefined),
  );
  const authors = [...new Set([...posts, ...referenced].map(({ authorId }) => authorId))];
  const users = authors
    .map((id) => world.users.get(id))
    .filter((user): user is SimUser => user !== undefined);
  const media = posts.flatMap((post) => post.media).map((each) => v2Media(each, mediaUrl));
  return {
    users: users.map((user) => v2User(user, fields)),
    ...(media.length > 0 ? { media } : {}),
    ...(referenced.length > 0
      ? { [`${naming}s`]: referenced.map((post) => v2Post(post, world, naming)) }
      : {}),
  };
}

/** A file in the v2 shape. */
export function v2Media(media: SimMedia, mediaUrl: MediaUrl): Record<string, unknown> {
  const address = mediaUrl(media);
  const film = {
    preview_image_url: `${address}?thumbnail`,
    variants: [
      { content_type: 'application/x-mpegURL', url: `${address}?playlist` },
      { bit_rate: 320_000, content_type: 'video/mp4', url: `${address}?size=small` },
      { bit_rate: 2_176_000, content_type: 'video/mp4', url: address },
    ],
  };
  return { media_key: media.key, type: media.type, ...(media.type === 'photo' ? { url: address } : film) };
}

/** A post in the v1.1 shape, as Account Activity delivers it. */
export function v1Post(post: SimPost, world: World, mediaUrl: MediaUrl): Record<string, unknown> {
  const text = escape(post.text);
  const long = Array.from(text).length > cutOff;
  const files =
    post.media.length > 0 ? { media: post.media.map((each) => v1Media(post, each, mediaUrl)) } : undefined;
  const entities = {
    hashtags: [],
    symbols: [],
    user_mentions: world.mentionedIn(post).map(({ id, username, name }) => ({
      id_str: id,
      screen_name: username,
      name,
      indices: [0, 0],
    })),
    urls: post.links.map(({ url, expanded }) => ({ url, expanded_url: expanded, indices: [0, url.length] })),
  };
  const whole = { full_text: text, entities, ...(files ? { extended_entities: files } : {}) };
  const author = world.users.get(post.authorId);
  return {
    created_at: new Date(post.at).toUTCString(),
    timestamp_ms: String(post.at),
    id: Number(post.id),
    id_str: post.id,
    text: long ? shortened(text) : text,
    truncated: long,
    in_reply_to_status_id_str: post.inReplyTo?.id ?? null,
    in_reply_to_user_id_str: post.inReplyTo?.authorId ?? null,
    lang: 'en',
    user: {
      id_str: post.authorId,
      ...(author ? { created_at: new Date(profileOf(author).since).toUTCString(), ...v1User(author) } : {}),
    },
    is_quote_status: post.quotes !== undefined,
    ...(post.quotes
      ? { quoted_status_id_str: post.quotes.id, quoted_status: v1Post(post.quotes, world, mediaUrl) }
      : {}),
    ...(post.repostOf ? { retweeted_status: v1Post(post.repostOf, world, mediaUrl) } : {}),
    ...(long
      ? { extended_tweet: whole, entities: { ...entities, user_mentions: [], urls: [] } }
      : { entities }),
    ...(files && !long ? { extended_entities: files } : {}),
  };
}

function v1Media(post: SimPost, media: SimMedia, mediaUrl: MediaUrl): Record<string, unknown> {
  const address = mediaUrl(media);
  const { variants } = v2Media(media, mediaUrl) as {
    variants?: { bit_rate?: number; content_type: string; url: string }[];
  };
  return {
    id_str: media.id,
    media_url_https: media.type === 'photo' ? address : `${address}?thumbnail`,
    url: post.stubs[0] ?? '',
    type: media.type,
    ...(variants
      ? {
          video_info: {
            variants: variants.map(({ bit_rate, ...each }) => ({
              ...each,
              ...(bit_rate ? { bitrate: bit_rate } : {}),
            })),
          },
        }
      : {}),
  };
}
