import type { ComponentChildren } from 'preact';
import { useContext, useId, useState } from 'preact/hooks';
import { isSignedOut, Refusal } from './client';
import { Faults, inWords, type Fault } from './faults';
import { texts } from './texts';

export interface FieldProps<T> {
  label: string;
  hint?: string;
  /** The setting's name. */
  field?: string;
  value: T;
  onChange: (value: T) => void;
  disabled?: boolean;
  placeholder?: string;
}

/** A label, what is asked for, and what is wrong with it. */
export function Labelled({
  id,
  label,
  hint,
  field,
  children,
}: {
  id: string;
  label: string;
  hint?: string | undefined;
  field?: string | undefined;
  children: ComponentChildren;
}) {
  const fault = useFaultOf(field);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {fault === undefined ? null : (
        <p class="bad" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

/** What is wrong with a field. */
export function useFaultOf(field: string | undefined): string | undefined {
  const faults = useContext(Faults);
  return field === undefined ? undefined : faults.get(field);
}

/** How an input names its hint and its fault. */
export function useDescription(id: string, hint: string | undefined, field: string | undefined) {
  const fault = useFaultOf(field);
  const ids = [...(hint ? [`${id}-hint`] : []), ...(fault === undefined ? [] : [`${id}-fault`])];
  return {
    'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
    'aria-invalid': fault === undefined ? undefined : true,
  };
}

export function TextField({
  label,
  hint,
  field,
  value,
  onChange,
  type = 'text',
  ...rest
}: FieldProps<string> & {
  type?: 'text' | 'password' | 'number' | 'search' | 'date' | 'time';
  required?: boolean;
  autocomplete?: string;
  step?: 'any';
}) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} field={field}>
      <input
        id={id}
        // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- the compiler wants each type by itself
        type={type as 'text'}
        value={value}
        spellcheck={false}
        autocomplete="off"
        {...useDescription(id, hint, field)}
        onInput={(event) => onChange(event.currentTarget.value)}
        {...rest}
      />
    </Labelled>
  );
}

/** A password: the current one, a new one, or that of a file. */
export function PasswordField({
  of,
  ...rest
}: FieldProps<string> & { of?: 'current' | 'new'; required?: boolean }) {
  return <TextField {...rest} type="password" autocomplete={of ? `${of}-password` : 'off'} />;
}

export function NumberField({ value, onChange, ...rest }: FieldProps<number>) {
  const [typed, setTyped] = useState('');
  const own = Number.isNaN(value) ? '' : String(value);
  return (
    <TextField
      {...rest}
      type="number"
      step="any"
      // As it was typed, as long as it means the value: else "0." would become "0" before the next digit comes.
      value={Object.is(numberOf(typed), value) ? typed : own}
      onChange={(text) => {
        setTyped(text);
        onChange(numberOf(text));
      }}
    />
  );
}

const numberOf = (text: string) => (text === '' ? NaN : Number(text));

export function Choice({
  label,
  hint,
  field,
  value,
  onChange,
  options,
  ...rest
}: FieldProps<string> & { options: Record<string, string> }) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} field={field}>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        {...useDescription(id, hint, field)}
        {...rest}
      >
        {Object.entries(options).map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

export function Switch({ label, hint, value, onChange, disabled }: FieldProps<boolean>) {
  const id = useId();
  return (
    <div class="field switch">
      <input
        id={id}
        type="checkbox"
        checked={value}
        onChange={(event) => onChange(event.currentTarget.checked)}
        disabled={disabled}
      />
      <label for={id}>{label}</label>
      {hint ? <p class="hint">{hint}</p> : null}
    </div>
  );
}

/** A secret that is shown only as set or missing, and can be replaced. */
export function SecretField({
  label,
  hint,
  field,
  value,
  onChange,
  isSet,
}: Omit<FieldProps<string | undefined>, 'disabled'> & { isSet: boolean }) {
  const { account } = texts;
  return (
    <TextField
      label={`${label} · ${isSet ? account.isSet : account.isMissing}`}
      hint={hint ?? ''}
      {...(field === undefined ? {} : { field })}
      type="password"
      placeholder={isSet ? account.replace : ''}
      value={value ?? ''}
      // An emptied field means what it did before: as it was.
      onChange={(text) => onChange(text === '' ? undefined : text)}
    />
  );
}

interface ButtonProps {
  text: string;
  /** Absent: it sends the form it stands in. */
  onClick?: () => void;
  off?: boolean;
  quiet?: boolean;
}

export function Button({ text, onClick, off, quiet }: ButtonProps) {
  return (
    <button
      type={onClick ? 'button' : 'submit'}
      class={quiet ? 'quiet' : undefined}
      disabled={off}
      onClick={onClick}
    >
      {text}
    </button>
  );
}

/** A link that looks like a button. */
export function LinkButton({ text, href, quiet }: { text: string; href: string; quiet?: boolean }) {
  return (
    <a class={quiet ? 'button quiet' : 'button'} href={href}>
      {text}
    </a>
  );
}

/** Does something instead of sending a form. */
export const submit = (work: () => void) => (event: Event) => {
  event.preventDefault();
  work();
};

/** What became of the last thing the admin did. */
export function Outcome({ outcome }: { outcome: Done | undefined }) {
  return (
    <div class="outcome" role="status">
      {outcome ? (
        <div class={outcome.good ? 'good' : 'bad'}>
          <p>{outcome.words}</p>
          {outcome.faults && outcome.faults.length > 0 ? (
            <ul>
              {outcome.faults.map((fault) => (
                <li key={fault.path}>{inWords(fault)}</li>
              ))}
            </ul>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

export interface Done {
  good: boolean;
  words: string;
  faults?: Fault[];
}

/** Does something and says what became of it; the button is off meanwhile. */
export function useDoing(onSignedOut: () => void) {
  const [outcome, setOutcome] = useState<Done>();
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<string | Done | undefined>) => {
    setBusy(true);
    setOutcome(undefined);
    try {
      const result = await work();
      if (typeof result === 'string') setOutcome({ good: true, words: result });
      else if (result) setOutcome(result);
    } catch (error) {
      if (isSignedOut(error)) onSignedOut();
      const faults = error instanceof Refusal ? error.faults : [];
      setOutcome({ good: false, words: error instanceof Error ? error.message : String(error), faults });
    } finally {
      setBusy(false);
    }
  };
  return { outcome, busy, run };
}
