import { useEffect, useState } from 'preact/hooks';
import type { AccountSettings, SettingsView } from '../api';
import { useAnswer } from '../context';
import { Button } from '../fields';
import { tell } from '../news';
import { SettingsGroup } from '../settingsGroup';
import { SettingsForm } from '../settingsForm';
import { texts } from '../texts';
import { Keys, OAuth2Client, type AccountEditing } from './accountKeys';
import { copyOf } from './accountTools';
import { Channels, OpenChannel } from './openChannel';
import { useSaving } from './setUpParts';

const { account: words } = texts;

/** In front of the name of an account that a new one is to begin as; no name holds a colon. */
export const copyMark = 'copy:';

/** Adds an account, or edits the named one. */
export function AccountForm({ name }: { name: string }) {
  const { answer, fault, refresh } = useAnswer('settings', {});
  if (fault) return <p class="bad">{fault}</p>;
  if (!answer) return <p>{texts.loading}</p>;
  const named = (wanted: string) => answer.settings.accounts.find((each) => each.name === wanted);
  const known = named(name);
  const copied = name.startsWith(copyMark) ? named(name.slice(copyMark.length)) : undefined;
  const initial = known ?? (copied ? copyOf(copied, answer.newAccount) : answer.newAccount);
  return (
    <Form key={answer.settings.revision} view={answer} known={known} initial={initial} reload={refresh} />
  );
}

interface FormProps {
  view: SettingsView;
  known: AccountSettings | undefined;
  /** What the form begins with. */
  initial: AccountSettings;
  /** Shows the account as it is saved now. */
  reload: () => void;
}

function Form({ view, known, initial, reload }: FormProps) {
  const saving = useSaving({ view, account: known });
  const [savedAs, setSavedAs] = useState<AccountSettings>();
  useEffect(() => {
    if (!savedAs) return;
    // An account with a new client is connected next, on its own page.
    const isToBeConnected = !['', known?.oauth2.clientId].includes(savedAs.oauth2.clientId);
    if (isToBeConnected && known) reload();
    else window.location.hash = isToBeConnected ? `#accounts/${savedAs.name}` : '#accounts';
  }, [savedAs]);
  const save = async (account: AccountSettings) => {
    await saving.save(account);
    const { added, addedOff, changed } = texts.accounts;
    tell((known ? changed : account.active ? added : addedOff)(account.name));
    setSavedAs(account);
    return { saved: account, said: undefined };
  };
  return (
    <SettingsForm
      view={view}
      heading={known ? words.editHeading(known.name) : words.addHeading}
      initial={initial}
      within={saving.within}
      save={save}
      cancelTo="#accounts"
    >
      {(editing) => (
        <>
          {view.form
            .filter(({ page }) => page === 'account')
            .map(
              ({ id }) =>
                special(id, editing, known, view.settings.accounts) ?? (
                  <SettingsGroup key={id} id={id} editing={editing} />
                ),
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
    case 'channels':
      return <Channels key={id} editing={editing} others={accounts.filter((each) => each !== known)} />;
    case 'delivery':
      return <Delivery key={id} editing={editing} />;
    default:
      return undefined;
  }
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
