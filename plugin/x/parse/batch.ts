import { z } from 'zod';
import type { EventBatch, PresenceMark } from '../../core/inbound/events';
import type { XUser } from '../../core/messages';
import { faultOf, idText, kindLabel } from '../api/fields';
import { isRecord } from '../../core/isRecord';
import { formerUserOf, formerUserShape, userOf, userShape } from './profile';
import { readDirectMessage, type EventUsers } from './readDirectMessage';
import { toldTime } from '../api/toldTime';

/** Fills batches with what the readers of both envelopes have in common. */

export function addOther(batch: EventBatch, kind: string, count = 1): void {
  const label = kindLabel(kind);
  batch.others[label] = (batch.others[label] ?? 0) + count;
}

/** Reads each item by itself: one that cannot be read is reported and leaves its neighbours alone. */
export function readEach(
  batch: EventBatch,
  kind: string,
  items: unknown,
  read: (item: unknown) => void,
): void {
  if (items === undefined || items === null) return;
  if (!Array.isArray(items)) {
    batch.malformed.push({ kind, reason: 'is not a list' });
    return;
  }
  for (const item of items as unknown[])
    try {
      read(item);
    } catch (error) {
      batch.malformed.push({ kind, reason: faultOf(error) });
    }
}

/** Adds the items of `direct_message_events`, alike in both envelopes. */
export function addDirectMessages(batch: EventBatch, items: unknown, users: EventUsers, now: number): void {
  readEach(batch, 'direct_message', items, (item) => {
    const type: unknown = isRecord(item) ? item['type'] : undefined;
    if (typeof type === 'string' && type !== 'message_create') {
      addOther(batch, `direct_message_events.${type}`);
      return;
    }
    const message = readDirectMessage(item, users, now);
    (message.sender.id === batch.forUserId ? batch.own : batch.messages).push(message);
  });
}

const mark = z.object({
  sender_id: idText,
  created_timestamp: z.union([z.string().regex(/^\d+$/), z.number()]).optional(),
});

/** Adds customers' signs of presence; the account's own are no news. */
export function addMarks(batch: EventBatch, kind: PresenceMark['kind'], items: unknown, now: number): void {
  readEach(batch, kind, items, (item) => {
    const { sender_id: userId, created_timestamp: at } = mark.parse(item);
    if (userId === batch.forUserId) return;
    batch.marks.push({ kind, at: toldTime(at, now) });
  });
}

/** Both maps of users: `screen_name` in Account Activity, `{data: {username}}` in X Activity. */
export function readUsers(users: unknown): EventUsers {
  const list = Object.entries(isRecord(users) ? users : {});
  return new Map(list.map(([id, value]) => [id, readUser(id, value)]));
}

function readUser(id: string, value: unknown): XUser {
  return isRecord(value) && isRecord(value['data'])
    ? userOf(id, userShape.safeParse(value['data']).data ?? {})
    : formerUserOf(id, formerUserShape.safeParse(value).data ?? {});
}
