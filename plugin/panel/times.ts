import { locale } from './texts';

const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** As `20:49`. */
export function timeOf(at: number): string {
  return new Date(at).toLocaleTimeString(locale, clock);
}

/** As `20:49` where it was today, else as `23 Nov, 20:49`. */
export function momentOf(at: number): string {
  const date = new Date(at);
  if (date.toDateString() === new Date().toDateString()) return timeOf(at);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  const day: Intl.DateTimeFormatOptions = {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
  };
  return date.toLocaleString(locale, { ...day, ...clock });
}

/** An amount in US dollars, as `$1.20`. */
export function dollars(amount: number): string {
  return amount.toLocaleString(locale, { style: 'currency', currency: 'USD' });
}

/** A local day as `2026-11-23`, as date fields have it. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The local day's first moment, and that of the next, in ms since 1970. @param day as `2026-11-23` */
export function boundsOf(day: string): { from: number; to: number } {
  const from = new Date(`${day}T00:00`);
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  return { from: from.getTime(), to: to.getTime() };
}
