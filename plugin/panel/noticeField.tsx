import { useContext, useId, useRef } from 'preact/hooks';
import { Labelled, useDescription, type FieldProps } from './fields';
import { NoticeValues } from './noticeValues';
import { texts } from './texts';

type Variable = keyof typeof texts.notices.variables;

const queueVariables: Variable[] = ['position', 'waitTime'];

/** A text for customers, with buttons for what may be filled in, how long it is, and how it reads. */
export function NoticeField({ label, hint = '', field, value, onChange }: FieldProps<string>) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const values = useContext(NoticeValues);
  const words = [hint, texts.notice.counted(Array.from(value).length)]
    .filter((each) => each !== '')
    .join(' ');
  const offered = (Object.keys(texts.notices.variables) as Variable[]).filter(
    (each) => !queueVariables.includes(each) || field === 'queue.notice',
  );
  const insert = (variable: Variable) => {
    const { selectionStart, selectionEnd } = area.current ?? { selectionStart: 0, selectionEnd: 0 };
    onChange(`${value.slice(0, selectionStart)}\${${variable}}${value.slice(selectionEnd)}`);
    area.current?.focus();
  };
  const shown = value.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? `\${${name}}`);
  return (
    <Labelled id={id} label={label} hint={words} field={field}>
      <textarea
        ref={area}
        id={id}
        rows={3}
        value={value}
        {...useDescription(id, words, field)}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p class="insert">
        {texts.notices.insert}{' '}
        {offered.map((each) => (
          <button key={each} type="button" class="quiet" onClick={() => insert(each)}>
            {texts.notices.variables[each]}
          </button>
        ))}
      </p>
      {value === '' ? null : (
        <p class="hint">
          {texts.notices.preview} <q>{shown}</q>
        </p>
      )}
    </Labelled>
  );
}
