import { useState } from 'preact/hooks';
import type { Counts, Report, ReportAccount } from '../api';
import { usePanel } from '../context';
import { Outcome, TextField, useDoing, Button, submit } from '../fields';
import { saveFile } from '../files';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

const { report: words, activity } = texts;

const day = 24 * 60 * 60_000;
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** Figures of a time, to look at and to take away. */
export function ReportPage() {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [from, setFrom] = useState(dayOf(Date.now() - 6 * day));
  const [to, setTo] = useState(dayOf(Date.now()));
  const [report, setReport] = useState<Report>();
  const show = () =>
    void run(async () => {
      setReport((await client.call('report', { from, to })).report);
      return undefined;
    });
  const download = (type: 'csv' | 'json') =>
    void run(async () => {
      const { report: found, csv } = await client.call('report', { from, to });
      const content = type === 'csv' ? csv : JSON.stringify(found, undefined, 2);
      saveFile({ name: `openchannel-x-report-${from}-${to}.${type}`, content });
      return undefined;
    });
  return (
    <form class="wide" onSubmit={submit(show)}>
      <PageTitle text={texts.pages.report} />
      <p>{words.words}</p>
      <div class="filters">
        <TextField label={words.from} value={from} onChange={setFrom} />
        <TextField label={words.to} value={to} onChange={setTo} />
      </div>
      <p class="actions">
        <Button text={words.show} off={busy} />
        <Button quiet text={words.csv} off={busy} onClick={() => download('csv')} />
        <Button quiet text={words.json} off={busy} onClick={() => download('json')} />
      </p>
      <Outcome outcome={outcome} />
      {report ? <Totals report={report} /> : null}
    </form>
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
    cost: activity.dollars(totals.dollars),
  };
}
