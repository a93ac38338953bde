import type { ChargeKind } from '../../core/charges';
import { isRecord } from '../../core/isRecord';

/** What a call that X answered is charged for. */
export interface Charge {
  kind: ChargeKind;
  count: number;
}

const dayMs = 24 * 60 * 60_000;

/** Of so many things it is remembered that they were paid for today. */
const maxRemembered = 100_000;

/** Reads of what an account owns, which have a price of their own (X docs: pricing, owned reads). */
const ownedReads = /^GET \/2\/users\/:id\/(?:mentions|tweets)$/;

/**
 * What the calls of one account cost (X docs: pay-per-use pricing). X charges for the same post, user or message once within a
 * day of UTC, however often it is read.
 */
export class ChargeCounter {
  private day = 0;
  private readonly paid = new Set<string>();

  constructor(private readonly now: () => number) {}

  /** @returns undefined for what is free */
  chargeOf(call: { window: string; body?: unknown }, answer: unknown): Charge | undefined {
    const { window } = call;
    if (/^POST \/2\/dm_conversations\/.*\/messages$/.test(window)) return { kind: 'message sent', count: 1 };
    if (window === 'POST /2/tweets')
      return { kind: hasLink(call.body) ? 'post with link' : 'post', count: 1 };
    const kind = readKind(window);
    return kind === undefined ? undefined : { kind, count: this.fresh(kind, idsIn(answer)) };
  }

  /** How many of these were not paid for today. */
  private fresh(kind: ChargeKind, ids: string[]): number {
    const day = Math.floor(this.now() / dayMs);
    if (day !== this.day || this.paid.size > maxRemembered) this.paid.clear();
    this.day = day;
    const before = this.paid.size;
    for (const id of ids) this.paid.add(`${kind} ${id}`);
    return this.paid.size - before;
  }
}

function readKind(window: string): ChargeKind | undefined {
  if (ownedReads.test(window)) return 'owned read';
  if (/^GET \/2\/tweets\//.test(window)) return 'post read';
  if (window.startsWith('GET /2/users/') && !window.endsWith('/public_keys')) return 'user read';
  return window.endsWith('/dm_events') ? 'message read' : undefined;
}

const hasLink = (body: unknown) =>
  isRecord(body) && typeof body['text'] === 'string' && /https?:\/\//i.test(body['text']);

/** The ids of what an answer shows: of one thing, or of a list. */
function idsIn(answer: unknown): string[] {
  const data: unknown = isRecord(answer) ? answer['data'] : undefined;
  const items: unknown[] = Array.isArray(data) ? (data as unknown[]) : [data];
  return items.flatMap((item) => (isRecord(item) && typeof item['id'] === 'string' ? [item['id']] : []));
}
