import { z } from 'zod';
import { directConversation } from '../../core/conversation';
import type { EventMessage } from '../../core/inbound/events';
import { expandLinks, removeLink, withoutNul } from '../../core/links';
import type { InboundMedia, XUser } from '../../core/messages';
import { idText, inboundMedia, linkEntities, linkList, strangeAttachment } from '../api/fields';
import { toldTime } from '../api/toldTime';

const variant = z.object({
  bitrate: z.number().default(0),
  content_type: z.string().optional(),
  url: z.string(),
});

const media = z.object({
  type: z.enum(['photo', 'video', 'animated_gif']),
  media_url_https: z.string(),
  url: z.string().default(''),
  video_info: z.object({ variants: z.array(variant) }).optional(),
});

type Media = z.infer<typeof media>;

const directMessage = z.object({
  id: idText,
  created_timestamp: z.union([z.string().regex(/^\d+$/), z.number()]).optional(),
  message_create: z.object({
    sender_id: idText,
    message_data: z.object({
      text: z.string().nullish(),
      entities: z.object({ urls: linkList }).nullish().catch(undefined),
      attachment: z.unknown().optional(),
    }),
  }),
});

/** The users an event brought along, by id. */
export type EventUsers = ReadonlyMap<string, XUser>;

export interface ReadDirectMessage {
  message: EventMessage;
  senderId: string;
}

/**
 * Reads one item of `direct_message_events`, alike in Account Activity and X Activity.
 * @throws ZodError when it has not the shape of a message
 */
export function readDirectMessage(item: unknown, users: EventUsers, now: number): ReadDirectMessage {
  const event = directMessage.parse(item);
  const { sender_id: senderId, message_data: data } = event.message_create;
  const attachment = readAttachment(data.attachment);
  const links = linkEntities(data.entities?.urls);
  const spoken = attachment.media ? withoutStub(data.text ?? '', attachment.media) : (data.text ?? '');
  const text = withoutNul(expandLinks(spoken, links));
  const message: EventMessage = {
    messageId: event.id,
    conversation: directConversation(senderId),
    sender: users.get(senderId) ?? { id: senderId },
    text: attachment.strange ? [text, strangeAttachment].filter((line) => line !== '').join('\n') : text,
    media: attachment.media ? [mediaOf(attachment.media)].filter((each) => each !== undefined) : [],
    sentAt: toldTime(event.created_timestamp, now),
  };
  return { message, senderId };
}

/** An attachment that cannot be read must not take the customer's words down with it. */
function readAttachment(attachment: unknown): { media?: Media; strange: boolean } {
  if (attachment === undefined || attachment === null) return { strange: false };
  const read = z.object({ type: z.literal('media'), media }).safeParse(attachment);
  return read.success ? { media: read.data.media, strange: false } : { strange: true };
}

function withoutStub(text: string, { url }: Media): string {
  const stub = url === '' ? (/https?:\/\/t\.co\/[A-Za-z0-9]+\s*$/.exec(text)?.[0].trim() ?? '') : url;
  return removeLink(text, stub);
}

function mediaOf({ type, media_url_https: picture, video_info: film }: Media): InboundMedia | undefined {
  const variants = (film?.variants ?? []).map((each) => ({
    bitrate: each.bitrate,
    contentType: each.content_type,
    url: each.url,
  }));
  return inboundMedia(type, picture, variants);
}
