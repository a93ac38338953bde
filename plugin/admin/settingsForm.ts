import type { AccountSettings, FormField, FormGroup } from '../panel/api';
import { groups } from '../settings/about';
import { catalogue, setAt, type Setting } from '../settings/catalogue';
import { settingTexts } from '../texts/settings';
import type { SettingTexts } from '../texts/settings/settingTexts';
import { spokenLanguage } from '../texts/text';

/** Every part of the panel's forms, made from what the settings say of themselves, in the language that is spoken. */
export function formGroups(): FormGroup[] {
  const translated = settingTexts[spokenLanguage()];
  return Object.entries(groups).map(([id, about]) => ({
    id,
    ...about,
    ...translated?.groups[id],
    fields: catalogue
      .filter((each) => each.about.group === id)
      .map((each) => formField(each, translated?.settings[each.path])),
  }));
}

type Words = SettingTexts['settings'][string];

function formField({ path, about, control, values }: Setting, words: Words | undefined): FormField {
  const { onlyWhen } = about;
  const { label, hint } = words ?? about;
  const named = about.options ?? (values && Object.fromEntries(values.map((value) => [value, value])));
  const options = named && { ...named, ...words?.options };
  return {
    path: path.replace(/^accounts\.\*\./, ''),
    label,
    control,
    ...(hint === undefined ? {} : { hint }),
    ...(options === undefined ? {} : { options }),
    ...(onlyWhen === undefined ? {} : { onlyWhen }),
    ...(about.rare ? { rare: true } : {}),
  };
}

/** A new account as its form begins: with every default, and without a name. */
export function newAccount(): AccountSettings {
  const account: Record<string, unknown> = { name: '', openChannelAccountId: null };
  for (const { path, preset, about } of catalogue) {
    const [list, , ...within] = path.split('.');
    if (list === 'accounts' && preset !== undefined && about.secret !== true) setAt(account, within, preset);
  }
  return account as AccountSettings;
}
