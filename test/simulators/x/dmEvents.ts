import type { Request } from 'express';
import type { SimDirectMessage } from './world';

/** An event with no more than what was asked for, as X does. */
export function dmEvent(message: SimDirectMessage, request: Request): object {
  const asked = (name: string) => {
    const list = request.query[name];
    return typeof list === 'string' ? list.split(',') : [];
  };
  const fields = ['id', 'event_type', 'text', ...asked('dm_event.fields')];
  if (asked('expansions').includes('sender_id')) fields.push('sender_id');
  return Object.fromEntries(Object.entries(wholeEvent(message)).filter(([name]) => fields.includes(name)));
}

function wholeEvent(message: SimDirectMessage): object {
  return {
    id: message.id,
    event_type: 'MessageCreate',
    text: message.text,
    sender_id: message.senderId,
    created_at: new Date(message.at).toISOString(),
    dm_conversation_id: message.groupId ?? conversationId(message.senderId, message.recipientId),
    ...(message.media ? { attachments: { media_keys: [message.media.key] } } : {}),
    ...(message.links.length > 0
      ? {
          entities: {
            urls: message.links.map(({ url, expanded }) => ({
              start: 0,
              end: 0,
              url,
              expanded_url: expanded,
            })),
          },
        }
      : {}),
  };
}

/** The two ids with a hyphen, the smaller number first. */
export function conversationId(one: string, other: string): string {
  return BigInt(one) < BigInt(other) ? `${one}-${other}` : `${other}-${one}`;
}
