import type { AccountState, MonthOfCosts, Overview as Answer, Waits } from '../api';
import { Costs, HoursChart, Windows } from '../charts';
import { usePanel } from '../context';
import { Button, LinkButton, Outcome, useDoing } from '../fields';
import { useOverview } from '../overviewContext';
import { dollars, momentOf, timeOf } from '../times';
import { texts } from '../texts';
import { isSetUp, Reasons } from './accounts';
import { activityOf } from './activity';
import { Machines } from './machines';
import { PageTitle } from '../pageTitle';

const { overview: words } = texts;

/** Whether everything works, what waits and why, and what it costs. */
export function Overview() {
  const { answer, fault, refresh } = useOverview();
  return (
    <>
      <PageTitle text={texts.pages.overview} />
      {fault === undefined ? null : <p class="bad">{fault}</p>}
      {answer ? <Headline overview={answer} /> : null}
      {answer?.storeTrouble === undefined ? null : <p class="bad">{answer.storeTrouble}</p>}
      <ul class="cards">
        {answer?.accounts.map((state) => (
          <Card key={state.name} state={state} refresh={refresh} />
        ))}
      </ul>
      {answer && answer.accounts.length > 1 ? <AllCosts accounts={answer.accounts} /> : null}
      {answer?.machines ? <Machines machines={answer.machines} /> : null}
    </>
  );
}

/** Everything in one sentence. */
function Headline({ overview }: { overview: Answer }) {
  const { accounts } = overview;
  const troubled = accounts.filter(({ needsPerson }) => needsPerson);
  const waiting = accounts.reduce((sum, { waitingIn, waitingOut }) => sum + waitingIn + waitingOut, 0);
  if (overview.storeTrouble !== undefined) return <p class="headline trouble">{words.broken}</p>;
  if (accounts.length === 0)
    return (
      <>
        <p class="headline waiting">{words.empty}</p>
        <LinkButton text={words.setUp} href="#setup" />
      </>
    );
  if (troubled.length > 0)
    return <p class="headline trouble">{words.needed(troubled.map(({ name }) => name).join(', '))}</p>;
  if (waiting > 0) return <p class="headline waiting">{words.waiting(waiting)}</p>;
  if (accounts.some(({ state }) => state === 'starting'))
    return <p class="headline waiting">{words.starting}</p>;
  if (accounts.every(({ active }) => !active)) return <p class="headline waiting">{words.off}</p>;
  return <p class="headline ok">{words.works}</p>;
}

function Card({ state, refresh }: { state: AccountState; refresh: () => void }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const { name, waits, reasons: toMend } = state;
  const failed = state.failedIn + state.failedOut;
  const tryNow = () =>
    void run(async () => {
      await client.call('tryNow', { account: name });
      refresh();
      return words.trying(timeOf(Date.now()));
    });
  return (
    <li class={`card ${state.state}`} aria-label={name}>
      <h3>
        {name} <span class="state">{texts.accounts.states[state.state]}</span>
      </h3>
      <p class="facts">
        {state.user === undefined ? '' : `${state.user} · `}
        {state.lastInAt === undefined ? words.noneYet : words.lastIn(momentOf(state.lastInAt))}
        {state.lastOutAt === undefined ? '' : ` · ${words.lastOut(momentOf(state.lastOutAt))}`}
        {failed === 0 ? null : (
          <>
            {' · '}
            <a href={activityOf(state.failedIn > 0 ? 'in' : 'out', 'failed')}>
              {texts.accounts.failed(failed)}
            </a>
          </>
        )}
      </p>
      <Reasons reasons={toMend} />
      {waits.length > 0 ? (
        <ul class="waits">
          {waits.map((each) => (
            <li key={each.direction}>
              <WaitsLine waits={each} />
            </li>
          ))}
        </ul>
      ) : null}
      <Quotas state={state} />
      <p>{costsInWords(state.month)}</p>
      {isSetUp(state) ? null : (
        <p class="actions">
          <LinkButton text={texts.accounts.goOn} href={`#setup/${encodeURIComponent(name)}`} />
        </p>
      )}
      {toMend.length + waits.length > 0 ? (
        <Help name={name} waits={waits} isToMend={toMend.length > 0} busy={busy} tryNow={tryNow} />
      ) : null}
      <Outcome outcome={outcome} />
      <Details state={state} />
    </li>
  );
}

interface HelpProps {
  name: string;
  waits: Waits[];
  isToMend: boolean;
  busy: boolean;
  tryNow: () => void;
}

/** The buttons that help where something waits or is to be mended. */
function Help({ name, waits: [first], isToMend, busy, tryNow }: HelpProps) {
  return (
    <p class="actions">
      {first ? <Button text={words.tryNow} off={busy} onClick={tryNow} /> : null}
      {first ? <LinkButton quiet text={words.show} href={activityOf(first.direction, 'waiting')} /> : null}
      {isToMend ? <LinkButton text={texts.pages.check} href={`#check/${encodeURIComponent(name)}`} /> : null}
      {isToMend ? (
        <LinkButton quiet text={texts.edit} href={`#accounts/${encodeURIComponent(name)}`} />
      ) : null}
    </p>
  );
}

/** What only an engineer asks for. */
function Details({ state }: { state: AccountState }) {
  return (
    <details>
      <summary>{words.details}</summary>
      <div class="figures">
        <HoursChart hours={state.hours} />
        <Costs {...state} />
        <Windows {...state} />
      </div>
    </details>
  );
}

function WaitsLine({ waits: { direction, count, since, reason, nextTryAt } }: { waits: Waits }) {
  return (
    <>
      {words.waits[direction](count, since === undefined ? undefined : momentOf(since))} {reason ?? ''}{' '}
      {nextTryAt === undefined ? '' : words.next(timeOf(nextTryAt))}{' '}
      {direction === 'in' ? words.kept(count) : ''}
    </>
  );
}

/** X's limits in words, for what people send. */
function Quotas({ state: { windows } }: { state: AccountState }) {
  const known = windows.flatMap((window) => {
    const what = (Object.keys(sendingCalls) as SendingCall[]).find((each) =>
      sendingCalls[each].test(window.call),
    );
    return what === undefined ? [] : [{ ...window, what: words.quotas[what] }];
  });
  if (known.length === 0) return null;
  return (
    <ul class="quotas">
      {known.map(({ call, what, left, limit, resetAt }) => (
        <li key={call}>{words.left(left, limit, what, timeOf(resetAt))}</li>
      ))}
    </ul>
  );
}

type SendingCall = keyof typeof words.quotas;

/** What people know of X's endpoints. */
const sendingCalls: Record<SendingCall, RegExp> = {
  directMessages: /^POST \/2\/dm_conversations/,
  encrypted: /^POST \/2\/chat\/.*messages/,
  posts: /^POST \/2\/tweets/,
};

const costsInWords = ({ today, month, forecast }: MonthOfCosts) =>
  words.costs(dollars(today), dollars(month), dollars(forecast));

function AllCosts({ accounts }: { accounts: AccountState[] }) {
  const sum = (of: (state: AccountState) => number) => accounts.reduce((total, each) => total + of(each), 0);
  const month = {
    today: sum((each) => each.month.today),
    month: sum((each) => each.month.month),
    forecast: sum((each) => each.month.forecast),
  };
  return (
    <p>
      <strong>{words.allAccounts}</strong> {costsInWords(month)}
    </p>
  );
}
