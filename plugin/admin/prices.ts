import type { ChargeCount, ChargeKind } from '../core/charges';
import type { AccountState, MonthOfCosts } from '../panel/api';

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

const dayMs = 24 * 60 * 60_000;

/** The first day (UTC) of whose charges the month's cost and its forecast are made, in ms since 1970. */
export function costsNeededSince(now: number): number {
  return Math.min(beginningOfMonth(now), dayOf(now) - forecastDays * dayMs);
}

/** Days before today from which the rest of the month is foreseen. */
const forecastDays = 7;

/**
 * What X has most likely charged for today and this month (UTC), and what the month will come to: the rest of it as the last
 * seven days were on average. US dollars.
 */
export function monthOfCosts(charges: ChargeCount[], now: number): MonthOfCosts {
  const today = dayOf(now);
  const monthStart = beginningOfMonth(now);
  const sum = (from: number, to: number) =>
    cents(
      charges
        .filter(({ day }) => day >= from && day < to)
        .reduce((total, { kind, count }) => total + prices[kind] * count, 0),
    );
  const before = new Date(monthStart);
  const nextMonth = Date.UTC(before.getUTCFullYear(), before.getUTCMonth() + 1);
  const month = sum(monthStart, nextMonth);
  const aDay = sum(today - forecastDays * dayMs, today) / forecastDays;
  return {
    today: sum(today, today + dayMs),
    month,
    forecast: cents(month + (aDay * (nextMonth - now)) / dayMs),
  };
}

const cents = (dollars: number) => Math.round(dollars * 100) / 100;
const dayOf = (now: number) => Math.floor(now / dayMs) * dayMs;

function beginningOfMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

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
