import type { AccountSettings, AccountState, Settings, SettingsView } from '../api';
import { usePanel } from '../context';
import { Button, Outcome, useDoing } from '../fields';
import { csvOf, FileField, saveFile } from '../files';
import { texts } from '../texts';
import { valueAt, withValueAt } from '../valueAt';

const { accounts: words } = texts;

/** Says of a file that it holds one account's settings. */
const mark = 'openchannel-x account';

/** What each account has of its own. */
const ownSettings = { name: '', active: false, openChannelAccountId: 0, webhookUrl: '' };

/** One account's settings as a file, without its keys. */
export function exportAccount(account: AccountSettings): void {
  const content = JSON.stringify({ [mark]: 1, account }, undefined, 2);
  saveFile({ name: `openchannel-x-account-${account.name}.json`, content });
}

/** A new account that begins as another one is, but for what is its own. */
export function copyOf(account: AccountSettings, newAccount: AccountSettings): AccountSettings {
  const copied = { ...newAccount, ...account, oauth2: newAccount.oauth2, ...ownSettings };
  return withValueAt(withValueAt(copied, 'mentions.openChannelAccountId', 0), 'mentions.mapKey', '');
}

/** The account in a file; undefined where it holds none. */
function accountIn(content: string): (Partial<AccountSettings> & { name: string }) | undefined {
  try {
    const { account, [mark]: version } = JSON.parse(content) as Record<string, unknown>;
    const name = (account as { name?: unknown } | undefined)?.name;
    return version === 1 && typeof name === 'string' ? (account as AccountSettings) : undefined;
  } catch {
    return undefined;
  }
}

/** A list for spreadsheets; no secret is among what the panel knows. */
function accountsAsCsv(states: AccountState[], { accounts }: Settings): string {
  const columns = [
    'name',
    'description',
    'user',
    'state',
    'delivery',
    'openChannelAccountId',
    'mapKey',
    'language',
  ];
  const rows = states.map((state) => {
    const { user, delivery } = state;
    const settings = accounts.find(({ name }) => name === state.name);
    const values = { ...settings, user, delivery, state: words.states[state.state] };
    return columns.map((column) => {
      const value = valueAt(values, column);
      return typeof value === 'string' || typeof value === 'number' ? value : '';
    });
  });
  return csvOf([columns, ...rows]);
}

/** Adds an account from its file, and a list of all of them. */
export function AccountTools({
  view,
  states,
  onAdded,
}: {
  view: SettingsView;
  states: AccountState[];
  onAdded: () => void;
}) {
  const { client, onSignedOut } = usePanel();
  const { outcome, run } = useDoing(onSignedOut);
  const add = (content: string) =>
    void run(async () => {
      const { settings, newAccount } = view;
      const found = accountIn(content);
      if (!found) return { good: false, words: words.notAFile };
      if (settings.accounts.some(({ name }) => name === found.name))
        return { good: false, words: words.exists(found.name) };
      const account = { ...newAccount, ...found, active: false };
      await client.call('save', { settings: { ...settings, accounts: [...settings.accounts, account] } });
      onAdded();
      return words.imported(found.name);
    });
  return (
    <details>
      <summary>{words.more}</summary>
      <FileField label={`${words.import}: ${words.importFile}`} onText={add} />
      <Outcome outcome={outcome} />
      <Button
        quiet
        text={words.csv}
        onClick={() =>
          saveFile({ name: 'openchannel-x-accounts.csv', content: accountsAsCsv(states, view.settings) })
        }
      />
    </details>
  );
}
