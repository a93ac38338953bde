import { useEffect, useState } from 'preact/hooks';
import type { AccountSettings, OpenChannelAccount, SettingsView } from '../api';
import { useAnswer, usePanel } from '../context';
import { Choice, Outcome, useDoing, Button } from '../fields';
import { tell } from '../news';
import { SettingField, SettingsGroup } from '../settingsGroup';
import { SettingsForm } from '../settingsForm';
import { texts } from '../texts';
import { Keys, OAuth2Client, type AccountEditing } from './accountKeys';

const { account: words } = texts;

/** Adds an account, or edits the named one. */
export function AccountForm({ name }: { name: string }) {
  const { answer, fault, refresh } = useAnswer('settings', {});
  if (fault) return <p class="bad">{fault}</p>;
  if (!answer) return <p>{texts.loading}</p>;
  const known = answer.settings.accounts.find((each) => each.name === name);
  return <Form key={answer.settings.revision} view={answer} known={known} reload={refresh} />;
}

interface FormProps {
  view: SettingsView;
  known: AccountSettings | undefined;
  /** Shows the account as it is saved now. */
  reload: () => void;
}

function Form({ view, known, reload }: FormProps) {
  const { client } = usePanel();
  const [savedAs, setSavedAs] = useState<AccountSettings>();
  const { accounts } = view.settings;
  useEffect(() => {
    if (!savedAs) return;
    // An account with a new client is connected next, on its own page.
    const isToBeConnected = !['', known?.oauth2.clientId].includes(savedAs.oauth2.clientId);
    if (isToBeConnected && known) reload();
    else window.location.hash = isToBeConnected ? `#accounts/${savedAs.name}` : '#accounts';
  }, [savedAs]);
  const save = async (account: AccountSettings) => {
    const next = known ? accounts.map((each) => (each === known ? account : each)) : [...accounts, account];
    await client.call('save', { settings: { ...view.settings, accounts: next } });
    const { added, addedOff, changed } = texts.accounts;
    tell((known ? changed : account.active ? added : addedOff)(account.name));
    setSavedAs(account);
    return { saved: account, said: undefined };
  };
  const at = known ? accounts.indexOf(known) : accounts.length;
  return (
    <SettingsForm
      view={view}
      heading={known ? words.editHeading(known.name) : words.addHeading}
      initial={known ?? view.newAccount}
      within={{ faults: `accounts.${at}.`, names: `accounts.${known?.name ?? ''}.` }}
      save={save}
      cancelTo="#accounts"
    >
      {(editing) => (
        <>
          {view.form
            .filter(({ page }) => page === 'account')
            .map(
              ({ id }) =>
                special(id, editing, known, accounts) ?? <SettingsGroup key={id} id={id} editing={editing} />,
            )}
        </>
      )}
    </SettingsForm>
  );
}

/** The parts that hold more than their fields. */
function special(
  id: string,
  editing: AccountEditing,
  known: AccountSettings | undefined,
  accounts: AccountSettings[],
) {
  switch (id) {
    case 'basics':
      return <SettingsGroup key={id} id={id} editing={editing} fixed={known ? ['name'] : []} />;
    case 'oauth2':
      return <OAuth2Client key={id} editing={editing} known={known} />;
    case 'keys':
      return <Keys key={id} editing={editing} />;
    case 'openChannel':
      return <OpenChannel key={id} editing={editing} others={accounts.filter((each) => each !== known)} />;
    case 'delivery':
      return <Delivery key={id} editing={editing} />;
    default:
      return undefined;
  }
}

/** The Open Channel account, chosen from those that Motion has, or entered as a number where it cannot be asked. */
function OpenChannel({ editing, others }: { editing: AccountEditing; others: AccountSettings[] }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [list, setList] = useState<OpenChannelAccount[]>([]);
  const load = () =>
    void run(async () => {
      setList((await client.call('hostAccounts', {})).accounts);
      return undefined;
    });
  useEffect(load, []);
  const path = 'openChannelAccountId';
  const field = editing.view.form.flatMap(({ fields }) => fields).find((each) => each.path === path);
  if (!field) return null;
  const asNumber = (
    <>
      <SettingField field={field} editing={editing} />
      <Button quiet text={words.loadHostAccounts} off={busy} onClick={load} />
    </>
  );
  const chosen = list.find(({ id }) => id === editing.values.openChannelAccountId);
  const usedBy = (id: number) => others.find((each) => each.openChannelAccountId === id)?.name;
  const options = Object.fromEntries(
    list.map(({ id, name }) => [id, words.hostAccount(name, id, usedBy(id))]),
  );
  const asChoice = (
    <Choice
      label={field.label}
      field={path}
      hint={chosen ? words.mapKeyOnHost(chosen.mapKey) : (field.hint ?? '')}
      value={chosen ? String(chosen.id) : ''}
      options={chosen ? options : { '': '', ...options }}
      onChange={(id) => editing.set(path, id === '' ? NaN : Number(id))}
    />
  );
  return (
    <SettingsGroup
      id="openChannel"
      editing={editing}
      instead={{
        [path]: (
          <>
            {list.length > 0 ? asChoice : asNumber}
            <Outcome outcome={outcome} />
          </>
        ),
      }}
    />
  );
}

function Delivery({ editing }: { editing: AccountEditing }) {
  const { webhookUrl } = editing.view;
  return (
    <SettingsGroup id="delivery" editing={editing}>
      {webhookUrl !== '' && editing.values.webhookUrl === '' ? (
        <Button quiet text={words.proposeUrl} onClick={() => editing.set('webhookUrl', webhookUrl)} />
      ) : null}
    </SettingsGroup>
  );
}
