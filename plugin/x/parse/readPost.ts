import { z } from 'zod';
import { postConversation } from '../../core/conversation';
import type { EventMessage } from '../../core/inbound/events';
import type { LinkEntity } from '../../core/links';
import type { XUser } from '../../core/messages';
import { idText, linkEntities, linkList, strangeAttachment } from '../api/fields';
import type { Includes } from './includes';
import { postText, type OtherPost } from '../posts/postText';
import { profileOf } from './profile';
import { toldTime } from '../api/toldTime';

const note = z
  .object({ text: z.string(), entities: z.object({ urls: linkList }).nullish().catch(undefined) })
  .nullish()
  .catch(undefined);
const references = z
  .array(z.object({ type: z.string().default(''), id: idText }))
  .nullish()
  .catch(undefined);
const ids = z.array(idText).nullish().catch(undefined);

/** X renames its fields from "tweet" to "post"; both names are met. */
const post = z.object({
  id: idText,
  text: z.string().default(''),
  author_id: idText,
  created_at: z.string().optional(),
  lang: z.string().optional().catch(undefined),
  conversation_id: idText.optional().catch(undefined),
  entities: z.object({ urls: linkList }).nullish().catch(undefined),
  attachments: z
    .object({ media_keys: z.array(z.string()).nullish() })
    .nullish()
    .catch(undefined),
  note_post: note,
  note_tweet: note,
  referenced_posts: references,
  referenced_tweets: references,
  edit_history_post_ids: ids,
  edit_history_tweet_ids: ids,
});

type Post = z.infer<typeof post>;

/** Of a post beside, X may leave out who wrote it. */
const besidePost = post.partial({ author_id: true });

const reposts = new Set(['retweeted', 'reposted']);

/**
 * Reads a public post in X's v2 shape.
 * @returns undefined for a repost, which carries no words of its own
 * @throws ZodError when it has not the shape of a post
 */
export function readPost(value: unknown, includes: Includes, now: number): EventMessage | undefined {
  const read = post.parse(value);
  const referenced = read.referenced_posts ?? read.referenced_tweets ?? [];
  if (referenced.some(({ type }) => reposts.has(type))) return undefined;
  const answered = referenced.filter(({ type }) => type === 'replied_to').map(({ id }) => id);
  const versions = read.edit_history_post_ids ?? read.edit_history_tweet_ids ?? [];
  const start = read.conversation_id === undefined ? [] : [read.conversation_id];
  const sender = authorOf(read, includes);
  const keys = read.attachments?.media_keys ?? [];
  const media = keys.flatMap((key) => includes.media.get(key) ?? []);
  const words = postText({
    id: read.id,
    username: sender.username,
    ...wordsOf(read),
    quoted: quotedOf(referenced, includes),
    answered: otherPost(answered[0], includes),
  });
  return {
    messageId: read.id,
    conversation: postConversation(read.id),
    sender,
    text: media.length < keys.length ? `${words}\n${strangeAttachment()}` : words,
    media,
    sentAt: toldTime(read.created_at, now),
    post: { relatesTo: [...new Set([...answered, ...versions, ...start])].filter((id) => id !== read.id) },
  };
}

/** The author as X shows them beside the post, with the language X took the post for. */
function authorOf({ author_id: id, lang }: Post, { users }: Includes): XUser {
  const known = users.get(id) ?? { id };
  const profile = { ...known.profile, ...profileOf({}, lang) };
  return Object.keys(profile).length > 0 ? { ...known, profile } : known;
}

/** Long posts carry their whole text in a note; `text` is then cut off. */
function wordsOf(read: Omit<Post, 'author_id'>): { text: string; links: LinkEntity[] } {
  const whole = read.note_post ?? read.note_tweet;
  const links = linkEntities(read.entities?.urls);
  return whole
    ? { text: whole.text, links: [...links, ...linkEntities(whole.entities?.urls)] }
    : { text: read.text, links };
}

function quotedOf(referenced: { type: string; id: string }[], includes: Includes) {
  const id = referenced.find(({ type }) => type === 'quoted')?.id;
  if (id === undefined) return undefined;
  return otherPost(id, includes) ?? { id, username: undefined, text: '', links: [] };
}

/** A post that X shows beside; undefined where it does not. */
function otherPost(id: string | undefined, includes: Includes): OtherPost | undefined {
  const read = id === undefined ? undefined : besidePost.safeParse(includes.posts.get(id)).data;
  if (id === undefined || !read) return undefined;
  const author = read.author_id === undefined ? undefined : includes.users.get(read.author_id);
  return { id, username: author?.username, ...wordsOf(read) };
}
