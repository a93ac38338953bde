import { emptyBatch, type EventBatch } from '../../core/inbound/events';
import { isRecord } from '../../core/isRecord';
import { readAccountActivity } from './readAccountActivity';
import { readXActivity } from './readXActivity';

/**
 * Reads what X delivers, to the webhook or over the stream: Account Activity (v1.1 and v2 alike: one list per
 * kind) or X Activity (`data` with one event, or several). An event that cannot be read is reported and leaves
 * its neighbours alone.
 */
export function readEnvelope(body: unknown, now: number): EventBatch[] {
  if (!isRecord(body))
    return [{ ...emptyBatch(undefined), malformed: [{ kind: 'envelope', reason: 'is not an object' }] }];
  const { data } = body;
  const events: unknown[] = Array.isArray(data) ? data : [data];
  const batches =
    data === undefined ? [readAccountActivity(body, now)] : events.map((event) => readXActivity(event, now));
  return batches.map((batch) => ({ ...batch, pushed: true }));
}
