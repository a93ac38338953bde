import { z } from 'zod';
import { emptyBatch, type EventBatch } from '../../core/inbound/events';
import { addDirectMessages, addMarks, addOther, readEach, readUsers } from './batch';
import { faultOf, idText } from '../api/fields';
import { isRecord } from '../../core/isRecord';
import { readIncludes } from './includes';
import { readChat } from './readChat';
import { readPost } from './readPost';

const xActivityEvent = z.object({
  event_type: z.string(),
  filter: z.object({ user_id: idText.optional() }).optional().catch(undefined),
  payload: z.unknown().optional(),
  includes: z.unknown().optional(),
});

type XActivityEvent = z.infer<typeof xActivityEvent>;
type Reader = (
  batch: EventBatch,
  payload: Record<string, unknown>,
  event: XActivityEvent,
  now: number,
) => void;

const readMessages: Reader = (batch, payload, { event_type: type }, now) => {
  if (payload['direct_message_events'] === undefined) {
    batch.malformed.push({ kind: type, reason: 'has no direct_message_events' });
    return;
  }
  addDirectMessages(batch, payload['direct_message_events'], readUsers(payload['users']), now);
  if (type === 'dm.sent') batch.own.push(...batch.messages.splice(0));
};

const readPosts: Reader = (batch, payload, { includes, event_type: type }, now) =>
  readEach(batch, type, [payload], () => {
    const message = readPost(payload, readIncludes(includes), now);
    if (!message) addOther(batch, 'repost');
    else (message.sender.id === batch.forUserId ? batch.own : batch.messages).push(message);
  });

const readEncrypted: Reader = (batch, payload, { event_type: type }, now) =>
  readEach(batch, type, [payload], () => batch.encrypted.push(readChat(payload, now)));

const handle = z.object({ after: z.string().regex(/^\w{1,15}$/) });

const readQuotes: Reader = (batch, payload, event, now) => {
  readPosts(batch, payload, event, now);
  for (const { post } of batch.messages) if (post) post.onlyQuotes = true;
};

/** How each type is read; types without a reader are counted. */
const readers: Record<string, Reader> = {
  'dm.received': readMessages,
  'dm.sent': readMessages,
  // X documents no payload for these two: the list Account Activity has for it, or the mark itself.
  'dm.read': (batch, payload, _event, now) =>
    addMarks(batch, 'read', payload['direct_message_mark_read_events'] ?? [payload], now),
  'dm.indicate_typing': (batch, payload, _event, now) =>
    addMarks(batch, 'typing', payload['direct_message_indicate_typing_events'] ?? [payload], now),
  'post.mention.create': readPosts,
  'post.reply.create': readPosts,
  'post.quote.create': readQuotes,
  'profile.update.handle': (batch, payload, { event_type: type }) =>
    readEach(batch, type, [payload], () => {
      const { after: username } = handle.parse(payload);
      if (batch.forUserId !== undefined) batch.handles.push({ userId: batch.forUserId, username });
    }),
  'post.delete': (batch, payload, { event_type: type }) =>
    readEach(batch, type, [payload], () => batch.deletedPosts.push(idText.parse(payload['id']))),
  'chat.received': readEncrypted,
  'chat.sent': readEncrypted,
  'oauth.revoke': (batch) => (batch.revoked = true),
};

/** Reads one event of X Activity. */
export function readXActivity(value: unknown, now: number): EventBatch {
  const read = xActivityEvent.safeParse(value);
  if (!read.success)
    return {
      ...emptyBatch(undefined),
      malformed: [{ kind: 'x activity event', reason: faultOf(read.error) }],
    };
  const { event_type: type, filter, payload } = read.data;
  const batch = emptyBatch(filter?.user_id);
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!reader) addOther(batch, type);
  else if (isRecord(payload) || type === 'oauth.revoke')
    reader(batch, isRecord(payload) ? payload : {}, read.data, now);
  else batch.malformed.push({ kind: type, reason: 'has no payload' });
  return batch;
}
