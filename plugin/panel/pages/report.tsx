import { useState } from 'preact/hooks';
import type { Counts, Report, ReportAccount } from '../api';
import { usePanel } from '../context';
import { Button, Choice, Outcome, TextField, submit, useDoing } from '../fields';
import { csvOf, saveFile } from '../files';
import { boundsOf, dayOf, dollars } from '../times';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

const { report: words } = texts;

type Preset = keyof typeof words.presets;

/** The days of a preset, both included, in local time. */
function daysOf(preset: Exclude<Preset, 'other'>): { from: string; to: string } {
  const day = (change: (date: Date) => void) => {
    const date = new Date();
    change(date);
    return dayOf(date.getTime());
  };
  const today = day(() => undefined);
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday': {
      const yesterday = day((date) => date.setDate(date.getDate() - 1));
      return { from: yesterday, to: yesterday };
    }
    case 'week':
      return { from: day((date) => date.setDate(date.getDate() - 6)), to: today };
    case 'month':
      return { from: day((date) => date.setDate(1)), to: today };
    case 'lastMonth':
      return {
        from: day((date) => date.setMonth(date.getMonth() - 1, 1)),
        to: day((date) => date.setDate(0)),
      };
  }
}

/** The moments that local days begin and end, as the plugin is asked for them. */
const momentsOf = (from: string, to: string) => ({
  from: new Date(boundsOf(from).from).toISOString(),
  to: new Date(boundsOf(to).to).toISOString(),
});

/** Figures of a time, to look at and to take away. */
export function ReportPage() {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [preset, setPreset] = useState<Preset>('week');
  const [days, setDays] = useState(daysOf('week'));
  const [report, setReport] = useState<Report>();
  const choose = (chosen: string) => {
    setReport(undefined);
    setPreset(chosen as Preset);
    if (chosen !== 'other') setDays(daysOf(chosen as Exclude<Preset, 'other'>));
  };
  const change = (changed: Partial<typeof days>) => {
    // The figures of other days must not stand below these.
    setReport(undefined);
    setDays({ ...days, ...changed });
  };
  const show = () =>
    void run(async () => {
      setReport((await client.call('report', momentsOf(days.from, days.to))).report);
      return undefined;
    });
  const download = (type: 'table' | 'csv' | 'json') =>
    void run(async () => {
      const { report: found, csv } = await client.call('report', momentsOf(days.from, days.to));
      const content = {
        table: () => tableOf(found),
        csv: () => csv,
        json: () => JSON.stringify(found, undefined, 2),
      };
      const ending = type === 'table' ? 'table.csv' : type;
      saveFile({ name: `openchannel-x-report-${days.from}-${days.to}.${ending}`, content: content[type]() });
      return undefined;
    });
  return (
    <form class="wide" onSubmit={submit(show)}>
      <PageTitle text={texts.pages.report} />
      <p>{words.words}</p>
      <div class="filters">
        <Choice label={words.period} value={preset} options={words.presets} onChange={choose} />
        {preset === 'other' ? (
          <>
            <TextField
              type="date"
              label={words.from}
              value={days.from}
              onChange={(from) => change({ from })}
            />
            <TextField type="date" label={words.to} value={days.to} onChange={(to) => change({ to })} />
          </>
        ) : null}
      </div>
      <p class="actions">
        <Button text={words.show} off={busy || days.from === '' || days.to === ''} />
        <Button quiet text={words.table} off={busy} onClick={() => download('table')} />
        <Button quiet text={words.csv} off={busy} onClick={() => download('csv')} />
        <Button quiet text={words.json} off={busy} onClick={() => download('json')} />
      </p>
      <Outcome outcome={outcome} />
      {report ? <Totals report={report} /> : null}
      {report ? <ByDay report={report} /> : null}
      {report ? <p class="hint">{words.costNote}</p> : null}
    </form>
  );
}

/** What is shown of a day. */
const dayFigures = ['in', 'waiting', 'bot', 'filtered', 'out', 'automatic', 'failed'] as const;

interface DayRow {
  day: string;
  account: string;
  figures: Record<(typeof dayFigures)[number], number>;
}

const nothing = { in: 0, waiting: 0, bot: 0, filtered: 0, out: 0, automatic: 0, failed: 0 };

/** A row for each local day and account. */
function rowsByDay({ accounts }: Report): DayRow[] {
  const rows = new Map<string, DayRow>();
  for (const { account, hours } of accounts)
    for (const hour of hours) {
      // By its middle: time zones may be half an hour apart from it.
      const day = dayOf(Date.parse(hour.hour) + 30 * 60_000);
      const key = `${day} ${account}`;
      const row = rows.get(key) ?? { day, account, figures: { ...nothing } };
      row.figures.in += hour.in.delivered;
      row.figures.waiting += hour.in.waiting;
      row.figures.bot += hour.in.bot;
      row.figures.filtered += hour.in.filtered;
      row.figures.out += hour.out.delivered;
      row.figures.automatic += hour.automatic.delivered;
      row.figures.failed += hour.in.failed + hour.out.failed + hour.automatic.failed;
      rows.set(key, row);
    }
  return [...rows.values()].sort((one, other) => (one.day < other.day ? -1 : 1));
}

/** A line for each local day and account. */
function tableOf(report: Report): string {
  const title = [words.day, texts.activity.filters.account, ...dayFigures.map((each) => words.figures[each])];
  const lines = rowsByDay(report).map(({ day, account, figures }) => [
    day,
    account,
    ...dayFigures.map((each) => figures[each]),
  ]);
  return csvOf([title, ...lines]);
}

function ByDay({ report }: { report: Report }) {
  const rows = rowsByDay(report);
  if (rows.length === 0) return null;
  return (
    <table class="sums">
      <caption>{words.byDay}</caption>
      <thead>
        <tr>
          <th scope="col">{words.day}</th>
          <th scope="col">{texts.activity.filters.account}</th>
          {dayFigures.map((figure) => (
            <th key={figure} scope="col">
              {words.figures[figure]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ day, account, figures }) => (
          <tr key={`${day} ${account}`}>
            <th scope="row">{day}</th>
            <td data-label={texts.activity.filters.account}>{account}</td>
            {dayFigures.map((figure) => (
              <td key={figure} data-label={words.figures[figure]}>
                {figures[figure]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A line for each figure, a column for each account. */
function Totals({ report }: { report: Report }) {
  const busy = report.accounts.filter(({ hours, costs }) => hours.length + costs.length > 0);
  if (busy.length === 0) return <p>{words.none}</p>;
  const columns = busy.map((account) => ({ account: account.account, figures: figuresOf(account) }));
  return (
    <table class="sums">
      <thead>
        <tr>
          <td />
          {columns.map(({ account }) => (
            <th key={account} scope="col">
              {account}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {(Object.keys(words.figures) as Figure[]).map((figure) => (
          <tr key={figure}>
            <th scope="row">{words.figures[figure]}</th>
            {columns.map(({ account, figures }) => (
              <td key={account} data-label={account}>
                {figures[figure]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Figure = keyof typeof words.figures;

const allOf = ({ delivered, waiting, failed }: Counts) => delivered + waiting + failed;

function figuresOf({ totals }: ReportAccount): Record<Figure, string | number> {
  const { firstResponse, waitedForWindow } = totals;
  const time = (seconds: number | undefined) => (seconds === undefined ? '–' : words.duration(seconds));
  return {
    in: totals.in.delivered,
    waiting: totals.in.waiting,
    bot: totals.in.bot,
    filtered: totals.in.filtered,
    out: allOf(totals.out),
    automatic: allOf(totals.automatic),
    failed: totals.in.failed + totals.out.failed + totals.automatic.failed,
    responses: firstResponse.count,
    median: time(firstResponse.medianSeconds),
    longest: time(firstResponse.longestSeconds),
    waited: waitedForWindow.count,
    cost: dollars(totals.dollars),
  };
}
