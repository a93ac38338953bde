import { z } from 'zod';
import { inGroup } from './about';
import { isLoopback, parseUrl } from './addresses';
import { noticeText } from './noticeText';
import { count, flag, isMissing, secret, text } from './types';
import { queue, unanswered } from './waiting';

/** The parts of an account's settings about what happens around a conversation. All are off by default. */

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

const ofHours = inGroup('workingHours');
export const workingHours = z
  .strictObject({
    active: ofHours(
      'Send an out-of-hours notice',
      { hint: 'Once for each conversation and closed period.' },
      flag(false),
    ),
    timeZone: ofHours('Time zone', { control: 'timeZone' }, timeZone),
    workdays: ofHours(
      'Workdays',
      { control: 'days' },
      z
        .array(z.enum(days, { error: 'must be a day such as monday' }), { error: 'must be a list of days' })
        .default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']),
    ),
    workdayHours: ofHours(
      'Hours on workdays',
      {
        hint: 'Up to four times.',
        details: 'Up to four parts, such as `09:00-13:00`, `14:00-18:00`.',
        control: 'hours',
      },
      segments,
    ),
    nonWorkdayHours: ofHours('Hours on other days', { hint: 'None: closed.', control: 'hours' }, segments),
    holidays: ofHours(
      'Holidays',
      {
        hint: 'Closed all day.',
        details: 'Closed all day: `2026-12-25`, or `12-25` for every year.',
        control: 'dates',
      },
      z.array(holiday, { error: 'must be a list of dates' }).max(366).default([]),
    ),
    notice: ofHours('What customers are told', { control: 'notice' }, noticeText),
    language: ofHours(
      'Language of the days’ names',
      { details: 'Such as `en`, `it` or `pt-BR`.', control: 'language' },
      language,
    ),
    mentions: ofHours('In public too', { hint: 'As a public reply to mentions.' }, flag(false)),
  })
  .superRefine(({ active, timeZone: zone, notice }, context) => {
    if (!active) return;
    if (zone === '') isMissing(context, 'timeZone', 'where the hours count, such as Europe/Rome');
    if (notice.trim() === '') isMissing(context, 'notice', 'what customers are told outside the hours');
  })
  .prefault({});

const ofGreeting = inGroup('greeting');
export const greeting = z
  .strictObject({
    active: ofGreeting('Greet new customers', { hint: 'In private, at the first contact.' }, flag(false)),
    text: ofGreeting('Greeting', { control: 'notice' }, noticeText),
    everyDays: ofGreeting('Greet again after (days without contact)', {}, count(30, 1, 3650)),
  })
  .superRefine((value, context) => {
    if (value.active && value.text.trim() === '') isMissing(context, 'text', 'the words of the greeting');
  })
  .prefault({});

const ofFollowUp = inGroup('followUp');
export const followUp = z
  .strictObject({
    active: ofFollowUp(
      'Follow up',
      { hint: 'In private, after an agent’s reply. Any message resets it.' },
      flag(false),
    ),
    reminderMinutes: ofFollowUp('Remind after (minutes)', {}, count(60, 1, 43_200)),
    reminder: ofFollowUp('Reminder', { hint: 'Empty: none.', control: 'notice' }, noticeText),
    closingMinutes: ofFollowUp(
      'Send the closing message after (minutes)',
      { hint: 'After the reminder; without one, after the agent’s reply.' },
      count(60, 1, 43_200),
    ),
    closing: ofFollowUp('Closing message', { hint: 'Empty: none.', control: 'notice' }, noticeText),
  })
  .superRefine(({ active, reminder, closing }, context) => {
    if (active && reminder.trim() === '' && closing.trim() === '')
      isMissing(context, 'reminder', 'the words of a reminder, or of a closing message');
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

const ofBot = inGroup('bot');
export const bot = z
  .strictObject({
    active: ofBot(
      'Let a bot reply first',
      { details: 'Lets a [bot](automation.md) reply first.' },
      flag(false),
    ),
    url: ofBot('Address', { hint: 'https; http only on this machine.', guarded: true }, botUrl),
    keywords: ofBot(
      'Keywords that hand over to an agent',
      { hint: 'Whole words, in any case.' },
      words(['agent', 'human']),
    ),
    maxTurns: ofBot('Maximum bot replies', {}, count(10, 1, 100)),
    idleMinutes: ofBot(
      'Restart the bot after (idle minutes)',
      { hint: 'Counted from the last message of customer or agent.' },
      count(60, 1, 43_200),
    ),
  })
  .superRefine(({ active, url }, context) => {
    if (active && url === '') isMissing(context, 'url', 'the address of the bot');
  })
  .prefault({});

const ofFilters = inGroup('filters');
export const filters = z
  .strictObject({
    blockedUsers: ofFilters(
      'Blocked people',
      { hint: 'X user ids.' },
      z
        .array(text().regex(/^\d{1,19}$/, 'must be an X user id, in digits'), {
          error: 'must be a list of X user ids',
        })
        .max(10_000, 'must have at most 10000 ids')
        .default([]),
    ),
    spamWords: ofFilters('Spam words', { hint: 'Whole words, in any case.' }, words([])),
    minAccountAgeDays: ofFilters(
      'Mentions: min. age of the account (days)',
      { hint: '0: any. Counts only where X tells it.' },
      count(0, 0, 3650),
    ),
    minFollowers: ofFilters(
      'Mentions: min. number of followers',
      { hint: '0: any. Counts only where X tells it.' },
      count(0, 0, 1_000_000_000),
    ),
  })
  .prefault({});

const contactField = text()
  .regex(/^[A-Za-z0-9_]*$/, 'must be the name of a contact field, such as cf_7 (empty: not kept)')
  .default('');

const ofCard = inGroup('card');
export const card = z
  .strictObject({
    active: ofCard('Update the contact', {}, flag(false)),
    lookUp: ofCard('Ask X for what is missing', { hint: 'X charges for each lookup.' }, flag(false)),
    name: ofCard('Name', { hint: 'Such as cf_7.' }, contactField),
    handle: ofCard('Handle', {}, contactField),
    id: ofCard('X user id', {}, contactField),
    avatar: ofCard('Address of the picture', {}, contactField),
    verified: ofCard('Verified', { hint: 'true or false.' }, contactField),
    followers: ofCard('Followers', {}, contactField),
    language: ofCard('Language', { hint: 'Of their posts.' }, contactField),
  })
  .prefault({});

/** X shows nothing again that is older than 30 days; rows are kept for twice that, at least, to know it again. */
const minRowDays = 60;

const ofRetention = inGroup('retention');
export const retention = z
  .strictObject({
    days: ofRetention(
      'Erase text and media after (days)',
      {
        hint: 'Counted from when they came. 0: never.',
        details:
          'Text and media of messages that were delivered, failed or were removed from their queue are erased after so many days. 0: never.',
      },
      count(7, 0, 3650),
    ),
    rowDays: ofRetention(
      'Delete the record after (days)',
      {
        hint: 'At least 60; reports and the activity list reach back no further. 0: never.',
        details:
          'What is left of a message, once its words are erased, is deleted this many days after it came: 0 (never), or at least 60. Has no effect while `retention.days` is 0. Reports reach back no further.',
      },
      count(400, 0, 3650).refine(
        (days) => days === 0 || days >= minRowDays,
        `must be 0, or at least ${minRowDays}`,
      ),
    ),
  })
  .prefault({});

export const automation = {
  workingHours,
  greeting,
  bot,
  botToken: ofBot('Token', { hint: 'Sent as Authorization: Bearer. May be empty.', secret: true }, secret()),
  followUp,
  queue,
  unanswered,
  filters,
  card,
  retention,
};
