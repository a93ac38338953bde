import { firstResponses } from '../core/reporting';
import { stringify } from 'csv-stringify/sync';
import { setImmediate as turn } from 'node:timers/promises';
import { BridgeError } from '../core/errors';
import { messageOutcomes } from '../core/messageState';
import type { MessageStore } from '../core/ports';
import type { Counts, Duration, Report, ReportAccount, ReportHour, ReportQuery } from '../panel/api';
import { costsByDay } from './prices';
import type { RunningPlugin } from './runningPlugin';
import { say } from '../texts/text';

const hour = 3_600_000;
const day = 24 * hour;
const maxRange = 366 * day;

/**
 * What happened in a time. It is read day by day, so that messages do not wait for it.
 * @throws BridgeError `bad-request` in words when the time cannot be understood
 */
export async function createReport(query: ReportQuery, { store, live }: RunningPlugin): Promise<Report> {
  const { from, to } = readRange(query);
  const accounts: ReportAccount[] = [];
  for (const { name } of live().config.accounts) accounts.push(await reportOf(name, from, to, store));
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), accounts };
}

function readRange({ from, to }: ReportQuery): { from: number; to: number } {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(to);
  const range = { from: Date.parse(from), to: Date.parse(to) + (isDay ? day : 0) };
  if (Number.isNaN(range.from) || Number.isNaN(range.to))
    throw new BridgeError('bad-request', say('report.noRange'));
  if (range.from >= range.to) throw new BridgeError('bad-request', say('report.reversed'));
  if (range.to - range.from > maxRange) throw new BridgeError('bad-request', say('report.tooLong'));
  return range;
}

/** An hour in the making. */
interface Gathering extends Pick<ReportHour, 'in' | 'out' | 'automatic'> {
  responses: number[];
  waits: number[];
}

async function reportOf(
  account: string,
  from: number,
  to: number,
  { reporting, charges }: MessageStore,
): Promise<ReportAccount> {
  const hours = new Map<number, Gathering>();
  const at = (time: number) => {
    const beginning = Math.floor(time / hour) * hour;
    const known = hours.get(beginning) ?? emptyHour();
    hours.set(beginning, known);
    return known;
  };
  const unanswered = new Map<string, number>();
  for (let start = from; start < to; start += day) {
    await gatherDay([account, start, Math.min(start + day, to)], at, unanswered, reporting);
    await turn();
  }
  const costs = costsByDay(
    // A day of X's (UTC) counts where its middle is.
    (await charges.since(account, from - day)).filter(
      (each) => each.day + day / 2 >= from && each.day + day / 2 < to,
    ),
  );
  const sorted = [...hours.entries()].sort(([one], [other]) => one - other);
  return {
    account,
    hours: sorted.map(([beginning, gathered]) => ({
      hour: new Date(beginning).toISOString(),
      ...finished(gathered),
    })),
    costs,
    totals: {
      ...finished(sum([...hours.values()])),
      dollars: Math.round(costs.reduce((total, { dollars }) => total + dollars, 0) * 1000) / 1000,
    },
  };
}

const directions = ['in', 'out', 'automatic'] as const;

/** @param unanswered when customers wrote who have no answer yet; it goes on from day to day */
async function gatherDay(
  range: [account: string, from: number, to: number],
  at: (time: number) => Gathering,
  unanswered: Map<string, number>,
  reporting: MessageStore['reporting'],
): Promise<void> {
  for (const { hour: beginning, direction, state, count } of await reporting.counts(...range)) {
    at(beginning)[direction][state] += count;
  }
  for (const { since, took } of firstResponses(await reporting.moments(...range), unanswered))
    at(since).responses.push(took);
  for (const { at: time, waited } of await reporting.windowWaits(...range)) at(time).waits.push(waited);
}

const noCounts = (): Counts => ({ delivered: 0, waiting: 0, failed: 0, filtered: 0, bot: 0 });

function emptyHour(): Gathering {
  return { in: noCounts(), out: noCounts(), automatic: noCounts(), responses: [], waits: [] };
}

function sum(hours: Gathering[]): Gathering {
  const total = emptyHour();
  for (const each of hours)
    for (const direction of directions)
      for (const state of messageOutcomes) total[direction][state] += each[direction][state];
  const responses = hours.flatMap((each) => each.responses);
  return { ...total, responses, waits: hours.flatMap((each) => each.waits) };
}

function finished({ responses, waits, ...counts }: Gathering): Omit<ReportHour, 'hour'> {
  return { ...counts, firstResponse: durationOf(responses), waitedForWindow: durationOf(waits) };
}

function durationOf(times: number[]): Duration {
  const sorted = [...times].sort((one, other) => one - other);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const longest = sorted.at(-1);
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  if (median === undefined || longest === undefined) return { count: 0 };
  return { count: sorted.length, medianSeconds: seconds(median), longestSeconds: seconds(longest) };
}

/** One line for each figure, so that a pivot table takes it as it is (RFC 4180). */
export function reportAsCsv({ accounts }: Report): string {
  const lines: (string | number)[][] = [];
  for (const { account, hours, costs } of accounts) {
    for (const each of hours) lines.push(...linesOfHour(account, each));
    for (const { day: date, dollars } of costs)
      lines.push([account, date, 'estimated cost in US dollars', '', '', dollars]);
  }
  const columns = ['account', 'time', 'measure', 'direction', 'state', 'value'];
  return stringify(lines, { header: true, columns, record_delimiter: 'windows' });
}

function linesOfHour(account: string, report: ReportHour): (string | number)[][] {
  const counts = directions.flatMap((direction) =>
    messageOutcomes
      .filter((state) => report[direction][state] > 0)
      .map((state) => [account, report.hour, 'messages', direction, state, report[direction][state]]),
  );
  const duration = (measure: string, { count, medianSeconds, longestSeconds }: Duration) =>
    medianSeconds === undefined || longestSeconds === undefined
      ? []
      : [
          [account, report.hour, `${measure}: count`, 'out', '', count],
          [account, report.hour, `${measure}: median seconds`, 'out', '', medianSeconds],
          [account, report.hour, `${measure}: longest seconds`, 'out', '', longestSeconds],
        ];
  return [
    ...counts,
    ...duration('first response', report.firstResponse),
    ...duration('waited for a rate limit window', report.waitedForWindow),
  ];
}
