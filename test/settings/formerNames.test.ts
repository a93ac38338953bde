import { readdirSync, readFileSync } from 'node:fs';
import { withCurrentNames } from '../../plugin/settings/formerNames';
import { validateConfig } from '../../plugin/settings/load';

const keys = { consumerKey: 'a', consumerSecret: 'b', accessToken: 'c', accessTokenSecret: 'd' };
const released = readdirSync('test/upgrade').filter((name) => name.endsWith('.config.json'));

test.each(released)('the example of %s is still read', (name) => {
  const raw = JSON.parse(readFileSync(`test/upgrade/${name}`, 'utf8')) as { accounts: object[] };
  const filled = { ...raw, accounts: raw.accounts.map((account) => ({ ...account, ...keys })) };
  expect(validateConfig(withCurrentNames(filled).settings).accounts).toHaveLength(1);
});

test('there is one of every release', () => expect(released).toHaveLength(8));

const before = {
  reply: { longestWaitHours: 5 },
  accounts: [
    {
      delivery: 'api',
      apiSecret: 'sixteen characters',
      directMessages: { joinWaiting: false },
      chat: { readMarks: true },
      mentions: { longestPost: 400 },
      workingHours: { otherDayHours: ['09:00-10:00'] },
      bot: { longestTurns: 3, quietMinutes: 4 },
      filters: { leastAccountDays: 1, leastFollowers: 2 },
    },
  ],
};

test('every former name is read as the present one, and told of', () => {
  const { settings, former } = withCurrentNames(before);
  expect(settings).toEqual({
    reply: { maxRetryHours: 5 },
    accounts: [
      {
        delivery: 'relay',
        relaySecret: 'sixteen characters',
        directMessages: { mergeQueuedReplies: false },
        chat: { readReceipts: true },
        mentions: { maxPostLength: 400 },
        workingHours: { nonWorkdayHours: ['09:00-10:00'] },
        bot: { maxTurns: 3, idleMinutes: 4 },
        filters: { minAccountAgeDays: 1, minFollowers: 2 },
      },
    ],
  });
  expect(former).toContain('reply.longestWaitHours is now maxRetryHours');
  expect(former).toHaveLength(11);
  expect(withCurrentNames(settings)).toEqual({ settings, former: [] });
});

test('where both names are there, the present one counts', () =>
  expect(withCurrentNames({ reply: { longestWaitHours: 1, maxRetryHours: 2 } }).settings).toEqual({
    reply: { maxRetryHours: 2 },
  }));
