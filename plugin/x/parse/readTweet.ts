import { z } from 'zod';
import { postConversation } from '../../core/conversation';
import type { EventMessage } from '../../core/inbound/events';
import { formerMedia, formerMediaOf, idText, linkEntities, linkList, strangeAttachment } from '../api/fields';
import { postText } from '../posts/postText';
import { formerUserOf, formerUserShape } from './profile';
import { toldTime } from '../api/toldTime';

const extendedMedia = z
  .object({ media: z.array(z.unknown()).default([]) })
  .nullish()
  .catch(undefined);
const entities = z
  .object({
    urls: linkList,
    user_mentions: z
      .array(z.object({ id_str: idText }))
      .nullish()
      .catch(undefined),
  })
  .nullish()
  .catch(undefined);
const user = formerUserShape.extend({ id_str: idText });

const words = z.object({
  id_str: idText,
  text: z.string().nullish(),
  full_text: z.string().nullish(),
  entities,
  extended_entities: extendedMedia,
  extended_tweet: z
    .object({ full_text: z.string(), entities, extended_entities: extendedMedia })
    .nullish()
    .catch(undefined),
});

const tweet = words.extend({
  user,
  created_at: z.string().optional(),
  lang: z.string().optional().catch(undefined),
  timestamp_ms: z.union([z.string().regex(/^\d+$/), z.number()]).optional(),
  in_reply_to_status_id_str: idText.nullish().catch(undefined),
  in_reply_to_user_id_str: idText.nullish().catch(undefined),
  retweeted_status: z.unknown().optional(),
  quoted_status: words.extend({ user: user.optional() }).nullish().catch(undefined),
  quoted_status_id_str: idText.nullish().catch(undefined),
});

type Words = z.infer<typeof words>;

export interface ReadTweet {
  message: EventMessage;
  /** Whom the post mentions or answers. */
  addressed: string[];
  /** Whose post it quotes, where X says so. */
  quotedUser: string | undefined;
}

/**
 * Reads a public post in X's v1.1 shape, as Account Activity delivers it.
 * @returns undefined for a repost, which carries no words of its own
 * @throws ZodError when it has not the shape of a post
 */
export function readTweet(value: unknown, now: number): ReadTweet | undefined {
  const read = tweet.parse(value);
  if (read.retweeted_status !== undefined && read.retweeted_status !== null) return undefined;
  const { id_str: id, user: author, in_reply_to_status_id_str: answered } = read;
  const quotedId = read.quoted_status?.id_str ?? read.quoted_status_id_str ?? undefined;
  const quoted = read.quoted_status ? partsOf(read.quoted_status) : { text: '', links: [] };
  const own = partsOf(read);
  const text = postText({
    id,
    username: author.screen_name,
    text: own.text,
    links: own.links,
    quoted:
      quotedId === undefined
        ? undefined
        : { id: quotedId, username: read.quoted_status?.user?.screen_name, ...quoted },
  });
  const message: EventMessage = {
    messageId: id,
    conversation: postConversation(id),
    sender: formerUserOf(author.id_str, author, read.lang),
    text: own.strange ? `${text}\n${strangeAttachment()}` : text,
    media: own.media,
    sentAt: toldTime(read.timestamp_ms ?? read.created_at, now),
    post: { relatesTo: answered ? [answered] : [] },
  };
  return {
    message,
    addressed: [...own.mentioned, read.in_reply_to_user_id_str ?? []].flat(),
    quotedUser: read.quoted_status?.user?.id_str,
  };
}

/** Long posts carry their whole text, links and media in `extended_tweet`. */
function partsOf(read: Words) {
  const whole = read.extended_tweet;
  const shown = whole?.entities ?? read.entities;
  const items = (whole?.extended_entities ?? read.extended_entities)?.media ?? [];
  const files = items.map((item) => formerMedia.safeParse(item));
  const usable = files.flatMap(({ data }) => (data ? [data] : []));
  const found = usable.flatMap((each) => formerMediaOf(each) ?? []);
  // The link to a post's own media stands for nothing but them.
  const stubs = usable.map(({ url }) => ({ url, expanded: '' })).filter(({ url }) => url !== '');
  return {
    text: whole?.full_text ?? read.full_text ?? read.text ?? '',
    links: [...linkEntities(shown?.urls), ...stubs],
    mentioned: (shown?.user_mentions ?? []).map(({ id_str: id }) => id),
    media: found,
    strange: found.length < items.length,
  };
}
