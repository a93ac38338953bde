import { Switch, type FieldProps } from './fields';
import { texts } from './texts';

/** Some days of the week. */
export function DaysField({ label, value, onChange }: FieldProps<string[]>) {
  const days = Object.entries(texts.days);
  const isOneOf = (chosen: string[]) => days.map(([day]) => day).filter((day) => chosen.includes(day));
  return (
    <div class="days" role="group" aria-label={label}>
      <span>{label}</span>
      {days.map(([day, name]) => (
        <Switch
          key={day}
          label={name}
          value={value.includes(day)}
          onChange={(isChosen) =>
            onChange(isOneOf(isChosen ? [...value, day] : value.filter((each) => each !== day)))
          }
        />
      ))}
    </div>
  );
}
