import { useRef, useState } from 'preact/hooks';
import type { ConversationMessage, Input, Person } from '../api';
import { useAsking } from '../asking';
import { useAnswer, usePanel } from '../context';
import { Button, Choice, TextField, submit } from '../fields';
import { useOverview } from '../overviewContext';
import { boundsOf, momentOf } from '../times';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

const { conversations: words } = texts;

/** How often what is shown is asked for again, in milliseconds. */
const interval = 5_000;

/** What may still have changed of a conversation, in milliseconds. */
const mayChange = 15 * 60_000;

/** Whom messages came from and went to, and what was written with each. */
export function Conversations({ about }: { about: string | undefined }) {
  const { answer: overview } = useOverview();
  const [query, setQuery] = useState<Input<'people'>>({});
  const isSearch = query.search !== undefined || query.from !== undefined;
  const { answer, fault } = useAnswer('people', query, isSearch ? undefined : interval);
  const search = (wanted: Input<'people'>) => {
    setQuery(wanted);
    // The conversation of somebody who was not searched for would stand beside what was found.
    if (about !== undefined) window.location.hash = '#conversations';
  };
  const names = overview?.accounts.map(({ name }) => name) ?? [];
  const open = answer?.people.find((each) => idOf(each) === about) ?? personOf(about);
  return (
    <>
      <PageTitle text={texts.pages.conversations} />
      <SearchForm names={names} onSearch={search} />
      {fault === undefined ? null : <p class="bad">{fault}</p>}
      <div class={open ? 'conversations open' : 'conversations'}>
        <People people={answer?.people} open={about} more={answer?.more === true} />
        {open ? <Conversation key={idOf(open)} person={open} /> : <p class="hint">{words.choose}</p>}
      </div>
    </>
  );
}

/** A person as the address names them. */
const idOf = ({ account, id }: Person) => `${account}:${id}`;

function personOf(about: string | undefined): Person | undefined {
  const [account, id] = about?.split(':') ?? [];
  return account === undefined || id === undefined ? undefined : { account, id, lastAt: 0 };
}

const nameOf = ({ handle, name, id }: Person) => (handle === undefined ? (name ?? id) : `@${handle}`);

function SearchForm({ names, onSearch }: { names: string[]; onSearch: (query: Input<'people'>) => void }) {
  const [search, setSearch] = useState('');
  const [day, setDay] = useState('');
  const [account, setAccount] = useState('');
  const go = () =>
    onSearch({
      ...(search.trim() === '' ? {} : { search }),
      ...(account === '' ? {} : { account }),
      ...(day === '' ? {} : boundsOf(day)),
    });
  return (
    <form class="filters" role="search" onSubmit={submit(go)}>
      <TextField type="search" label={words.search} value={search} onChange={setSearch} />
      <TextField type="date" label={words.day} value={day} onChange={setDay} />
      {names.length > 1 ? (
        <Choice
          label={words.account}
          value={account}
          options={{ '': words.all, ...Object.fromEntries(names.map((name) => [name, name])) }}
          onChange={setAccount}
        />
      ) : null}
      <Button text={words.go} />
    </form>
  );
}

interface PeopleProps {
  people: Person[] | undefined;
  open: string | undefined;
  more: boolean;
}

function People({ people, open, more }: PeopleProps) {
  if (!people) return <p>{texts.loading}</p>;
  if (people.length === 0) return <p>{words.none}</p>;
  return (
    <nav class="people" aria-label={words.people}>
      {people.map((person) => (
        <a
          key={idOf(person)}
          href={`#conversations/${encodeURIComponent(idOf(person))}`}
          aria-current={idOf(person) === open ? 'true' : undefined}
        >
          <strong>{nameOf(person)}</strong> {person.handle === undefined ? '' : (person.name ?? '')}{' '}
          <span class="hint">
            {person.account} · {momentOf(person.lastAt)}
          </span>
        </a>
      ))}
      {more ? <p class="hint">{words.more}</p> : null}
    </nav>
  );
}

/** When the oldest message was written that may still change: one that waits, or a new one. In ms since 1970. */
function changesSince(messages: ConversationMessage[]): number {
  const waiting = messages.filter(({ state }) => state === 'waiting').map(({ at }) => at);
  return Math.min(Date.now() - mayChange, ...waiting);
}

/** The messages with one person, kept up to date: all of them at first, then those that may have changed. */
function useMessages({ account, id }: Person) {
  const { client, onSignedOut } = usePanel();
  const [messages, setMessages] = useState<ConversationMessage[]>();
  const known = useRef<ConversationMessage[] | undefined>(undefined);
  const { fault } = useAsking({
    ask: async () => {
      const since = known.current && changesSince(known.current);
      const query = { account, person: id, ...(since === undefined ? {} : { since }) };
      const fresh = (await client.call('conversation', query)).messages;
      return [...(known.current ?? []).filter(({ at }) => at < (since ?? 0)), ...fresh];
    },
    onAnswer: (all) => {
      known.current = all;
      setMessages(all);
    },
    onSignedOut,
    interval,
    about: [client],
  });
  return { messages, fault };
}

function Conversation({ person }: { person: Person }) {
  const { messages, fault } = useMessages(person);
  return (
    <section class="conversation" aria-label={nameOf(person)}>
      <h3>
        {nameOf(person)} {person.handle === undefined ? '' : (person.name ?? '')}
      </h3>
      <p class="back">
        <a href="#conversations">{words.back}</a>
      </p>
      {fault === undefined ? null : <p class="bad">{fault}</p>}
      {messages?.length === 0 ? <p>{words.nothing}</p> : null}
      <ol class="bubbles">
        {messages?.map((message) => (
          <li key={`${message.direction}${message.seq}`} class={`${message.by} ${message.state}`}>
            <Bubble message={message} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Bubble({ message }: { message: ConversationMessage }) {
  const { by, at, state, reason, dueAt } = message;
  const next = dueAt === undefined ? undefined : texts.activity.next(momentOf(dueAt));
  return (
    <>
      <p class="hint">
        {words.by[by]} · {momentOf(at)} · <span class="state">{words.states[state]}</span>
      </p>
      <p class="said">{wordsOf(message)}</p>
      {state === 'delivered' || reason === undefined ? null : (
        <p class="bad">{[reason, next].filter((each) => each !== undefined).join(' · ')}</p>
      )}
      <details>
        <summary>{words.way}</summary>
        <ol>
          {stepsOf(message).map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </details>
    </>
  );
}

/** What was written, or why it is not shown. */
function wordsOf({ words: said, erased, isEncrypted, attachments, by }: ConversationMessage): string {
  const files = attachments > 0 ? ` ${words.files(attachments)}` : '';
  if (erased) return `${words.erased}${files}`;
  if (isEncrypted && by === 'customer') return `${words.encrypted}${files}`;
  if (said === undefined) return `${words.hidden}${files}`;
  return `${said}${files}`;
}

/** The way of a message, step by step. */
function stepsOf(message: ConversationMessage): string[] {
  const { direction, at, attempts, deliveredAt, interactionId, isPublic, isEncrypted, by } = message;
  const way = isPublic ? words.ways.public : isEncrypted ? words.ways.encrypted : words.ways.directMessage;
  return [
    by === 'plugin' && direction === 'in'
      ? words.steps.noticed(momentOf(at))
      : words.steps[direction](momentOf(at), way),
    ...(attempts > 1 ? [words.steps.attempts(attempts)] : []),
    ...(deliveredAt === undefined ? [] : [words.steps.delivered[direction](momentOf(deliveredAt))]),
    ...(message.state === 'delivered' ? [] : [words.states[message.state]]),
    ...(message.reason === undefined ? [] : [message.reason]),
    ...(interactionId === undefined ? [] : [words.steps.interaction(interactionId)]),
  ];
}
