import { useId } from 'preact/hooks';
import { texts } from './texts';

interface NoticeFieldProps {
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
}

/** Words for customers, with what they may hold and how many they are. */
export function NoticeField({ label, hint, value, onChange }: NoticeFieldProps) {
  const id = useId();
  const { counted, variables } = texts.around;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        aria-describedby={`${id}-hint`}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p class="hint" id={`${id}-hint`}>
        {[hint, variables, counted(Array.from(value).length)].filter((each) => each !== '').join(' ')}
      </p>
    </div>
  );
}
