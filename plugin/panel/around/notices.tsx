import { aboutOf, NumberField, Switch } from '../fields';
import { NoticeField } from '../noticeField';
import { texts } from '../texts';
import type { AroundPart } from './part';

const { greeting: greetingWords, followUp: followUpWords } = texts.around;
const aboutGreeting = aboutOf(greetingWords.fields, 'greeting');
const aboutFollowUp = aboutOf(followUpWords.fields, 'followUp');

/** What new customers hear first. */
export function GreetingPart({ account: { greeting }, set }: AroundPart) {
  const change = (changes: Partial<typeof greeting>) => set({ greeting: { ...greeting, ...changes } });
  return (
    <fieldset>
      <legend>{greetingWords.heading}</legend>
      <Switch
        {...aboutGreeting('active')}
        value={greeting.active}
        onChange={(active) => change({ active })}
      />
      <NoticeField {...aboutGreeting('text')} value={greeting.text} onChange={(text) => change({ text })} />
      <NumberField
        {...aboutGreeting('everyDays')}
        value={greeting.everyDays}
        onChange={(everyDays) => change({ everyDays })}
      />
    </fieldset>
  );
}

/** What customers hear who do not answer. */
export function FollowUpPart({ account: { followUp }, set }: AroundPart) {
  const change = (changes: Partial<typeof followUp>) => set({ followUp: { ...followUp, ...changes } });
  return (
    <fieldset>
      <legend>{followUpWords.heading}</legend>
      <Switch
        {...aboutFollowUp('active')}
        value={followUp.active}
        onChange={(active) => change({ active })}
      />
      <NumberField
        {...aboutFollowUp('reminderMinutes')}
        value={followUp.reminderMinutes}
        onChange={(reminderMinutes) => change({ reminderMinutes })}
      />
      <NoticeField
        {...aboutFollowUp('reminder')}
        value={followUp.reminder}
        onChange={(reminder) => change({ reminder })}
      />
      <NumberField
        {...aboutFollowUp('closingMinutes')}
        value={followUp.closingMinutes}
        onChange={(closingMinutes) => change({ closingMinutes })}
      />
      <NoticeField
        {...aboutFollowUp('closing')}
        value={followUp.closing}
        onChange={(closing) => change({ closing })}
      />
    </fieldset>
  );
}
