import { useId } from 'preact/hooks';
import { useFault } from './fields';
import { texts } from './texts';

interface NoticeFieldProps {
  label: string;
  hint: string;
  field: string;
  value: string;
  onChange: (value: string) => void;
}

/** Words for customers, with what they may hold and how many they are. */
export function NoticeField({ label, hint, field, value, onChange }: NoticeFieldProps) {
  const id = useId();
  const fault = useFault(field);
  const { counted, variables } = texts.around;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        aria-describedby={fault === undefined ? `${id}-hint` : `${id}-hint ${id}-fault`}
        aria-invalid={fault === undefined ? undefined : true}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p class="hint" id={`${id}-hint`}>
        {[hint, variables, counted(Array.from(value).length)].filter((each) => each !== '').join(' ')}
      </p>
      {fault === undefined ? null : (
        <p class="bad" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}
