import { useEffect, useState } from 'preact/hooks';
import type { AccountSettings, Answer } from '../api';
import { usePanel } from '../context';
import { Button, Choice, Outcome, useDoing } from '../fields';
import { SettingField, SettingsGroup } from '../settingsGroup';
import { texts } from '../texts';
import { valueAt } from '../valueAt';
import type { AccountEditing } from './accountKeys';

const { account: words } = texts;

interface ChannelFieldProps {
  path: 'openChannelAccountId' | 'mentions.openChannelAccountId';
  /** What 0 means, where it means something. */
  none?: string;
  editing: AccountEditing;
  others: AccountSettings[];
}

/** An Open Channel account, chosen from those that Motion has, or entered as a number where it cannot be asked. */
function ChannelField({ path, none, editing, others }: ChannelFieldProps) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [list, setList] = useState<Answer<'hostAccounts'>['accounts']>([]);
  const load = () =>
    void run(async () => {
      setList((await client.call('hostAccounts', {})).accounts);
      return undefined;
    });
  useEffect(load, []);
  const field = editing.view.form.flatMap(({ fields }) => fields).find((each) => each.path === path);
  if (!field) return null;
  const asNumber = (
    <>
      <SettingField field={field} editing={editing} />
      <Button quiet text={words.loadHostAccounts} off={busy} onClick={load} />
    </>
  );
  const value = String(valueAt(editing.values, path));
  const chosen = list.find(({ id }) => String(id) === value);
  const usedBy = (id: number) => others.find((each) => each.openChannelAccountId === id)?.name;
  const options: Record<string, string> = {
    ...(none === undefined ? {} : { '0': none }),
    ...Object.fromEntries(list.map(({ id, name }) => [id, words.hostAccount(name, id, usedBy(id))])),
  };
  const isOffered = value in options;
  const asChoice = (
    <Choice
      label={field.label}
      field={path}
      hint={chosen ? words.mapKeyOnHost(chosen.mapKey) : (field.hint ?? '')}
      value={isOffered ? value : ''}
      options={isOffered ? options : { '': '', ...options }}
      onChange={(id) => editing.set(path, id === '' ? NaN : Number(id))}
    />
  );
  return (
    <>
      {list.length > 0 ? asChoice : asNumber}
      <Outcome outcome={outcome} />
    </>
  );
}

type Props = Pick<ChannelFieldProps, 'editing' | 'others'>;

/** The Open Channel account that messages go to. */
export function OpenChannel(props: Props) {
  const path = 'openChannelAccountId';
  return (
    <SettingsGroup
      id="openChannel"
      editing={props.editing}
      instead={{ [path]: <ChannelField key={path} path={path} {...props} /> }}
    />
  );
}

/** What of an account is received and sent, with the Open Channel account that public posts go to. */
export function Channels(props: Props) {
  const path = 'mentions.openChannelAccountId';
  return (
    <SettingsGroup
      id="channels"
      editing={props.editing}
      instead={{ [path]: <ChannelField key={path} path={path} none={words.sameChannel} {...props} /> }}
    />
  );
}
