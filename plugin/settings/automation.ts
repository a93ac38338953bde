import { z } from 'zod';
import { isLoopback, parseUrl } from './addresses';

/** The parts of an account's settings about what happens around a conversation. All are off by default. */

const text = () => z.string({ error: 'must be text' });
const flag = () => z.boolean({ error: 'must be true or false' }).default(false);
const count = (preset: number, least: number, most: number) =>
  z
    .number({ error: `must be a number from ${least} to ${most}` })
    .int('must be a whole number')
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`)
    .default(preset);

/** Code points of a notice as it is written here. */
const longestNotice = 256;

/** What a notice may hold; each is filled in when it is sent. */
export const noticeVariables = ['userId', 'nickName', 'account', 'workingHours'];

const noticeText = text()
  .superRefine((value, context) => {
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    if (Array.from(value).length > longestNotice) complain(`must have at most ${longestNotice} characters`);
    const known = noticeVariables.map((name) => `\${${name}}`).join(', ');
    const used = [...value.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name);
    for (const name of used)
      if (!noticeVariables.includes(name)) complain(`knows no variable \${${name}}; there are ${known}`);
    if (value.replace(/\$\{[^}]*\}/g, '').includes('${')) complain('has a ${ without its }');
  })
  .default('');

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** `09:00-13:00`; 24:00 is the end of the day. */
const segmentForm = /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

const segments = z
  .array(text().regex(segmentForm, 'must be times of a day such as 09:00-13:00, at most until 24:00'), {
    error: 'must be a list of times such as 09:00-13:00',
  })
  .max(4, 'must have at most four parts')
  .superRefine((value, context) => {
    const parts = [...value].sort().map((each) => each.split('-') as [string, string]);
    parts.forEach(([from, to], index) => {
      const next = parts[index + 1]?.[0];
      const complain = (message: string) => context.addIssue({ code: 'custom', message });
      if (from >= to)
        complain(
          `${from}-${to} must end after it begins (over midnight: one part until 24:00, one from 00:00)`,
        );
      else if (next !== undefined && next < to) complain(`the parts from ${from} and from ${next} overlap`);
    });
  })
  .default([]);

const timeZone = text()
  .refine(
    (value) => value === '' || isTimeZone(value),
    'must be a time zone of the IANA list, such as Europe/Rome',
  )
  .default('');

function isTimeZone(value: string): boolean {
  try {
    // Offsets such as +01:00, which know no daylight saving time, are taken by newer versions of Node only.
    new Intl.DateTimeFormat('en', { timeZone: value });
    return /^[A-Za-z]/.test(value);
  } catch {
    return false;
  }
}

const language = text().refine(isLanguage, 'must be a language such as en, it or pt-BR').default('en');

function isLanguage(value: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(value).length > 0;
  } catch {
    return false;
  }
}

const holiday = text().refine((value) => {
  const [, year = '2024', month = '', day = ''] = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(value) ?? [];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
}, 'must be a date such as 2026-12-25, or 12-25 for every year');

const isMissing = (context: z.RefinementCtx, key: string, what: string) =>
  context.addIssue({ code: 'custom', path: [key], message: `is missing: ${what}` });

export const workingHours = z
  .strictObject({
    active: flag(),
    timeZone,
    language,
    workdays: z
      .array(z.enum(days, { error: 'must be a day such as monday' }), { error: 'must be a list of days' })
      .default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']),
    workdayHours: segments,
    otherDayHours: segments,
    holidays: z.array(holiday, { error: 'must be a list of dates' }).max(366).default([]),
    notice: noticeText,
    mentions: flag(),
  })
  .superRefine(({ active, timeZone: zone, notice }, context) => {
    if (!active) return;
    if (zone === '') isMissing(context, 'timeZone', 'where the hours count, such as Europe/Rome');
    if (notice.trim() === '') isMissing(context, 'notice', 'what customers are told outside the hours');
  })
  .prefault({});

export const greeting = z
  .strictObject({ active: flag(), text: noticeText, everyDays: count(30, 1, 3650) })
  .superRefine((value, context) => {
    if (value.active && value.text.trim() === '') isMissing(context, 'text', 'the words of the greeting');
  })
  .prefault({});

export const followUp = z
  .strictObject({
    active: flag(),
    reminderMinutes: count(60, 1, 43_200),
    reminder: noticeText,
    closingMinutes: count(60, 1, 43_200),
    closing: noticeText,
  })
  .superRefine(({ active, reminder, closing }, context) => {
    if (active && reminder.trim() === '' && closing.trim() === '')
      isMissing(context, 'reminder', 'the words of a reminder, or of a closing line');
  })
  .prefault({});

const botUrl = text()
  .superRefine((value, context) => {
    if (value === '') return;
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    const url = parseUrl(value);
    if (!url) complain('must be an address such as https://bot.example.com/answer');
    else if (url.username || url.password) complain('must not carry a user name or password: use botToken');
    else if (url.protocol !== 'https:' && !isLoopback(url.hostname))
      complain('must start with https:// (http only for this machine itself)');
  })
  .default('');

const words = (preset: string[]) =>
  z
    .array(text().trim().min(1, 'must not be empty').max(64, 'must have at most 64 characters'), {
      error: 'must be a list of words',
    })
    .max(200, 'must have at most 200 words')
    .default(preset);

export const bot = z
  .strictObject({
    active: flag(),
    url: botUrl,
    keywords: words(['agent', 'human']),
    longestTurns: count(10, 1, 100),
    quietMinutes: count(60, 1, 43_200),
  })
  .superRefine(({ active, url }, context) => {
    if (active && url === '') isMissing(context, 'url', 'the address of the bot');
  })
  .prefault({});

export const filters = z
  .strictObject({
    blockedUsers: z
      .array(text().regex(/^\d{1,19}$/, 'must be an X user id, in digits'), {
        error: 'must be a list of X user ids',
      })
      .max(10_000, 'must have at most 10000 ids')
      .default([]),
    spamWords: words([]),
    leastAccountDays: count(0, 0, 3650),
    leastFollowers: count(0, 0, 1_000_000_000),
  })
  .prefault({});

const contactField = text()
  .regex(/^[A-Za-z0-9_]*$/, 'must be the name of a contact field, such as cf_7 (empty: not kept)')
  .default('');

export const card = z
  .strictObject({
    active: flag(),
    lookUp: flag(),
    name: contactField,
    handle: contactField,
    id: contactField,
    avatar: contactField,
    verified: contactField,
    followers: contactField,
    language: contactField,
  })
  .prefault({});

/** X shows nothing again that is older than 30 days; rows are kept for twice that, at least, to know it again. */
const leastRowDays = 60;

export const retention = z
  .strictObject({
    days: count(7, 0, 3650),
    rowDays: count(400, 0, 3650).refine(
      (days) => days === 0 || days >= leastRowDays,
      `must be 0, or at least ${leastRowDays}`,
    ),
  })
  .prefault({});
