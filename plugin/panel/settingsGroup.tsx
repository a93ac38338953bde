import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import type { FormField, SettingsView } from './api';
import { Choice, NumberField, SecretField, Switch, TextField, type FieldProps } from './fields';
import { languageNames } from '../texts/languages';
import { Faults } from './faults';
import { DatesField } from './datesField';
import { DaysField } from './daysField';
import { HoursField } from './hoursField';
import { ListField } from './listField';
import { NoticeField } from './noticeField';
import { texts } from './texts';
import { valueAt } from './valueAt';

/** Settings while somebody changes them: those of an account, or all that belongs to none. */
export interface Editing {
  values: Record<string, unknown>;
  /** Sets a value; undefined takes it away, which for a secret means: as it was. */
  set: (path: string, value: unknown) => void;
  view: SettingsView;
  /** What the paths of these settings begin with in the whole configuration: `accounts.support.`, or nothing. */
  within: string;
}

interface SettingsGroupProps {
  id: string;
  editing: Editing;
  /** What stands in the place of a field, by its path. */
  instead?: Record<string, ComponentChildren>;
  /** Fields that cannot be changed, by their paths. */
  fixed?: string[];
  /** What stands above the fields. */
  above?: ComponentChildren;
  children?: ComponentChildren;
}

/** A part of a form, with a field for each of its settings. */
export function SettingsGroup({
  id,
  editing,
  instead = {},
  fixed = [],
  above,
  children,
}: SettingsGroupProps) {
  const faults = useContext(Faults);
  const group = editing.view.form.find((each) => each.id === id);
  if (!group) return null;
  const isAsked = ({ onlyWhen }: FormField) =>
    !onlyWhen || onlyWhen.is.includes(String(valueAt(editing.values, onlyWhen.setting)));
  const shown = (field: FormField) =>
    field.path in instead ? (
      instead[field.path]
    ) : (
      <SettingField key={field.path} field={field} editing={editing} isFixed={fixed.includes(field.path)} />
    );
  const asked = group.fields.filter(isAsked);
  const rare = asked.filter((field) => field.rare);
  return (
    <fieldset>
      <legend>{group.heading}</legend>
      {group.text === undefined ? null : <p>{group.text}</p>}
      {above}
      {asked.filter(({ rare }) => !rare).map(shown)}
      {children}
      {rare.length > 0 ? (
        <details open={rare.some(({ path }) => faults.has(path))}>
          <summary>{texts.moreSettings}</summary>
          {rare.map(shown)}
        </details>
      ) : null}
    </fieldset>
  );
}

interface SettingFieldProps {
  field: FormField;
  editing: Editing;
  isFixed?: boolean;
}

/** The field of one setting. */
export function SettingField({ field, editing, isFixed = false }: SettingFieldProps) {
  const { values, set, view, within } = editing;
  const { path, label, hint, control, options = {} } = field;
  const isOverridden = view.overridden.includes(`${within}${path}`);
  const value = valueAt(values, path);
  const props = <T,>(typed: T): FieldProps<T> => ({
    label,
    field: path,
    value: typed,
    onChange: (next: T) => set(path, next),
    disabled: isFixed || isOverridden,
    ...(hint === undefined ? {} : { hint }),
    ...(isOverridden ? { placeholder: texts.settings.overridden } : {}),
  });
  switch (control) {
    case 'switch':
      return <Switch {...props(value === true)} />;
    case 'number':
      return <NumberField {...props(typeof value === 'number' ? value : NaN)} />;
    case 'choice':
      return <Choice {...props(String(value))} options={options} />;
    case 'list':
      return <ListField {...props(listOf(value))} />;
    case 'days':
      return <DaysField {...props(listOf(value))} />;
    case 'hours':
      return <HoursField {...props(listOf(value))} />;
    case 'dates':
      return <DatesField {...props(listOf(value))} />;
    case 'timeZone':
      return <Choice {...props(String(value))} options={named(['', ...timeZones], String(value))} />;
    case 'language':
      return <Choice {...props(String(value))} options={{ ...named([], String(value)), ...languageNames }} />;
    case 'notice':
      return <NoticeField {...props(String(value))} />;
    case 'secret':
      return (
        <SecretField
          {...props(typeof value === 'string' ? value : undefined)}
          isSet={isOverridden || view.secretsSet.includes(`${within}${path}`)}
        />
      );
    case 'text':
      return <TextField {...props(String(value))} />;
  }
}

/** The browser's own first. */
const timeZones = [
  ...new Set([Intl.DateTimeFormat().resolvedOptions().timeZone, ...Intl.supportedValuesOf('timeZone')]),
];

/** Values to choose from that are their own names, with the one that is chosen already. */
const named = (values: string[], chosen: string) =>
  Object.fromEntries([...values, chosen].map((each) => [each, each]));

const listOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
