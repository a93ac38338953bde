import type { AccountSettings, SetUpState, SettingsView } from '../api';
import { usePanel } from '../context';
import { SettingField, type Editing } from '../settingsGroup';

/** What a step has to work with. */
export interface StepProps {
  state: SetUpState;
  view: SettingsView;
  account: AccountSettings | undefined;
  /** Shows how far it is now. */
  reload: () => void;
}

/** The fields of some settings, in this order. */
export function Fields({
  paths,
  editing,
  ofAccount,
}: {
  paths: string[];
  editing: Editing;
  ofAccount: boolean;
}) {
  const fields = editing.view.form
    .filter(({ page }) => (page === 'settings') !== ofAccount)
    .flatMap(({ fields: each }) => each);
  return (
    <>
      {paths.map((path) => {
        const field = fields.find((each) => each.path === path);
        return field ? <SettingField key={path} field={field} editing={editing} /> : null;
      })}
    </>
  );
}

/** Saves an account as it is now, beside the others. */
export function useSaving({ view, account: known }: Pick<StepProps, 'view' | 'account'>) {
  const { client } = usePanel();
  const { settings } = view;
  return {
    /** What the paths of the account's settings begin with. */
    within: {
      faults: `accounts.${known ? settings.accounts.indexOf(known) : settings.accounts.length}.`,
      names: `accounts.${known?.name ?? ''}.`,
    },
    save: async (account: AccountSettings) => {
      const accounts = known
        ? settings.accounts.map((each) => (each === known ? account : each))
        : [...settings.accounts, account];
      await client.call('save', { settings: { ...settings, accounts } });
    },
  };
}
