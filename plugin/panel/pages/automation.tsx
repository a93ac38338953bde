import type { WorkingHours } from '../../core/automation/workingHours';
import type { AccountSettings, SettingsView } from '../api';
import { useAnswer } from '../context';
import { SettingsForm, withoutTypedSecrets } from '../settingsForm';
import { SettingsGroup } from '../settingsGroup';
import { NoticeValues, openNow, sampleValues } from '../noticeValues';
import { texts } from '../texts';
import { useSaving } from './setUpParts';
import { TestBot } from './testBot';

/** What the plugin does by itself in one account's conversations. */
export function AutomationPage({ account: name }: { account: string }) {
  const { answer, fault, refresh } = useAnswer('settings', {});
  if (fault) return <p class="bad">{fault}</p>;
  if (!answer) return <p>{texts.loading}</p>;
  const account = answer.settings.accounts.find((each) => each.name === name);
  if (!account) return <p>{texts.accounts.none}</p>;
  return <Form view={answer} saved={account} onSaved={refresh} />;
}

interface FormProps {
  view: SettingsView;
  saved: AccountSettings;
  onSaved: () => void;
}

function Form({ view, saved, onSaved }: FormProps) {
  const { save: saveAccount, within } = useSaving({ view, account: saved });
  const { form } = view;
  const { name } = saved;
  const save = async (account: AccountSettings) => {
    await saveAccount(account);
    onSaved();
    return { saved: withoutTypedSecrets(account, view), said: texts.saved };
  };
  return (
    <SettingsForm
      view={view}
      heading={texts.automation.heading(name)}
      text={texts.automation.words}
      initial={saved}
      within={within}
      save={save}
      cancelTo="#accounts"
    >
      {(editing) => {
        const hours = editing.values['workingHours'] as WorkingHours;
        return (
          <NoticeValues.Provider value={sampleValues(name, hours)}>
            {form
              .filter(({ page }) => page === 'automation')
              .map(({ id }) => (
                <SettingsGroup key={id} id={id} editing={editing}>
                  {id === 'workingHours' ? <p role="status">{openNow(hours)}</p> : null}
                  {id === 'bot' ? <TestBot account={name} /> : null}
                </SettingsGroup>
              ))}
          </NoticeValues.Provider>
        );
      }}
    </SettingsForm>
  );
}
