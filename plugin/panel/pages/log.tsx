import { useState } from 'preact/hooks';
import type { LogQuery } from '../api';
import { useAnswer } from '../context';
import { Choice, Switch } from '../fields';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

const { log: words } = texts;

/** How often the live log is read, in milliseconds. */
const interval = 2_000;

/** The last lines of the log, the newest first. */
export function Log() {
  const [level, setLevel] = useState<NonNullable<LogQuery['level']>>('info');
  const [account, setAccount] = useState('');
  const [live, setLive] = useState(true);
  const settings = useAnswer('settings', {});
  const query: LogQuery = { level, ...(account === '' ? {} : { account }) };
  const { answer, fault } = useAnswer('log', query, live ? interval : undefined);
  const names = settings.answer?.settings.accounts.map(({ name }) => name) ?? [];
  return (
    <>
      <PageTitle text={texts.pages.log} />
      <div class="filters">
        <Choice
          label={words.level}
          value={level}
          options={words.levels}
          onChange={(value) => setLevel(value as typeof level)}
        />
        <Choice
          label={words.account}
          value={account}
          options={{
            '': texts.activity.filters.all,
            ...Object.fromEntries(names.map((name) => [name, name])),
          }}
          onChange={setAccount}
        />
        <Switch label={words.live} value={live} onChange={setLive} />
      </div>
      {fault ? <p class="bad">{fault}</p> : null}
      {answer?.lines.length === 0 ? <p>{words.none}</p> : null}
      <ol class="log" aria-label={texts.pages.log}>
        {answer?.lines.map((line, index) => (
          <li key={`${line.at} ${index}`} class={line.level}>
            <time>{line.at}</time> <span class="state">{line.level}</span> <span>{line.event}</span>{' '}
            <code>{line.fields}</code>
          </li>
        ))}
      </ol>
    </>
  );
}
