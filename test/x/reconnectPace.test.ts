import { ReconnectPace } from '../../plugin/x/delivery/reconnectPace';

const seconds = (list: number[]) => list.map((each) => each / 1000);
const paceOf = (kind: 'network' | 'http' | 'rate-limited', times: number) => {
  const pace = new ReconnectPace();
  return seconds(Array.from({ length: times }, () => pace.after(kind)));
};

test('faults of the network: linear from 250 ms to 16 s', () => {
  expect(paceOf('network', 4)).toEqual([0.25, 0.5, 0.75, 1]);
  expect(paceOf('network', 70).slice(-3)).toEqual([16, 16, 16]);
});

test('faults of X: doubling from 5 s to 320 s', () =>
  expect(paceOf('http', 9)).toEqual([5, 10, 20, 40, 80, 160, 320, 320, 320]));

test('too many calls or connections: doubling from 60 s', () =>
  expect(paceOf('rate-limited', 4)).toEqual([60, 120, 240, 480]));

test('a connection that stood is made anew at once, one that breaks again and again is not', () => {
  const pace = new ReconnectPace();
  const brief = Array.from({ length: 20 }, () => pace.after('dropped', 100));
  expect(brief.slice(0, 4)).toEqual([0, 250, 1_000, 2_250]);
  expect(brief.at(-1)).toBe(16_000);
  expect(pace.after('dropped', 30_000)).toBe(0);
  expect([pace.after('http'), pace.after('http')]).toEqual([5_000, 10_000]);
  expect(pace.after('dropped')).toBe(0);
  expect(pace.after('http')).toBe(5_000);
  expect(pace.after('network')).toBe(250);
});

test('keys of the app that X refuses: no more than twice an hour', () => {
  const pace = new ReconnectPace();
  expect([1, 2, 3].map(() => pace.after('refused'))).toEqual([60_000, 1_800_000, 1_800_000]);
});
