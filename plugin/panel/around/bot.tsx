import type { AroundSettings } from '../api';
import { aboutOf, NumberField, SecretField, Switch, TextField } from '../fields';
import { ListField } from '../listField';
import { texts } from '../texts';
import type { AroundPart } from './part';

const { bot: words } = texts.around;
const about = aboutOf(words.fields, 'bot');

/** Who answers before agents do. */
export function BotPart({
  account: { bot, botToken },
  set,
  tokenIsSet,
}: AroundPart & { tokenIsSet: boolean }) {
  const change = (changes: Partial<typeof bot>) => set({ bot: { ...bot, ...changes } });
  return (
    <fieldset>
      <legend>{words.heading}</legend>
      <p>{words.words}</p>
      <Switch {...about('active')} value={bot.active} onChange={(active) => change({ active })} />
      <TextField {...about('url')} value={bot.url} onChange={(url) => change({ url })} />
      <SecretField
        {...about('botToken')}
        isSet={tokenIsSet}
        value={botToken}
        // Absent means as before.
        onChange={(value) => set({ botToken: value } as Partial<AroundSettings>)}
      />
      <ListField {...about('keywords')} value={bot.keywords} onChange={(keywords) => change({ keywords })} />
      <NumberField
        {...about('longestTurns')}
        value={bot.longestTurns}
        onChange={(longestTurns) => change({ longestTurns })}
      />
      <NumberField
        {...about('quietMinutes')}
        value={bot.quietMinutes}
        onChange={(quietMinutes) => change({ quietMinutes })}
      />
    </fieldset>
  );
}
