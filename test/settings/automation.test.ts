import { ConfigError, validateConfig } from '../../plugin/settings/load';

const account = {
  name: 'support',
  consumerKey: 'ck',
  consumerSecret: 'cs',
  accessToken: '42-at',
  accessTokenSecret: 'ats',
  openChannelAccountId: 1,
};

function faultsOf(settings: object): string[] {
  try {
    validateConfig({ host: { baseUrl: 'https://h.example.com' }, accounts: [{ ...account, ...settings }] });
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => fault.replace('accounts.0.', ''));
    throw error;
  }
  return [];
}

const hours = { active: true, timeZone: 'Europe/Rome', notice: 'Closed. ${workingHours}' };

test('all is off by default, except that delivered words are kept for seven days only', () => {
  const [settings] = validateConfig({
    host: { baseUrl: 'https://h.example.com' },
    accounts: [account],
  }).accounts;
  const { workingHours, greeting, bot, followUp, card, filters, retention } = settings!;
  expect([workingHours, greeting, bot, followUp, card].map(({ active }) => active)).not.toContain(true);
  expect(filters).toEqual({ blockedUsers: [], spamWords: [], minAccountAgeDays: 0, minFollowers: 0 });
  expect(retention).toEqual({ days: 7, rowDays: 400 });
});

test.each([
  { workingHours: { ...hours, workdayHours: ['00:00-08:00', '09:00-12:00', '13:00-18:00', '20:00-24:00'] } },
  { workingHours: { ...hours, holidays: ['2026-12-25', '01-01', '02-29'], language: 'pt-BR' } },
  { greeting: { active: true, text: '${nickName} (${userId}) at ${account}: 你好' } },
  { greeting: { active: true, text: '😀'.repeat(256) } },
  { bot: { active: true, url: 'http://127.0.0.1:5000/answer' } },
  { followUp: { active: true, closing: 'Bye' } },
])('accepted: %j', (settings) => expect(faultsOf(settings)).toEqual([]));

test.each([
  [{ workingHours: { ...hours, timeZone: 'Europe/Atlantis' } }, 'workingHours.timeZone: must be a time zone'],
  [{ workingHours: { ...hours, timeZone: '+01:00' } }, 'workingHours.timeZone: must be a time zone'],
  [{ workingHours: { ...hours, timeZone: '' } }, 'workingHours.timeZone: is missing'],
  [{ workingHours: { ...hours, notice: ' ' } }, 'workingHours.notice: is missing'],
  [{ workingHours: { ...hours, language: 'x' } }, 'workingHours.language: must be a language'],
  [{ workingHours: { ...hours, workdays: ['lundi'] } }, 'workingHours.workdays.0: must be a day such as'],
  [{ workingHours: { ...hours, workdayHours: ['9-18'] } }, 'workingHours.workdayHours.0: must be times'],
  [{ workingHours: { ...hours, workdayHours: ['22:00-06:00'] } }, 'must end after it begins (over midnight'],
  [{ workingHours: { ...hours, nonWorkdayHours: ['09:00-13:00', '12:00-14:00'] } }, 'overlap'],
  [
    {
      workingHours: {
        ...hours,
        workdayHours: ['01:00-02:00', '03:00-04:00', '05:00-06:00', '07:00-08:00', '09:00-10:00'],
      },
    },
    'workingHours.workdayHours: must have at most four parts',
  ],
  [{ workingHours: { ...hours, holidays: ['2026-02-30'] } }, 'workingHours.holidays.0: must be a date'],
  [{ greeting: { active: true } }, 'greeting.text: is missing: the words of the greeting'],
  [{ greeting: { text: 'a'.repeat(257) } }, 'greeting.text: must have at most 256 characters'],
  [
    { greeting: { text: 'Hello ${name}' } },
    'greeting.text: knows no variable ${name}; there are ${userId}, ${nickName}, ${account}, ${workingHours}',
  ],
  [{ greeting: { text: 'Hello ${nickName' } }, 'greeting.text: has a ${ without its }'],
  [{ followUp: { reminder: '${}' } }, 'followUp.reminder: knows no variable ${}'],
  [{ followUp: { active: true } }, 'followUp.reminder: is missing'],
  [{ bot: { active: true } }, 'bot.url: is missing'],
  [{ bot: { url: 'http://bot.example.com/' } }, 'bot.url: must start with https://'],
  [{ bot: { url: 'https://me:secret@bot.example.com/' } }, 'bot.url: must not carry a user name'],
  [{ bot: { keywords: [' '] } }, 'bot.keywords.0: must not be empty'],
  [{ filters: { blockedUsers: ['@jane'] } }, 'filters.blockedUsers.0: must be an X user id'],
  [{ card: { followers: 'cf 1' } }, 'card.followers: must be the name of a contact field'],
  [{ retention: { days: -1 } }, 'retention.days: must be at least 0'],
  [{ retention: { rowDays: 59 } }, 'retention.rowDays: must be 0, or at least 60'],
])('refused: %j', (settings, fault) => expect(faultsOf(settings).join('\n')).toContain(fault));
