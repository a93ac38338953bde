import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SettingsView } from './api';
import { usePanel } from './context';
import { Outcome, useDoing, type Done, Button, LinkButton, submit } from './fields';
import { Faults, faultsByField } from './faults';
import { useLeaving } from './leaving';
import type { Editing } from './settingsGroup';
import { texts } from './texts';
import { withValueAt } from './valueAt';
import { PageTitle } from './pageTitle';

interface SettingsFormProps<T extends Record<string, unknown>> {
  view: SettingsView;
  /** Of the page; a form inside one has none. */
  heading?: string;
  /** What the button says instead of *Save*. */
  button?: string;
  text?: string;
  initial: T;
  /** What the paths of these settings begin with: for the faults with the account's place, for the rest with its name. */
  within: { faults: string; names: string };
  /** @returns what to say of it, and the settings as they are saved; secrets are out of those */
  save: (values: T) => Promise<{ saved: T; said: string | Done | undefined }>;
  /** Where *Cancel* leads; without it there is none. */
  cancelTo?: string;
  /** What stands below the form. */
  after?: ComponentChildren;
  children: (
    editing: Editing & { values: T; setAll: (change: (before: T) => T) => void },
  ) => ComponentChildren;
}

/** A form over some settings: it marks what is wrong at its field, and asks before unsaved changes are left. */
export function SettingsForm<T extends Record<string, unknown>>(props: SettingsFormProps<T>) {
  const { view, heading, text, initial, within, cancelTo } = props;
  const { onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [values, setValues] = useState(initial);
  const [former, setFormer] = useState(initial);
  useLeaving(JSON.stringify(values) !== JSON.stringify(former));
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [outcome]);
  const set: Editing['set'] = (path, value) => setValues((before) => withValueAt(before, path, value));
  const save = () =>
    void run(async () => {
      const { saved, said } = await props.save(values);
      setValues(saved);
      setFormer(saved);
      return said;
    });
  return (
    <form ref={form} class="wide" onSubmit={submit(save)}>
      {heading === undefined ? null : <PageTitle text={heading} />}
      {text === undefined ? null : <p>{text}</p>}
      <Faults.Provider value={faultsByField(outcome?.faults ?? [], within.faults)}>
        {props.children({ values, set, setAll: setValues, view, within: within.names })}
      </Faults.Provider>
      <div class={heading === undefined ? undefined : 'always'}>
        <Outcome outcome={outcome} />
        <p class="actions">
          <Button text={props.button ?? texts.save} off={busy} />
          {cancelTo === undefined ? null : <LinkButton quiet text={texts.cancel} href={cancelTo} />}
        </p>
      </div>
      {props.after}
    </form>
  );
}

/** Settings without the secrets of a form: what was saved of them is not to go out once more with the next change. */
export function withoutTypedSecrets<T extends Record<string, unknown>>(values: T, view: SettingsView): T {
  const secrets = view.form
    .flatMap(({ fields }) => fields)
    .filter(({ control }) => control === 'secret')
    .map(({ path }) => path);
  return secrets.reduce((rest, path) => withValueAt(rest, path, undefined), values);
}
