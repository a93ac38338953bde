import type { AccountSettings, FormField, FormGroup } from '../panel/api';
import { groups } from '../settings/about';
import { catalogue, setAt, type Setting } from '../settings/catalogue';

/** Every part of the panel's forms, made from what the settings say of themselves. */
export const formGroups: FormGroup[] = Object.entries(groups).map(([id, about]) => ({
  id,
  ...about,
  fields: catalogue.filter((each) => each.about.group === id).map(formField),
}));

function formField({ path, about, control, values }: Setting): FormField {
  const { label, hint, onlyWhen } = about;
  const options = about.options ?? (values && Object.fromEntries(values.map((value) => [value, value])));
  return {
    path: path.replace(/^accounts\.\*\./, ''),
    label,
    control,
    ...(hint === undefined ? {} : { hint }),
    ...(options === undefined ? {} : { options }),
    ...(onlyWhen === undefined ? {} : { onlyWhen }),
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
