import { aboutOf, Switch, TextField } from '../fields';
import { ListField } from '../listField';
import { NoticeField } from '../noticeField';
import { texts } from '../texts';
import type { AroundPart } from './part';

const { hours: words, days } = texts.around;
const about = aboutOf(words.fields, 'workingHours');

/** When agents are there, and what customers hear when they are not. */
export function HoursPart({ account: { workingHours: hours }, set }: AroundPart) {
  const change = (changes: Partial<typeof hours>) => set({ workingHours: { ...hours, ...changes } });
  return (
    <fieldset>
      <legend>{words.heading}</legend>
      <Switch {...about('active')} value={hours.active} onChange={(active) => change({ active })} />
      <TextField
        {...about('timeZone')}
        value={hours.timeZone}
        onChange={(timeZone) => change({ timeZone })}
      />
      <Workdays value={hours.workdays} onChange={(workdays) => change({ workdays })} />
      <ListField
        {...about('workdayHours')}
        value={hours.workdayHours}
        onChange={(workdayHours) => change({ workdayHours })}
      />
      <ListField
        {...about('otherDayHours')}
        value={hours.otherDayHours}
        onChange={(otherDayHours) => change({ otherDayHours })}
      />
      <ListField
        {...about('holidays')}
        value={hours.holidays}
        onChange={(holidays) => change({ holidays })}
      />
      <NoticeField {...about('notice')} value={hours.notice} onChange={(notice) => change({ notice })} />
      <TextField
        {...about('language')}
        value={hours.language}
        onChange={(language) => change({ language })}
      />
      <Switch {...about('mentions')} value={hours.mentions} onChange={(mentions) => change({ mentions })} />
    </fieldset>
  );
}

function Workdays({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  const names = Object.keys(days) as (keyof typeof days)[];
  return (
    <div class="days" role="group" aria-label={about('workdays').label}>
      <span>{about('workdays').label}</span>
      {names.map((day) => (
        <Switch
          key={day}
          label={days[day]}
          value={value.includes(day)}
          onChange={(isWorkday) =>
            onChange(names.filter((each) => (each === day ? isWorkday : value.includes(each))))
          }
        />
      ))}
    </div>
  );
}
