import { closedPeriodAt, hoursInWords, type WorkingHours } from '../../plugin/core/automation/workingHours';

const hours: WorkingHours = {
  timeZone: 'Europe/Rome',
  language: 'en',
  workdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  workdayHours: ['14:00-18:00', '09:00-13:00'],
  nonWorkdayHours: ['10:00-12:00'],
  holidays: ['2026-12-24', '12-25'],
};
const closed = (at: string, changes: Partial<WorkingHours> = {}) =>
  closedPeriodAt({ ...hours, ...changes }, Date.parse(at));

test.each([
  ['2026-11-20T07:59:59Z', '2026-11-20 09:00'],
  ['2026-11-20T08:00:00Z', undefined],
  ['2026-11-20T11:59:59Z', undefined],
  ['2026-11-20T12:00:00Z', '2026-11-20 14:00'],
  ['2026-11-20T17:00:00Z', '2026-11-21 10:00'],
  ['2026-11-21T09:30:00Z', undefined],
  ['2026-11-22T11:00:00Z', '2026-11-23 09:00'],
  ['2026-12-23T18:00:00Z', '2026-12-26 10:00'],
  ['2026-12-25T10:00:00Z', '2026-12-26 10:00'],
  ['2027-12-25T10:00:00Z', '2027-12-26 10:00'],
])('at %s the closed period is %s', (at, period) => expect(closed(at)).toBe(period));

test('the hours follow the clocks of the zone when they change', () => {
  // Clocks went forward on 29 March 2026 and back on 25 October 2026.
  expect(closed('2026-03-27T07:30:00Z')).toBe('2026-03-27 09:00');
  expect(closed('2026-03-30T07:30:00Z')).toBeUndefined();
  expect(closed('2026-10-23T07:30:00Z')).toBeUndefined();
  expect(closed('2026-10-26T07:30:00Z')).toBe('2026-10-26 09:00');
});

test('a day may end at midnight and the next one begin there', () => {
  const night = { workdayHours: ['20:00-24:00', '00:00-02:00'], timeZone: 'Asia/Kolkata' };
  expect(closed('2026-11-19T18:29:59Z', night)).toBeUndefined();
  expect(closed('2026-11-19T18:30:00Z', night)).toBeUndefined();
  expect(closed('2026-11-19T20:30:00Z', night)).toBe('2026-11-20 20:00');
});

test('without hours all is one closed period', () => {
  const never = { workdayHours: [], nonWorkdayHours: [] };
  expect(closed('2026-11-20T10:00:00Z', never)).toBe('never');
  expect(closed('2027-11-20T10:00:00Z', never)).toBe('never');
});

test('the hours in words name the days in the language asked for', () => {
  expect(hoursInWords(hours)).toBe('Mon–Fri 09:00–13:00, 14:00–18:00; Sat, Sun 10:00–12:00');
  expect(hoursInWords({ ...hours, language: 'it', nonWorkdayHours: [] })).toBe(
    'lun–ven 09:00–13:00, 14:00–18:00',
  );
  expect(hoursInWords({ ...hours, workdays: ['sunday', 'monday', 'wednesday'], nonWorkdayHours: [] })).toBe(
    'Mon, Wed, Sun 09:00–13:00, 14:00–18:00',
  );
  expect(hoursInWords({ ...hours, workdayHours: [], nonWorkdayHours: [] })).toBe('');
});
