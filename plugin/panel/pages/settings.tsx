import { useState } from 'preact/hooks';
import type { Settings, SettingsView } from '../api';
import { useAnswer, usePanel } from '../context';
import { aboutOf, Choice, NumberField, Outcome, SecretField, Switch, TextField, useDoing } from '../fields';
import { Faults, faultsByField } from '../faults';
import { useLeaving } from '../leaving';
import { texts } from '../texts';

const { settings: words } = texts;
const about = aboutOf(words.fields);

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

interface Part {
  settings: Settings;
  set: (changes: Partial<Settings>) => void;
  view: SettingsView;
}

function Form({ view, onSaved }: { view: SettingsView; onSaved: () => void }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [settings, setSettings] = useState(view.settings);
  const [former, setFormer] = useState(view.settings);
  const set: Part['set'] = (changes) => setSettings((before) => ({ ...before, ...changes }));
  const save = () =>
    void run(async () => {
      const { revision, port } = await client.call('save', { settings });
      // What was saved of secrets is not to go out once more with the next change.
      const { baseUrl, username, caFile, allowPlainHttp } = settings.host;
      const saved = { ...settings, host: { baseUrl, username, caFile, allowPlainHttp }, revision };
      setSettings(saved);
      setFormer(saved);
      if (port !== view.port) return words.moved(port);
      onSaved();
      if (settings.host.baseUrl === '') return texts.saved;
      // What was entered is right only when the host says so.
      const { line } = await client.call('checkHost', {});
      return line.state === 'ok'
        ? words.savedAndTested(line.words)
        : { good: false, words: words.savedButRefused(line.words) };
    });
  useLeaving(JSON.stringify(settings) !== JSON.stringify(former));
  const part = { settings, set, view };
  return (
    <form
      class="wide"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h2>{texts.pages.settings}</h2>
      <Faults.Provider value={faultsByField(outcome?.faults ?? [], '')}>
        <HostPart {...part} />
        <PluginPart {...part} />
        <LogPart {...part} />
        <XPart {...part} />
      </Faults.Provider>
      <p class="actions">
        <button type="submit" disabled={busy}>
          {texts.save}
        </button>
      </p>
      <Outcome outcome={outcome} />
      <p class="hint">{words.where(view.file, view.dataDir)}</p>
    </form>
  );
}

/** A field the environment sets cannot be changed here. */
function fixed(view: SettingsView, path: string): { disabled: boolean; placeholder?: string } {
  return view.overridden.includes(path)
    ? { disabled: true, placeholder: words.overridden }
    : { disabled: false };
}

function HostPart({ settings, set, view }: Part) {
  const { host } = settings;
  const change = (changes: Partial<Settings['host']>) => set({ host: { ...host, ...changes } });
  const isSet = (key: string) =>
    view.secretsSet.includes(`host.${key}`) || view.overridden.includes(`host.${key}`);
  return (
    <fieldset>
      <legend>{words.host}</legend>
      <TextField {...about('baseUrl')} value={host.baseUrl} onChange={(baseUrl) => change({ baseUrl })} />
      <TextField
        {...about('username')}
        {...fixed(view, 'host.username')}
        value={host.username}
        autocomplete="off"
        onChange={(username) => change({ username })}
      />
      {(['password', 'apiKey'] as const).map((key) => (
        <SecretField
          key={key}
          {...about(key)}
          isSet={isSet(key)}
          value={host[key]}
          onChange={(value) => {
            const rest = Object.entries(host).filter(([each]) => each !== key);
            set({
              host: { ...Object.fromEntries(rest), ...(value ? { [key]: value } : {}) } as Settings['host'],
            });
          }}
        />
      ))}
      <TextField {...about('caFile')} value={host.caFile} onChange={(caFile) => change({ caFile })} />
      <Switch
        {...about('allowPlainHttp')}
        value={host.allowPlainHttp}
        onChange={(allowPlainHttp) => change({ allowPlainHttp })}
      />
    </fieldset>
  );
}

function PluginPart({ settings, set, view }: Part) {
  const { reply, admin } = settings;
  return (
    <fieldset>
      <legend>{words.plugin}</legend>
      <NumberField
        {...about('port')}
        {...fixed(view, 'port')}
        value={settings.port}
        onChange={(port) => set({ port })}
      />
      <TextField
        {...about('bindAddress')}
        value={settings.bindAddress}
        onChange={(bindAddress) => set({ bindAddress })}
      />
      <NumberField
        {...about('longestWaitHours')}
        value={reply.longestWaitHours}
        onChange={(longestWaitHours) => set({ reply: { ...reply, longestWaitHours } })}
      />
      <Switch
        {...about('hostUsers')}
        value={admin.hostUsers}
        onChange={(hostUsers) => set({ admin: { hostUsers } })}
      />
    </fieldset>
  );
}

function LogPart({ settings, set }: Part) {
  const { log } = settings;
  const change = (changes: Partial<Settings['log']>) => set({ log: { ...log, ...changes } });
  return (
    <fieldset>
      <legend>{words.logs}</legend>
      <TextField {...about('dir')} value={log.dir} onChange={(dir) => change({ dir })} />
      <TextField {...about('name')} value={log.name} onChange={(name) => change({ name })} />
      <Choice
        {...about('level')}
        value={log.level}
        options={texts.log.levels}
        onChange={(level) => change({ level })}
      />
      <Choice
        {...about('messageText')}
        value={log.messageText}
        options={words.messageTexts}
        onChange={(messageText) => change({ messageText })}
      />
    </fieldset>
  );
}

function XPart({ settings, set }: Part) {
  const { x } = settings;
  const hosts = (text: string) => text.split(',').map((host) => host.trim());
  return (
    <fieldset>
      <legend>{words.x}</legend>
      <TextField
        {...about('apiBaseUrl')}
        value={x.apiBaseUrl}
        onChange={(apiBaseUrl) => set({ x: { ...x, apiBaseUrl } })}
      />
      <TextField
        {...about('mediaHosts')}
        value={x.mediaHosts.join(', ')}
        onChange={(text) => set({ x: { ...x, mediaHosts: hosts(text) } })}
      />
    </fieldset>
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
        <TextField
          label={words.current}
          type="password"
          autocomplete="current-password"
          value={current}
          onChange={setCurrent}
        />
        <TextField
          label={words.next}
          type="password"
          autocomplete="new-password"
          value={next}
          onChange={setNext}
        />
        <button type="submit" class="quiet" disabled={busy || current === '' || next === ''}>
          {words.change}
        </button>
        <Outcome outcome={outcome} />
      </fieldset>
    </form>
  );
}
