import { cronScheduler } from '../../plugin/app/cronScheduler';

const start = Date.parse('2035-01-08T09:00:30Z');
const minute = 60_000;
const day = 24 * 60 * minute;

let end: () => void;
let job: jest.Mock;

beforeEach(() => {
  jest.useFakeTimers({ now: start });
  job = jest.fn();
  end = cronScheduler.every('* * * * *', job);
});

afterEach(() => {
  end();
  jest.useRealTimers();
});

test('a job runs at its times, and no longer once it was ended', () => {
  jest.advanceTimersByTime(29_999);
  expect(job).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(job).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(10 * minute);
  expect(job).toHaveBeenCalledTimes(11);
  end();
  jest.advanceTimersByTime(10 * minute);
  expect(job).toHaveBeenCalledTimes(11);
});

test('a clock that is set ahead by years makes it run once, and then on at its times', () => {
  jest.setSystemTime(start + 20 * 365 * day);
  jest.advanceTimersByTime(30_000);
  expect(job).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(5 * minute);
  expect(job).toHaveBeenCalledTimes(6);
});

test('a clock that is set back does not keep it from running', () => {
  jest.setSystemTime(start - day);
  jest.advanceTimersByTime(5 * minute);
  expect(job.mock.calls.length).toBeGreaterThanOrEqual(4);
});
