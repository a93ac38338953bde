import { z } from 'zod';
import { directConversation, groupConversation } from '../../core/conversation';
import type { EventMessage } from '../../core/inbound/events';
import { expandLinks, removeLink, withoutNul } from '../../core/links';
import { idText, linkEntities, linkList, strangeAttachment } from '../api/fields';
import type { Includes } from './includes';
import { toldTime } from '../api/toldTime';
import { phrase } from '../../texts/text';

const dmEvent = z.object({
  id: idText,
  event_type: z.string().optional(),
  text: z.string().nullish(),
  sender_id: idText,
  created_at: z.string().optional(),
  dm_conversation_id: z.string().optional(),
  attachments: z
    .object({ media_keys: z.array(z.string()).nullish() })
    .nullish()
    .catch(undefined),
  entities: z.object({ urls: linkList }).nullish().catch(undefined),
});

const lastLink = /https?:\/\/t\.co\/[A-Za-z0-9]+\s*$/;

/**
 * Reads a Direct Message as X shows it when it is read back (`DmEvent`); the same message as the one a webhook
 * delivers. Group conversations are named, since the agent sees one customer at a time.
 * @throws ZodError when it has not the shape of one
 */
export function readDmEvent(value: unknown, includes: Includes, now: number): EventMessage {
  const event = dmEvent.parse(value);
  const keys = event.attachments?.media_keys ?? [];
  const media = keys.flatMap((key) => includes.media.get(key) ?? []);
  const written = event.text ?? '';
  // The link to the attached media, where there are any, is the last one.
  const spoken = keys.length > 0 ? removeLink(written, lastLink.exec(written)?.[0].trim() ?? '') : written;
  const text = withoutNul(expandLinks(spoken, linkEntities(event.entities?.urls)));
  const group = groupIdOf(event.dm_conversation_id);
  return {
    messageId: event.id,
    conversation: group === undefined ? directConversation(event.sender_id) : groupConversation(group),
    sender: includes.users.get(event.sender_id) ?? { id: event.sender_id },
    text: [
      ...(group === undefined ? [] : [groupHeading(group)]),
      text,
      ...(media.length < keys.length ? [strangeAttachment()] : []),
    ]
      .filter((line) => line !== '')
      .join('\n'),
    media,
    sentAt: toldTime(event.created_at, now),
  };
}

/** One-to-one conversations are named by both users' ids, groups by an id of their own (X docs: DM lookup). */
function groupIdOf(conversationId: string | undefined): string | undefined {
  return conversationId !== undefined && /^\d{1,20}$/.test(conversationId) ? conversationId : undefined;
}

/** Tells the agent that others read along. */
function groupHeading(groupId: string): string {
  return phrase('message.group', { id: groupId });
}
