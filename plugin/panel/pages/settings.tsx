import { useState } from 'preact/hooks';
import type { Settings, SettingsView } from '../api';
import { useAnswer, usePanel } from '../context';
import { Outcome, useDoing, Button, PasswordField } from '../fields';
import { SettingsForm, withoutTypedSecrets } from '../settingsForm';
import { SettingsGroup } from '../settingsGroup';
import { texts } from '../texts';

const { settings: words } = texts;

/** Everything that is not about one account. */
export function SettingsPage() {
  const { answer, fault, refresh } = useAnswer('settings', {});
  if (fault) return <p class="bad">{fault}</p>;
  if (!answer) return <p>{texts.loading}</p>;
  return (
    <>
      <Form view={answer} onSaved={refresh} />
      <ChangePassword />
    </>
  );
}

function Form({ view, onSaved }: { view: SettingsView; onSaved: () => void }) {
  const { client } = usePanel();
  const save = async (settings: Settings) => {
    const { revision, port } = await client.call('save', { settings });
    const saved = { ...withoutTypedSecrets(settings, view), revision };
    if (port !== view.port) return { saved, said: words.moved(port) };
    onSaved();
    if (settings.host.baseUrl === '') return { saved, said: texts.saved };
    // What was entered is right only when Motion says so.
    const { line } = await client.call('checkHost', {});
    const said =
      line.state === 'ok'
        ? words.savedAndTested(line.words)
        : { good: false, words: words.savedButRefused(line.words) };
    return { saved, said };
  };
  return (
    <SettingsForm
      view={view}
      heading={texts.pages.settings}
      initial={view.settings}
      within={{ faults: '', names: '' }}
      save={save}
      after={<p class="hint">{words.where(view.file, view.dataDir)}</p>}
    >
      {(editing) =>
        view.form
          .filter(({ page }) => page === 'settings')
          .map(({ id }) => <SettingsGroup key={id} id={id} editing={editing} />)
      }
    </SettingsForm>
  );
}

function ChangePassword() {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  return (
    <form
      class="wide"
      onSubmit={(event) => {
        event.preventDefault();
        void run(async () => {
          await client.call('changePassword', { current, next });
          setCurrent('');
          setNext('');
          return words.changed;
        });
      }}
    >
      <fieldset>
        <legend>{words.changePassword}</legend>
        <PasswordField of="current" label={words.current} value={current} onChange={setCurrent} />
        <PasswordField of="new" label={words.next} value={next} onChange={setNext} />
        <Button quiet text={words.change} off={busy || current === '' || next === ''} />
        <Outcome outcome={outcome} />
      </fieldset>
    </form>
  );
}
