import { useState } from 'preact/hooks';
import { TextField, type FieldProps } from './fields';
import { texts } from './texts';

const read = (text: string) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** A list, written with commas between. What is typed stays as it is typed. */
export function ListField({ value, hint, onChange, ...rest }: FieldProps<string[]>) {
  const [text, setText] = useState(value.join(', '));
  return (
    <TextField
      {...rest}
      hint={[hint, texts.listHint].filter((each) => each !== undefined).join(' ')}
      value={text}
      onChange={(typed) => {
        setText(typed);
        onChange(read(typed));
      }}
    />
  );
}
