import { z } from 'zod';
import { emptyBatch, type EventBatch } from '../bridge/events';
import { withoutNul } from '../bridge/links';
import type { XUser } from '../bridge/messages';
import { idText, readDirectMessage, type EventUsers } from './readDirectMessage';

/**
 * Reads what X posted to the webhook: Account Activity (v1.1 and v2 alike: one list per kind) or X Activity
 * (`data` with one event, or several). An event that cannot be read is reported and leaves its neighbours alone.
 */
export function readEnvelope(body: unknown, now: number): EventBatch[] {
  if (!isRecord(body)) return [unreadable('envelope', 'is not an object')];
  if (body['data'] === undefined) return [readAccountActivity(body, now)];
  const events: unknown[] = Array.isArray(body['data']) ? body['data'] : [body['data']];
  return events.map((event) => readXActivity(event, now));
}

/** Fields of an Account Activity envelope that are not lists of events. */
const notEvents = new Set(['for_user_id', 'users', 'apps', 'user_has_blocked', 'direct_message_events']);

function readAccountActivity(body: Record<string, unknown>, now: number): EventBatch {
  const forUserId = idText.safeParse(body['for_user_id']);
  const batch = emptyBatch(forUserId.success ? forUserId.data : undefined);
  addDirectMessages(batch, body['direct_message_events'], readUsers(body['users']), now);
  for (const [kind, events] of Object.entries(body))
    if (!notEvents.has(kind)) addOther(batch, kind, Array.isArray(events) ? events.length : 1);
  return batch;
}

const xActivityEvent = z.object({
  event_type: z.string(),
  filter: z.object({ user_id: idText.optional() }).optional().catch(undefined),
  payload: z.unknown().optional(),
});

function readXActivity(event: unknown, now: number): EventBatch {
  const read = xActivityEvent.safeParse(event);
  if (!read.success) return unreadable('x activity event', faultOf(read.error));
  const { event_type: type, filter, payload } = read.data;
  const batch = emptyBatch(filter?.user_id);
  if (type !== 'dm.received' && type !== 'dm.sent') {
    addOther(batch, type, 1);
    return batch;
  }
  if (!isRecord(payload)) return unreadable(type, 'has no payload');
  if (payload['direct_message_events'] === undefined) return unreadable(type, 'has no direct_message_events');
  addDirectMessages(batch, payload['direct_message_events'], readUsers(payload['users']), now);
  if (type === 'dm.sent') batch.own.push(...batch.messages.splice(0));
  return batch;
}

function addDirectMessages(batch: EventBatch, items: unknown, users: EventUsers, now: number): void {
  if (items === undefined || items === null) return;
  if (!Array.isArray(items)) {
    batch.malformed.push({ kind: 'direct_message_events', reason: 'is not a list' });
    return;
  }
  for (const item of items as unknown[]) {
    const type: unknown = isRecord(item) ? item['type'] : undefined;
    if (typeof type === 'string' && type !== 'message_create') {
      addOther(batch, `direct_message_events.${type}`, 1);
      continue;
    }
    try {
      const { message, senderId } = readDirectMessage(item, users, now);
      (senderId === batch.forUserId ? batch.own : batch.messages).push(message);
    } catch (error) {
      batch.malformed.push({ kind: 'direct_message', reason: faultOf(error) });
    }
  }
}

const text = z.string().transform(withoutNul);
const accountActivityUser = z.object({ screen_name: text.optional(), name: text.optional() });
const xActivityUser = z.object({ data: z.object({ username: text.optional(), name: text.optional() }) });

/** Both maps of users: `screen_name` in Account Activity, `{data: {username}}` in X Activity. */
function readUsers(users: unknown): EventUsers {
  const found = new Map<string, XUser>();
  if (!isRecord(users)) return found;
  for (const [id, value] of Object.entries(users)) {
    const wrapped = xActivityUser.safeParse(value);
    const plain = accountActivityUser.safeParse(value);
    const username = wrapped.success ? wrapped.data.data.username : plain.data?.screen_name;
    const name = wrapped.success ? wrapped.data.data.name : plain.data?.name;
    found.set(id, { id, ...(username ? { username } : {}), ...(name ? { name } : {}) });
  }
  return found;
}

/** Kinds come from outside and become labels of a metric, so their form is bounded. */
function addOther(batch: EventBatch, kind: string, count: number): void {
  const label = /^[\w.]{1,64}$/.test(kind) ? kind : 'unreadable_kind';
  batch.others[label] = (batch.others[label] ?? 0) + count;
}

function unreadable(kind: string, reason: string): EventBatch {
  return { ...emptyBatch(undefined), malformed: [{ kind, reason }] };
}

/** Where an event is wrong and how, without quoting it: it holds a customer's words. */
function faultOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return 'cannot be read';
  return error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`).join('; ');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
