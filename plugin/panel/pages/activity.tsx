import { useState } from 'preact/hooks';
import type { ActivityMessage, ActivityQuery, MessageRef } from '../api';
import { useAnswer, usePanel } from '../context';
import { Choice, Outcome, TextField, useDoing, Button } from '../fields';
import { useOverview } from '../overviewContext';
import { momentOf, timeOf } from '../times';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

const { activity: words } = texts;

/** How often the list is asked for, in milliseconds. */
const interval = 3_000;

/** Where those of a direction and a state are listed. */
export function activityOf(direction: ActivityQuery['direction'], state: 'waiting' | 'failed'): string {
  return `#activity/${direction}-${state}`;
}

function queryOf(about: string | undefined): ActivityQuery {
  const [, direction, state] = /^(in|out)-(waiting|failed)$/.exec(about ?? '') ?? [];
  return {
    direction: direction === 'out' ? 'out' : 'in',
    ...(state === 'waiting' || state === 'failed' ? { state } : {}),
  };
}

/** Messages as they move, and why one waits or failed. @param about which ones, as `activityOf` has it */
export function Activity({ about }: { about: string | undefined }) {
  const { client, onSignedOut } = usePanel();
  const [query, setQuery] = useState(() => queryOf(about));
  const overview = useOverview();
  const page = useAnswer('activity', query, interval);
  const { outcome, run } = useDoing(onSignedOut);
  const act = (method: 'retry' | 'setAside', message: MessageRef) =>
    void run(async () => {
      if (method === 'setAside' && !window.confirm(words.setAsideAsk)) return undefined;
      await client.call(method, { direction: message.direction, seq: message.seq });
      page.refresh();
      return undefined;
    });
  const recall = (seq: number) =>
    void run(async () => {
      if (!window.confirm(words.recallAsk)) return undefined;
      await client.call('recall', { seq });
      page.refresh();
      return words.recalled;
    });
  const names = overview.answer?.accounts.map(({ name }) => name) ?? [];
  return (
    <>
      <PageTitle text={texts.pages.activity} />
      <Filters query={query} names={names} onChange={setQuery} />
      <Outcome outcome={page.fault ? { good: false, words: page.fault } : outcome} />
      <Messages messages={page.answer?.messages} act={act} recall={recall} />
      {page.answer?.more ? (
        <Button
          quiet
          text={words.more}
          onClick={() => setQuery({ ...query, before: page.answer?.messages.at(-1)?.seq ?? 0 })}
        />
      ) : null}
    </>
  );
}

interface FiltersProps {
  query: ActivityQuery;
  names: string[];
  onChange: (query: ActivityQuery) => void;
}

function Filters({ query, names, onChange }: FiltersProps) {
  const { filters } = words;
  /** A filter starts at the newest again; an empty one is none. */
  const filter = (key: 'account' | 'state' | 'search', value: string) => {
    const rest = Object.entries(query).filter(([each]) => each !== key && each !== 'before');
    onChange({ ...Object.fromEntries(rest), ...(value === '' ? {} : { [key]: value }) } as ActivityQuery);
  };
  return (
    <div class="filters">
      <div role="group" class="tabs">
        {(['in', 'out'] as const).map((direction) => (
          <button
            key={direction}
            type="button"
            aria-pressed={query.direction === direction}
            onClick={() => {
              const rest = Object.entries(query).filter(([each]) => each !== 'before');
              onChange({ ...Object.fromEntries(rest), direction });
            }}
          >
            {words.directions[direction]}
          </button>
        ))}
      </div>
      <Choice
        label={filters.account}
        value={query.account ?? ''}
        options={{ '': filters.all, ...Object.fromEntries(names.map((name) => [name, name])) }}
        onChange={(value) => filter('account', value)}
      />
      <Choice
        label={filters.state}
        value={query.state ?? ''}
        options={{ '': filters.all, ...words.states }}
        onChange={(value) => filter('state', value)}
      />
      <TextField
        label={filters.search}
        type="search"
        value={query.search ?? ''}
        onChange={(value) => filter('search', value)}
      />
    </div>
  );
}

interface MessagesProps {
  messages: ActivityMessage[] | undefined;
  act: (method: 'retry' | 'setAside', message: MessageRef) => void;
  recall: (seq: number) => void;
}

function Messages({ messages, act, recall }: MessagesProps) {
  const { columns } = words;
  if (!messages) return <p>{texts.loading}</p>;
  if (messages.length === 0) return <p>{words.none}</p>;
  return (
    <table class="messages">
      <thead>
        <tr>
          {(['time', 'who', 'state', 'words', 'why', 'actions'] as const).map((column) => (
            <th key={column} scope="col">
              {columns[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {messages.map((message) => (
          <Row key={`${message.direction}${message.seq}`} message={message} act={act} recall={recall} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ message, act, recall }: { message: ActivityMessage } & Omit<MessagesProps, 'messages'>) {
  const { columns } = words;
  const { state, dueAt } = message;
  const next = state === 'waiting' && dueAt !== undefined ? words.next(timeOf(dueAt)) : undefined;
  return (
    <tr class={state}>
      <td data-label={columns.time}>{momentOf(message.at)}</td>
      <td data-label={columns.who}>
        {message.who} <span class="hint">{message.account}</span>
      </td>
      <td data-label={columns.state}>
        <span class="state">{words.states[state]}</span>
      </td>
      <td data-label={columns.words}>{message.words ?? ''}</td>
      <td data-label={columns.why}>{[message.reason, next].filter(Boolean).join(' · ')}</td>
      <td data-label={columns.actions}>
        {state === 'delivered' || message.erased ? null : (
          <Button
            quiet
            text={state === 'filtered' ? words.letThrough : words.retry}
            onClick={() => act('retry', message)}
          />
        )}
        {state === 'waiting' ? (
          <Button quiet text={words.setAside} onClick={() => act('setAside', message)} />
        ) : null}
        {message.recallable ? <Button quiet text={words.recall} onClick={() => recall(message.seq)} /> : null}
      </td>
    </tr>
  );
}
