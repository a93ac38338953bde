import { useEffect, useState } from 'preact/hooks';
import type { AccountSettings, Answer } from '../api';
import { usePanel } from '../context';
import { Button, Choice, Outcome, useDoing } from '../fields';
import { SettingField, SettingsGroup } from '../settingsGroup';
import { texts } from '../texts';
import type { AccountEditing } from './accountKeys';

const { account: words } = texts;

/** The Open Channel account, chosen from those that Motion has, or entered as a number where it cannot be asked. */
export function OpenChannel({ editing, others }: { editing: AccountEditing; others: AccountSettings[] }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [list, setList] = useState<Answer<'hostAccounts'>['accounts']>([]);
  const load = () =>
    void run(async () => {
      setList((await client.call('hostAccounts', {})).accounts);
      return undefined;
    });
  useEffect(load, []);
  const path = 'openChannelAccountId';
  const field = editing.view.form.flatMap(({ fields }) => fields).find((each) => each.path === path);
  if (!field) return null;
  const asNumber = (
    <>
      <SettingField field={field} editing={editing} />
      <Button quiet text={words.loadHostAccounts} off={busy} onClick={load} />
    </>
  );
  const chosen = list.find(({ id }) => id === editing.values.openChannelAccountId);
  const usedBy = (id: number) => others.find((each) => each.openChannelAccountId === id)?.name;
  const options = Object.fromEntries(
    list.map(({ id, name }) => [id, words.hostAccount(name, id, usedBy(id))]),
  );
  const asChoice = (
    <Choice
      label={field.label}
      field={path}
      hint={chosen ? words.mapKeyOnHost(chosen.mapKey) : (field.hint ?? '')}
      value={chosen ? String(chosen.id) : ''}
      options={chosen ? options : { '': '', ...options }}
      onChange={(id) => editing.set(path, id === '' ? NaN : Number(id))}
    />
  );
  return (
    <SettingsGroup
      id="openChannel"
      editing={editing}
      instead={{
        [path]: (
          <>
            {list.length > 0 ? asChoice : asNumber}
            <Outcome outcome={outcome} />
          </>
        ),
      }}
    />
  );
}
