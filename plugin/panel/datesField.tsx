import { useState } from 'preact/hooks';
import { Button, Switch, TextField, useFaultOf, type FieldProps } from './fields';
import { locale, texts } from './texts';

const { hours: words } = texts;

/** Of a day that comes back every year, only month and day are kept. */
const isYearly = (day: string) => day.length === 5;

function inWords(day: string): string {
  // A leap year has every day.
  const date = new Date(`${isYearly(day) ? `2024-${day}` : day}T12:00`);
  const shown: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long' };
  return date.toLocaleDateString(locale, isYearly(day) ? shown : { ...shown, year: 'numeric' });
}

/** Days of the calendar: in one year, or in every year. */
export function DatesField({ label, hint, field, value, onChange }: FieldProps<string[]>) {
  const [day, setDay] = useState('');
  const [yearly, setYearly] = useState(false);
  const fault = useFaultOf(field);
  const add = () => {
    onChange([...value, yearly ? day.slice(5) : day]);
    setDay('');
  };
  return (
    <div class="field" role="group" aria-label={label}>
      <span>{label}</span>
      {hint === undefined ? null : <p class="hint">{hint}</p>}
      <ul>
        {value.map((each) => (
          <li key={each}>
            {inWords(each)} {isYearly(each) ? `(${words.everyYear})` : ''}{' '}
            <button
              type="button"
              class="link"
              aria-label={words.removeDay(inWords(each))}
              onClick={() => onChange(value.filter((other) => other !== each))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <div class="row">
        <TextField type="date" label={words.addHoliday} value={day} onChange={setDay} />
        <Switch label={words.everyYear} value={yearly} onChange={setYearly} />
        <Button quiet text={words.addHoliday} off={day === ''} onClick={add} />
      </div>
      {fault === undefined ? null : <p class="bad">{fault}</p>}
    </div>
  );
}
