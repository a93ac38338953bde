import type { ChargeKind } from '../bridge/ports';
import { isRecord } from './fields';

/** What a call that X answered is charged for (X docs: pay-per-use pricing); undefined for what is free. */
export function chargeOf(
  call: { window: string; body?: unknown },
  answer: unknown,
): { kind: ChargeKind; count: number } | undefined {
  const { window } = call;
  if (/^POST \/2\/dm_conversations\/.*\/messages$/.test(window)) return { kind: 'message sent', count: 1 };
  if (window === 'POST /2/tweets') {
    const text = isRecord(call.body) ? call.body['text'] : undefined;
    const links = typeof text === 'string' && /https?:\/\//i.test(text);
    return { kind: links ? 'post with link' : 'post', count: 1 };
  }
  if (window.startsWith('GET /2/users/') && !/\/(?:mentions|tweets|public_keys)$/.test(window))
    return { kind: 'user read', count: 1 };
  if (window.endsWith('/dm_events') && isRecord(answer) && Array.isArray(answer['data']))
    return { kind: 'message read', count: answer['data'].length };
  return undefined;
}
