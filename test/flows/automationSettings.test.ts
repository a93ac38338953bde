import type { Settings } from '../../plugin/panel/api';
import { signedIn } from '../support/adminClient';
import { Rig } from '../support/rig';

let rig: Rig;
afterEach(() => rig.stop());

const around = {
  workingHours: {
    active: true,
    timeZone: 'Asia/Tokyo',
    language: 'ja',
    workdays: ['monday'],
    workdayHours: ['09:00-13:00', '14:00-18:00'],
    nonWorkdayHours: ['10:00-12:00'],
    holidays: ['01-01', '2026-12-25'],
    notice: '${nickName}: ${workingHours}',
    mentions: true,
  },
  greeting: { active: true, text: 'ようこそ', everyDays: 7 },
  bot: {
    active: true,
    url: 'https://bot.example.com/x',
    keywords: ['人工'],
    maxTurns: 3,
    idleMinutes: 5,
  },
  followUp: {
    active: true,
    reminderMinutes: 1,
    reminder: 'Still there?',
    closingMinutes: 2,
    closing: 'Bye',
  },
  filters: { blockedUsers: ['1'], spamWords: ['spam'], minAccountAgeDays: 1, minFollowers: 2 },
  card: {
    active: true,
    lookUp: true,
    name: 'cf_1',
    handle: 'cf_2',
    id: 'cf_3',
    avatar: 'cf_4',
    verified: 'cf_5',
    followers: 'cf_6',
    language: 'cf_7',
  },
  retention: { days: 30, rowDays: 90 },
};

test('what happens around a conversation is saved, exported and imported whole; its secret only encrypted', async () => {
  rig = await Rig.start({ panel: true });
  const admin = await signedIn(rig);
  const view = () => admin.call('settings', {});
  const save = async (changes: Partial<Settings['accounts'][number]>) => {
    const { settings } = await view();
    const accounts = settings.accounts.map((account) => ({ ...account, ...changes }));
    await admin.call('save', { settings: { ...settings, accounts } });
  };
  const { settings: before } = await view();
  await save({ ...around, botToken: 'token-of-the-bot' });
  const { settings, secretsSet } = await view();
  expect(settings.accounts[0]).toMatchObject(around);
  expect(secretsSet).toContain('accounts.support.botToken');
  expect(JSON.stringify(settings)).not.toContain('token-of-the-bot');
  const plain = await admin.call('exportSettings', {});
  const whole = await admin.call('exportSettings', { password: 'a good password' });
  expect(plain.content).not.toContain('token-of-the-bot');
  await save({ ...before.accounts[0], botToken: '' });
  expect((await view()).settings.accounts[0]).not.toMatchObject(around);
  await admin.call('importSettings', { content: plain.content });
  expect((await view()).settings.accounts[0]).toMatchObject(around);
  expect((await view()).secretsSet).not.toContain('accounts.support.botToken');
  await admin.call('importSettings', { content: whole.content, password: 'a good password' });
  expect((await view()).secretsSet).toContain('accounts.support.botToken');
  expect(JSON.stringify(rig.file.read())).toContain('token-of-the-bot');
});
