import { z } from 'zod';
import { directConversation } from '../../core/conversation';
import type { EventMessage } from '../../core/inbound/events';
import { expandLinks, removeLink, withoutNul } from '../../core/links';
import type { XUser } from '../../core/messages';
import { formerMedia, formerMediaOf, idText, linkEntities, linkList, strangeAttachment } from '../api/fields';
import { toldTime } from '../api/toldTime';

type Media = z.infer<typeof formerMedia>;

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

/**
 * Reads one item of `direct_message_events`, alike in Account Activity and X Activity.
 * @throws ZodError when it has not the shape of a message
 */
export function readDirectMessage(item: unknown, users: EventUsers, now: number): EventMessage {
  const event = directMessage.parse(item);
  const { sender_id: senderId, message_data: data } = event.message_create;
  const attachment = readAttachment(data.attachment);
  const links = linkEntities(data.entities?.urls);
  const spoken = attachment.media ? withoutStub(data.text ?? '', attachment.media) : (data.text ?? '');
  const text = withoutNul(expandLinks(spoken, links));
  return {
    messageId: event.id,
    conversation: directConversation(senderId),
    sender: users.get(senderId) ?? { id: senderId },
    text: attachment.strange ? [text, strangeAttachment()].filter((line) => line !== '').join('\n') : text,
    media: attachment.media ? [formerMediaOf(attachment.media)].filter((each) => each !== undefined) : [],
    sentAt: toldTime(event.created_timestamp, now),
  };
}

/** An attachment that cannot be read must not take the customer's words down with it. */
function readAttachment(attachment: unknown): { media?: Media; strange: boolean } {
  if (attachment === undefined || attachment === null) return { strange: false };
  const read = z.object({ type: z.literal('media'), media: formerMedia }).safeParse(attachment);
  return read.success ? { media: read.data.media, strange: false } : { strange: true };
}

function withoutStub(text: string, { url }: Media): string {
  const stub = url === '' ? (/https?:\/\/t\.co\/[A-Za-z0-9]+\s*$/.exec(text)?.[0].trim() ?? '') : url;
  return removeLink(text, stub);
}
