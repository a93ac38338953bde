import { useEffect, useState } from 'preact/hooks';
import type { AccountSettings, AccountState, Settings } from '../api';
import { useAnswer, usePanel } from '../context';
import { CopyField } from '../copyField';
import { Outcome, useDoing, Button, LinkButton } from '../fields';
import { takeNews } from '../news';
import { copyMark } from './accountForm';
import { AccountTools, exportAccount } from './accountTools';
import { useOverview } from '../overviewContext';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

/** The accounts with their states, and what can be done with each. */
export function Accounts() {
  const { onSignedOut, client } = usePanel();
  const overview = useOverview();
  const settings = useAnswer('settings', {});
  const { outcome, busy, run } = useDoing(onSignedOut);
  const { accounts } = texts;
  const change: Change = (words, edit) =>
    void run(async () => {
      if (!settings.answer) return undefined;
      await client.call('save', { settings: edit(settings.answer.settings) });
      settings.refresh();
      overview.refresh();
      return words;
    });
  useEffect(() => {
    const news = takeNews();
    if (news !== undefined) void run(() => Promise.resolve(news));
  }, []);
  const list = overview.answer?.accounts ?? [];
  return (
    <>
      <PageTitle text={texts.pages.accounts} />
      <Outcome
        outcome={
          overview.fault || settings.fault
            ? { good: false, words: overview.fault ?? settings.fault ?? '' }
            : outcome
        }
      />
      {overview.answer && list.length === 0 ? <p>{accounts.none}</p> : null}
      <ul class="cards">
        {list.map((state) => (
          <AccountCard
            key={state.name}
            state={state}
            settings={settings.answer?.settings.accounts.find((each) => each.name === state.name)}
            busy={busy || !settings.answer}
            change={change}
          />
        ))}
      </ul>
      <p class="actions">
        <LinkButton text={accounts.add} href="#setup" />
        <LinkButton quiet text={accounts.addByHand} href="#accounts/" />
      </p>
      {settings.answer ? (
        <AccountTools view={settings.answer} states={list} onAdded={settings.refresh} />
      ) : null}
    </>
  );
}

interface CardProps {
  state: AccountState;
  settings: AccountSettings | undefined;
  busy: boolean;
  change: Change;
}

/** Saves an edit and says what it did. */
type Change = (words: string, edit: (settings: Settings) => Settings) => void;

function AccountCard({ state, settings, busy, change }: CardProps) {
  const { accounts } = texts;
  const { name, active, user, waitingIn, waitingOut } = state;
  const description = typeof settings?.['description'] === 'string' ? settings['description'] : '';
  const reasons = [...state.reasons, ...state.waits.flatMap(({ reason }) => reason ?? [])];
  const failed = state.failedIn + state.failedOut;
  const toggle = () =>
    change(active ? accounts.switchedOff(name) : accounts.switchedOn(name), (settings) => ({
      ...settings,
      accounts: settings.accounts.map((each) => (each.name === name ? { ...each, active: !active } : each)),
    }));
  const remove = () => {
    if (window.confirm(accounts.removeAsk(name)))
      change(accounts.removed(name), (settings) => ({
        ...settings,
        accounts: settings.accounts.filter((each) => each.name !== name),
      }));
  };
  return (
    <li class={`card ${state.state}`}>
      <h3>
        {name} <span class="state">{accounts.states[state.state]}</span>
      </h3>
      {description === '' ? null : <p>{description}</p>}
      <p class="facts">
        {user ? `${user} · ` : ''}
        {state.delivery} · {accounts.waiting(waitingIn, waitingOut)}
        {failed > 0 ? ` · ${accounts.failed(failed)}` : ''}
        {state.filtered > 0 ? ` · ${accounts.filtered(state.filtered)}` : ''}
      </p>
      <Reasons reasons={reasons} />
      <p class="actions">
        {isSetUp(state) ? null : (
          <LinkButton text={accounts.goOn} href={`#setup/${encodeURIComponent(name)}`} />
        )}
        <a class="button" href={`#accounts/${encodeURIComponent(name)}`}>
          {texts.edit}
        </a>
        <a class="button quiet" href={`#check/${encodeURIComponent(name)}`}>
          {texts.pages.check}
        </a>
        <a class="button quiet" href={`#automation/${encodeURIComponent(name)}`}>
          {texts.automation.link}
        </a>
        <a class="button quiet" href={`#chat/${encodeURIComponent(name)}`}>
          {texts.pages.chat}
        </a>
        <Button quiet text={active ? accounts.deactivate : accounts.activate} off={busy} onClick={toggle} />
        <Button quiet text={texts.remove} off={busy} onClick={remove} />
      </p>
      <Addresses account={name} />
      {settings ? (
        <p class="actions">
          <LinkButton
            quiet
            text={accounts.copy}
            href={`#accounts/${encodeURIComponent(`${copyMark}${name}`)}`}
          />
          <Button quiet text={accounts.export} onClick={() => exportAccount(settings)} />
        </p>
      ) : null}
    </li>
  );
}

/** Once a message has come, there is nothing left that the assistant could do. */
export function isSetUp({ active, lastInAt }: AccountState): boolean {
  return active && lastInAt !== undefined;
}

export function Reasons({ reasons }: { reasons: string[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul class="reasons">
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}

/** Shown on request only: the first of them carries the token. */
function Addresses({ account }: { account: string }) {
  const [open, setOpen] = useState(false);
  return open ? (
    <OpenAddresses account={account} onClose={() => setOpen(false)} />
  ) : (
    <button type="button" class="link" onClick={() => setOpen(true)}>
      {texts.accounts.showAddresses}
    </button>
  );
}

function OpenAddresses({ account, onClose }: { account: string; onClose: () => void }) {
  const { answer, fault } = useAnswer('addresses', { account });
  if (fault)
    return (
      <p class="bad">
        {fault}{' '}
        <button type="button" class="link" onClick={onClose}>
          {texts.close}
        </button>
      </p>
    );
  if (!answer) return <p>{texts.loading}</p>;
  return (
    <div class="addresses">
      <CopyField label={texts.accounts.replyUrl} value={answer.replyUrl} />
      <CopyField label={texts.accounts.webhookUrl} value={answer.webhookUrl} />
    </div>
  );
}
