import { createContext } from 'preact';
import {
  hasHours,
  hoursInWords,
  isOpenAt,
  minutesInWords,
  type WorkingHours,
} from '../core/automation/workingHours';
import { locale, texts } from './texts';

/** What stands in for the variables of a notice in its preview. */
export const NoticeValues = createContext<Record<string, string>>({});

/** @param hours as they are entered now */
export function sampleValues(account: string, hours: WorkingHours): Record<string, string> {
  return {
    nickName: texts.notices.sample,
    userId: '1234567890',
    account,
    workingHours: ifReadable(() => hoursInWords(hours)) ?? '',
    position: '3',
    waitTime: ifReadable(() => minutesInWords(5, hours)) ?? '',
  };
}

/** Whether it is open now, in words; undefined while the hours are not entered, or cannot be read. */
export function openNow(hours: WorkingHours): string | undefined {
  if (!hasHours(hours)) return undefined;
  const { timeZone } = hours;
  return ifReadable(() => {
    const now = Date.now();
    const time = new Date(now).toLocaleString(locale, {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    });
    const words = texts.hours.now;
    return (isOpenAt(hours, now) ? words.open : words.closed)(timeZone, time);
  });
}

/** What is half typed may be no time, or no language. */
function ifReadable(say: () => string): string | undefined {
  try {
    return say();
  } catch {
    return undefined;
  }
}
