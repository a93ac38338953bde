import type { ChargeCount, ChargeKind } from '../core/charges';
import type { AccountState } from '../panel/api';

/** X's pay-per-use price list, in US dollars (X docs: pricing, August 2026). An estimate: contracts differ. */
const prices: Record<ChargeKind, number> = {
  event: 0.01,
  'post event': 0.005,
  'message read': 0.01,
  'user read': 0.01,
  'post read': 0.005,
  // As for an account that owns its app; where somebody else does, each costs as a post read.
  'owned read': 0.001,
  'message sent': 0.015,
  // An answer to whoever mentioned the account; other posts cost more, but none is ever written.
  post: 0.01,
  'post with link': 0.2,
};

/** What X has most likely charged for, by day, the newest first. */
export function costsByDay(charges: ChargeCount[]): AccountState['costs'] {
  const days = [...new Set(charges.map(({ day }) => day))];
  return days.map((day) => {
    const own = charges.filter((each) => each.day === day);
    const dollars = own.reduce((sum, { kind, count }) => sum + prices[kind] * count, 0);
    return {
      day: new Date(day).toISOString().slice(0, 10),
      dollars: Math.round(dollars * 1000) / 1000,
      items: own.map(({ kind, count }) => ({ what: kind, count })),
    };
  });
}
