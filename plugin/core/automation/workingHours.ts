/** When agents are there, on the clocks of one time zone. */
export interface WorkingHours {
  /** Of the IANA list. */
  timeZone: string;
  /** What the names of days are written in. */
  language: string;
  workdays: string[];
  /** `09:00-13:00`, at most until 24:00. */
  workdayHours: string[];
  nonWorkdayHours: string[];
  /** `2026-12-25`, or `12-25` for every year. Closed all day. */
  holidays: string[];
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const day = 24 * 60 * 60_000;

/** Further ahead than a year of holidays nobody looks. Days. */
const maxLook = 800;

/** A moment on the clocks of a time zone. */
interface LocalTime {
  /** Midnight UTC of the same date, in ms since 1970: dates are counted on from it without time zones. */
  date: number;
  /** `09:30`. */
  time: string;
}

/**
 * The closed period a moment lies in, by the name of its end: all moments of one period have the same.
 * @param now milliseconds since 1970
 * @returns undefined while open
 */
export function closedPeriodAt(hours: WorkingHours, now: number): string | undefined {
  const { date, time } = localTimeOf(hours.timeZone, now);
  const isOpen = segmentsOf(hours, date).some(({ from, to }) => from <= time && time < to);
  return isOpen ? undefined : nextOpening(hours, date, time);
}

export function isOpenAt(hours: WorkingHours, now: number): boolean {
  return closedPeriodAt(hours, now) === undefined;
}

/** Whether hours are entered at all; without them it is always open. */
export function hasHours({ timeZone, workdayHours, nonWorkdayHours }: WorkingHours): boolean {
  return timeZone !== '' && workdayHours.length + nonWorkdayHours.length > 0;
}

/** How much of a time was within the hours, in milliseconds; where the clocks change, up to an hour off. */
export function openMsBetween(hours: WorkingHours, from: number, to: number): number {
  const [first, last] = [localMsOf(hours.timeZone, from), localMsOf(hours.timeZone, to)];
  let open = 0;
  for (let date = Math.floor(first / day) * day; date <= last; date += day)
    for (const segment of segmentsOf(hours, date)) {
      const [begins, ends] = [date + msOf(segment.from), date + msOf(segment.to)];
      open += Math.max(0, Math.min(ends, last) - Math.max(begins, first));
    }
  return open;
}

/** What the clocks show, as if it were UTC, in ms since 1970. */
function localMsOf(timeZone: string, now: number): number {
  const { date, time } = localTimeOf(timeZone, now);
  return date + msOf(time) + (now % 60_000);
}

/** The time since midnight of `09:30`. */
function msOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

/** A time as a customer reads it, such as `5 minutes`. @param language of the customers */
export function minutesInWords(minutes: number, { language }: Pick<WorkingHours, 'language'>): string {
  const unit = { style: 'unit', unit: 'minute', unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(language, unit).format(minutes);
}

function nextOpening(hours: WorkingHours, today: number, time: string): string {
  for (let ahead = 0; ahead <= maxLook; ahead += 1) {
    const date = today + ahead * day;
    const next = segmentsOf(hours, date).find(({ from }) => ahead > 0 || from > time);
    if (next) return `${dateOf(date)} ${next.from}`;
  }
  return 'never';
}

function segmentsOf(hours: WorkingHours, date: number): { from: string; to: string }[] {
  const name = dateOf(date);
  if (hours.holidays.some((holiday) => holiday === name || holiday === name.slice(5))) return [];
  const isWorkday = hours.workdays.includes(weekdays[new Date(date).getUTCDay()] ?? '');
  return [...(isWorkday ? hours.workdayHours : hours.nonWorkdayHours)].sort().map((segment) => {
    const [from = '', to = ''] = segment.split('-');
    return { from, to };
  });
}

const dateOf = (date: number) => new Date(date).toISOString().slice(0, 10);

function localTimeOf(timeZone: string, now: number): LocalTime {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(now);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return {
    date: Date.UTC(Number(part('year')), Number(part('month')) - 1, Number(part('day'))),
    time: `${part('hour')}:${part('minute')}`,
  };
}

/** The hours as a customer reads them, such as `Mon–Fri 09:00–13:00, 14:00–18:00; Sat, Sun 10:00–12:00`. */
export function hoursInWords(hours: WorkingHours): string {
  const week = [1, 2, 3, 4, 5, 6, 0];
  const isWorkday = (number: number) => hours.workdays.includes(weekdays[number] ?? '');
  const line = (numbers: number[], segments: string[]) => {
    const times = [...segments].sort().map((segment) => segment.replace('-', '–'));
    return numbers.length === 0 || times.length === 0
      ? []
      : [`${namesOf(numbers, hours.language)} ${times.join(', ')}`];
  };
  return [
    ...line(week.filter(isWorkday), hours.workdayHours),
    ...line(
      week.filter((number) => !isWorkday(number)),
      hours.nonWorkdayHours,
    ),
  ].join('; ');
}

/** Names of days in the week's order; three and more in a row as from – to. */
function namesOf(numbers: number[], language: string): string {
  const format = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
  // The first of 2023 was a Sunday.
  const name = (number: number) => format.format(Date.UTC(2023, 0, 1 + number));
  const runs: number[][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && (run.at(-1) ?? 0) + 1 === (number || 7)) run.push(number || 7);
    else runs.push([number || 7]);
  }
  return runs
    .flatMap((run) =>
      run.length > 2 ? [`${name(run[0] ?? 0)}–${name(run.at(-1) ?? 0)}`] : run.map((number) => name(number)),
    )
    .join(', ');
}
