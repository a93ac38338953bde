import { useEffect, useState } from 'preact/hooks';
import type { AccountSettings, OpenChannelAccount, SettingsView } from '../api';
import { useAnswer, usePanel } from '../context';
import { aboutOf, Choice, NumberField, Outcome, SecretField, Switch, TextField, useDoing } from '../fields';
import { Faults, faultsByField } from '../faults';
import { useLeaving } from '../leaving';
import { tell } from '../news';
import { texts } from '../texts';
import { Keys, OAuth2Client, type Part } from './accountKeys';

const { account: words } = texts;
const about = aboutOf(words.fields);

const fresh: AccountSettings = {
  name: '',
  active: true,
  signatureMethod: 'HMAC-SHA1',
  level: 'enterprise',
  delivery: '',
  environment: '',
  webhookUrl: '',
  webhookCheck: 'signature',
  openChannelAccountId: NaN,
  mapKey: '',
  mapValue: 'username',
  directMessages: { active: true, joinWaiting: true },
  chat: { active: true, readMarks: false, typing: false, neverPlain: true },
  oauth2: { clientId: '' },
  mentions: { active: false, quotes: false, deepLink: false, agentInitials: false, longestPost: 280 },
};

/** Adds an account, or edits the named one. */
export function AccountForm({ name }: { name: string }) {
  const { answer, fault, refresh } = useAnswer('settings', {});
  if (fault) return <p class="bad">{fault}</p>;
  if (!answer) return <p>{texts.loading}</p>;
  const known = answer.settings.accounts.find((each) => each.name === name);
  return <Form key={answer.settings.revision} view={answer} known={known} reload={refresh} />;
}

interface FormProps {
  view: SettingsView;
  known: AccountSettings | undefined;
  /** Shows the account as it is saved now. */
  reload: () => void;
}

function Form({ view, known, reload }: FormProps) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [account, setAccount] = useState(known ?? fresh);
  const [isSaved, setSaved] = useState(false);
  const set: Part['set'] = (changes, without = []) =>
    setAccount((before) => {
      const kept = Object.entries(before).filter(([key]) => !without.some((each) => each === key));
      return { ...(Object.fromEntries(kept) as unknown as AccountSettings), ...changes };
    });
  const save = () =>
    void run(async () => {
      const { settings } = view;
      const others = settings.accounts.filter(({ name }) => name !== account.name || !known);
      const accounts = known
        ? settings.accounts.map((each) => (each.name === account.name ? account : each))
        : [...others, account];
      await client.call('save', { settings: { ...settings, accounts } });
      const { added, addedOff, changed } = texts.accounts;
      tell((known ? changed : account.active ? added : addedOff)(account.name));
      setSaved(true);
      return undefined;
    });
  useLeaving(!isSaved && JSON.stringify(account) !== JSON.stringify(known ?? fresh));
  useEffect(() => {
    if (!isSaved) return;
    // An account with a new client is connected next, on its own page.
    const isToBeConnected = !['', known?.oauth2.clientId].includes(account.oauth2.clientId);
    if (isToBeConnected && known) reload();
    else window.location.hash = isToBeConnected ? `#accounts/${account.name}` : '#accounts';
  }, [isSaved]);
  const at = known ? view.settings.accounts.indexOf(known) : view.settings.accounts.length;
  const secretIsSet = (key: string) => view.secretsSet.includes(`accounts.${account.name}.${key}`);
  return (
    <form
      class="wide"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h2>{known ? words.editHeading(known.name) : words.addHeading}</h2>
      <Faults.Provider value={faultsByField(outcome?.faults ?? [], `accounts.${at}.`)}>
        <Basics account={account} set={set} isNew={!known} />
        <OAuth2Client account={account} set={set} known={known} view={view} secretIsSet={secretIsSet} />
        <Keys account={account} set={set} secretIsSet={secretIsSet} />
        <HostPart account={account} set={set} others={view.settings.accounts} />
        <Channels account={account} set={set} />
        <Delivery account={account} set={set} view={view} secretIsSet={secretIsSet} />
      </Faults.Provider>
      <p class="actions">
        <button type="submit" disabled={busy}>
          {texts.save}
        </button>
        <a class="button quiet" href="#accounts">
          {texts.cancel}
        </a>
      </p>
      <Outcome outcome={outcome} />
    </form>
  );
}

function Basics({ account, set, isNew }: Part & { isNew: boolean }) {
  return (
    <fieldset>
      <legend>{words.groups.basics}</legend>
      <TextField
        {...about('name')}
        value={account.name}
        disabled={!isNew}
        required
        onChange={(name) => set({ name })}
      />
      <Switch {...about('active')} value={account.active} onChange={(active) => set({ active })} />
    </fieldset>
  );
}

function HostPart({ account, set, others }: Part & { others: AccountSettings[] }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [list, setList] = useState<OpenChannelAccount[]>();
  const load = () =>
    run(async () => {
      setList((await client.call('hostAccounts', {})).accounts);
      return undefined;
    });
  useEffect(() => void load(), []);
  const chosen = list?.find(({ id }) => id === account.openChannelAccountId);
  const userOf = (id: number) =>
    others.find((each) => each.name !== account.name && each.openChannelAccountId === id)?.name;
  const options = Object.fromEntries(
    (list ?? []).map(({ id, name }) => [id, words.hostAccount(name, id, userOf(id))]),
  );
  const choose = (id: string) => set({ openChannelAccountId: id === '' ? NaN : Number(id) });
  return (
    <fieldset>
      <legend>{words.groups.host}</legend>
      {list && list.length > 0 ? (
        <Choice
          {...about('openChannelAccountId')}
          {...(chosen ? { hint: words.mapKeyOnHost(chosen.mapKey) } : {})}
          value={String(account.openChannelAccountId)}
          options={chosen ? options : { '': '', ...options }}
          onChange={choose}
        />
      ) : (
        <>
          <NumberField
            {...about('openChannelAccountId')}
            value={account.openChannelAccountId}
            onChange={(openChannelAccountId) => set({ openChannelAccountId })}
          />
          <button type="button" class="quiet" disabled={busy} onClick={() => void load()}>
            {words.loadHostAccounts}
          </button>
        </>
      )}
      <Outcome outcome={outcome} />
      <TextField {...about('mapKey')} value={account.mapKey} onChange={(mapKey) => set({ mapKey })} />
      <Choice
        {...about('mapValue')}
        value={account.mapValue}
        options={words.mapValues}
        onChange={(mapValue) => set({ mapValue })}
      />
    </fieldset>
  );
}

function Channels({ account, set }: Part) {
  const { directMessages, mentions } = account;
  const direct = (changes: object) => set({ directMessages: { ...directMessages, ...changes } });
  const chatPart = (changes: object) => set({ chat: { ...account.chat, ...changes } });
  const inPublic = (changes: object) => set({ mentions: { ...mentions, ...changes } });
  return (
    <fieldset>
      <legend>{words.groups.channels}</legend>
      <Switch
        {...about('directMessages')}
        value={directMessages.active}
        onChange={(active) => direct({ active })}
      />
      <Switch
        {...about('joinWaiting')}
        value={directMessages.joinWaiting}
        onChange={(joinWaiting) => direct({ joinWaiting })}
      />
      <Switch {...about('chat')} value={account.chat.active} onChange={(active) => chatPart({ active })} />
      <Switch
        {...about('readMarks')}
        value={account.chat.readMarks}
        onChange={(readMarks) => chatPart({ readMarks })}
      />
      <Switch {...about('typing')} value={account.chat.typing} onChange={(typing) => chatPart({ typing })} />
      <Switch
        {...about('neverPlain')}
        value={account.chat.neverPlain}
        onChange={(neverPlain) => chatPart({ neverPlain })}
      />
      <Switch {...about('mentions')} value={mentions.active} onChange={(active) => inPublic({ active })} />
      <Switch {...about('quotes')} value={mentions.quotes} onChange={(quotes) => inPublic({ quotes })} />
      <Switch
        {...about('deepLink')}
        value={mentions.deepLink}
        onChange={(deepLink) => inPublic({ deepLink })}
      />
      <Switch
        {...about('agentInitials')}
        value={mentions.agentInitials}
        onChange={(agentInitials) => inPublic({ agentInitials })}
      />
      <NumberField
        {...about('longestPost')}
        value={mentions.longestPost}
        onChange={(longestPost) => inPublic({ longestPost })}
      />
    </fieldset>
  );
}

function Delivery({
  account,
  set,
  view,
  secretIsSet,
}: Part & { view: SettingsView; secretIsSet: (key: string) => boolean }) {
  const { host } = view.settings;
  const proposal = URL.canParse(host.baseUrl)
    ? `${new URL(host.baseUrl).origin}/api/plugins/webhook?port=${view.port}&encoding=binary&path=/api/messages`
    : undefined;
  return (
    <fieldset>
      <legend>{words.groups.delivery}</legend>
      <Choice
        {...about('level')}
        value={account.level}
        options={{ basic: 'Basic', pro: 'Pro', enterprise: 'Enterprise' }}
        onChange={(level) => set({ level })}
      />
      <Choice
        {...about('delivery')}
        value={account.delivery}
        options={words.deliveries}
        onChange={(delivery) => set({ delivery })}
      />
      {account.delivery === 'api' ? (
        <SecretField
          {...about('apiSecret')}
          isSet={secretIsSet('apiSecret')}
          value={account.apiSecret}
          // Absent means as before.
          onChange={(value) => set({ apiSecret: value } as Partial<AccountSettings>)}
        />
      ) : null}
      {account.delivery === 'account-activity-v1' ? (
        <TextField
          {...about('environment')}
          value={account.environment}
          onChange={(environment) => set({ environment })}
        />
      ) : null}
      <TextField
        {...about('webhookUrl')}
        value={account.webhookUrl}
        onChange={(webhookUrl) => set({ webhookUrl })}
      />
      {proposal !== undefined && account.webhookUrl === '' ? (
        <button type="button" class="quiet" onClick={() => set({ webhookUrl: proposal })}>
          {words.proposeUrl}
        </button>
      ) : null}
      <Choice
        {...about('webhookCheck')}
        value={account.webhookCheck}
        options={words.webhookChecks}
        onChange={(webhookCheck) => set({ webhookCheck })}
      />
    </fieldset>
  );
}
