import { useId } from 'preact/hooks';
import { Labelled, useDescription, type FieldProps } from './fields';
import { texts } from './texts';

/** A text for customers, with what it may hold and how long it is. */
export function NoticeField({ label, hint = '', field, value, onChange }: FieldProps<string>) {
  const id = useId();
  const about = [hint, texts.notice.variables, texts.notice.counted(Array.from(value).length)];
  const words = about.filter((each) => each !== '').join(' ');
  return (
    <Labelled id={id} label={label} hint={words} field={field}>
      <textarea
        id={id}
        rows={3}
        value={value}
        {...useDescription(id, words, field)}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </Labelled>
  );
}
