import { execFileSync } from 'node:child_process';
import { buildSync } from 'esbuild';
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

test('when summer time ends, jobs go on through the hour that comes twice', () => {
  const { text } = buildSync({
    entryPoints: ['plugin/app/cronScheduler.ts'],
    bundle: true,
    // Some packages ask for their own address.
    define: { 'import.meta.url': '"file:///"' },
    platform: 'node',
    write: false,
    format: 'cjs',
  }).outputFiles[0]!;
  const program = `${text}
    const { mock } = require('node:test');
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2035-10-27T23:30:00Z') });
    let times = 0;
    module.exports.cronScheduler.every('* * * * *', () => (times += 1));
    for (let minutes = 0; minutes < 180; minutes += 1) mock.timers.tick(60_000);
    process.stdout.write(\`\${new Date(Date.now()).getTimezoneOffset()} \${times}\`, () => process.exit());`;
  const said = execFileSync(process.execPath, ['-e', program], {
    env: { ...process.env, TZ: 'Europe/Berlin' },
  });
  expect(said.toString()).toBe('-60 180');
});
