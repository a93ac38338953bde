import { z } from 'zod';
import { emptyBatch, type EventBatch } from '../../core/inbound/events';
import { addDirectMessages, addMarks, addOther, readEach, readUsers } from './batch';
import { idText } from '../api/fields';
import { isRecord } from '../../core/isRecord';
import { readTweet } from './readTweet';

/** Fields of an Account Activity envelope that are no lists of events. */
const notEvents = new Set(['for_user_id', 'users', 'apps', 'user_has_blocked', 'is_blocked_by']);

const deletion = z.object({ status: z.object({ id: idText }) });
const revocation = z.object({ revoke: z.object({ source: z.object({ user_id: idText }) }) });
const replayStatus = z.object({
  job_id: z.union([z.string(), z.number()]).transform(String),
  job_state: z.string(),
});

type Reader = (batch: EventBatch, value: unknown, body: Record<string, unknown>, now: number) => void;

/** How each kind is read; kinds without a reader are counted. */
const readers: Record<string, Reader> = {
  direct_message_events: (batch, value, body, now) =>
    addDirectMessages(batch, value, readUsers(body['users']), now),
  direct_message_mark_read_events: (batch, value, _body, now) => addMarks(batch, 'read', value, now),
  direct_message_indicate_typing_events: (batch, value, _body, now) => addMarks(batch, 'typing', value, now),
  tweet_create_events: (batch, value, _body, now) =>
    readEach(batch, 'post', value, (item) => addTweet(batch, item, now)),
  tweet_delete_events: (batch, value) =>
    readEach(batch, 'post_delete', value, (item) => batch.deletedPosts.push(deletion.parse(item).status.id)),
  user_event: (batch, value) => readEach(batch, 'user_event', [value], () => addUserEvent(batch, value)),
  replay_job_status: (batch, value) =>
    readEach(batch, 'replay_job_status', [value], () => {
      const { job_id: jobId, job_state: state } = replayStatus.parse(value);
      batch.replay = { jobId, complete: state === 'Complete' };
    }),
};

/** Reads an Account Activity envelope, v1.1 and v2 alike. */
export function readAccountActivity(body: Record<string, unknown>, now: number): EventBatch {
  const forUserId = idText.safeParse(body['for_user_id']);
  const batch = emptyBatch(forUserId.success ? forUserId.data : undefined);
  for (const [kind, value] of Object.entries(body)) {
    if (notEvents.has(kind)) continue;
    const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
    if (read) read(batch, value, body, now);
    else addOther(batch, kind, Array.isArray(value) ? value.length : 1);
  }
  return batch;
}

/** Account Activity delivers everything around the account; only what is addressed to it is a message. */
function addTweet(batch: EventBatch, item: unknown, now: number): void {
  const read = readTweet(item, now);
  if (!read) {
    addOther(batch, 'repost');
    return;
  }
  const { message, addressed, quotedUser } = read;
  if (message.sender.id === batch.forUserId) batch.own.push(message);
  else if (batch.forUserId === undefined || addressed.includes(batch.forUserId)) batch.messages.push(message);
  else if (quotedUser === batch.forUserId && message.post)
    batch.messages.push({ ...message, post: { ...message.post, onlyQuotes: true } });
  else addOther(batch, 'post_of_others');
}

function addUserEvent(batch: EventBatch, value: unknown): void {
  if (!isRecord(value) || value['revoke'] === undefined) {
    addOther(batch, 'user_event');
    return;
  }
  const { user_id: userId } = revocation.parse(value).revoke.source;
  batch.revoked = true;
  batch.forUserId ??= userId;
}
