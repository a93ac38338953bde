import { useState } from 'preact/hooks';
import { Button, TextField, useFaultOf, type FieldProps } from './fields';
import { texts } from './texts';

const { hours: words } = texts;

interface Part {
  from: string;
  to: string;
}

/** A time field has no 24:00: an end at midnight is the day's end. */
const read = (segment: string): Part => {
  const [from = '', to = ''] = segment.split('-');
  return { from, to: to === '24:00' ? '00:00' : to };
};
const written = ({ from, to }: Part) => `${from}-${to === '00:00' ? '24:00' : to}`;

/** The times of a day that are worked, a row of two time fields each. */
export function HoursField({ label, hint, field, value, onChange }: FieldProps<string[]>) {
  const [parts, setParts] = useState<Part[]>(value.map(read));
  const fault = useFaultOf(field);
  const change = (changed: Part[]) => {
    setParts(changed);
    onChange(changed.map(written));
  };
  const edit = (index: number, edited: Partial<Part>) =>
    change(parts.map((part, each) => (each === index ? { ...part, ...edited } : part)));
  return (
    <div class="field" role="group" aria-label={label}>
      <span>{label}</span>
      {hint === undefined ? null : <p class="hint">{hint}</p>}
      {parts.map((part, index) => (
        <div class="row" key={index}>
          <TextField
            type="time"
            label={words.from(index + 1)}
            value={part.from}
            onChange={(from) => edit(index, { from })}
          />
          <TextField
            type="time"
            label={words.to(index + 1)}
            value={part.to}
            onChange={(to) => edit(index, { to })}
          />
          <Button
            quiet
            text={words.remove(index + 1)}
            onClick={() => change(parts.filter((_, each) => each !== index))}
          />
        </div>
      ))}
      {parts.length === 0 ? <p class="hint">{words.closed}</p> : null}
      {parts.length < 4 ? (
        <Button quiet text={words.add} onClick={() => change([...parts, { from: '09:00', to: '18:00' }])} />
      ) : null}
      {fault === undefined ? null : <p class="bad">{fault}</p>}
    </div>
  );
}
