import { useState } from 'preact/hooks';
import { TextField } from './fields';

interface ListFieldProps {
  label: string;
  hint: string;
  field?: string;
  value: string[];
  onChange: (value: string[]) => void;
}

const read = (text: string) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** A list, written with commas between. What is typed stays as it is typed. */
export function ListField({ value, onChange, ...rest }: ListFieldProps) {
  const [text, setText] = useState(value.join(', '));
  return (
    <TextField
      {...rest}
      value={text}
      onChange={(typed) => {
        setText(typed);
        onChange(read(typed));
      }}
    />
  );
}
