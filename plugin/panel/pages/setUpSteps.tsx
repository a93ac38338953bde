import { useState } from 'preact/hooks';
import type { AccountSettings, CheckLine, Settings } from '../api';
import { ConnectPin } from '../connect';
import { ConnectOAuth2 } from '../connectOAuth2';
import { usePanel } from '../context';
import { CopyField } from '../copyField';
import { Button, Outcome, Switch, useDoing, type Done } from '../fields';
import { SettingsForm } from '../settingsForm';
import { texts } from '../texts';
import { withValueAt } from '../valueAt';
import { OpenChannel } from './openChannel';
import { Fields, useSaving, type StepProps } from './setUpParts';

const { setUp: words } = texts;

const outcomeOf = ({ state, words: said }: CheckLine): Done => ({ good: state !== 'failed', words: said });

export function MotionStep({ view, reload }: StepProps) {
  const { client } = usePanel();
  const [hasFailed, setHasFailed] = useState(false);
  const [isForced, setIsForced] = useState(false);
  const save = async (settings: Settings) => {
    const { baseUrl } = settings.host;
    const isWhole = baseUrl === '' || /^https?:\/\//.test(baseUrl);
    const whole = isWhole ? settings : withValueAt(settings, 'host.baseUrl', `https://${baseUrl}`);
    const { revision } = await client
      .call('save', { settings: whole, testMotion: !isForced })
      .catch((error: unknown) => {
        setHasFailed(true);
        throw error;
      });
    setHasFailed(false);
    setIsForced(false);
    reload();
    return { saved: { ...withValueAt(whole, 'host.password', undefined), revision }, said: texts.saved };
  };
  return (
    <SettingsForm
      view={view}
      initial={view.settings}
      text={words.motion.words}
      within={{ faults: '', names: '' }}
      button={words.saveAndTest}
      save={save}
    >
      {(editing) => (
        <>
          <Fields
            paths={['host.baseUrl', 'host.username', 'host.password']}
            editing={editing}
            ofAccount={false}
          />
          {hasFailed ? <Switch label={words.motion.anyway} value={isForced} onChange={setIsForced} /> : null}
        </>
      )}
    </SettingsForm>
  );
}

/** It is switched on by the step that says how messages arrive. */
const notYetActive = { active: false, openChannelAccountId: 0 };

export function AppStep(props: StepProps) {
  const { client } = usePanel();
  const { view, account: known, reload } = props;
  const { within, save } = useSaving(props);
  const test = async ({ name, consumerKey, consumerSecret, signatureMethod }: AccountSettings) => {
    const typed = {
      ...(consumerKey === undefined ? {} : { consumerKey }),
      ...(consumerSecret === undefined ? {} : { consumerSecret }),
    };
    const hasKey = consumerKey !== undefined || view.secretsSet.includes(`${within.names}consumerKey`);
    if (!hasKey) return words.app.saved;
    await client.call('startPin', { account: name, signatureMethod, ...typed });
    return words.app.tested;
  };
  const keys = ['oauth2.clientId', 'oauth2.clientSecret', 'consumerKey', 'consumerSecret'];
  return (
    <>
      <ol>
        {words.app.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <CopyField label={texts.connect.oauth2.callbackUrl} value={view.oauth2CallbackUrl} />
      <SettingsForm
        view={view}
        initial={known ?? { ...view.newAccount, ...notYetActive }}
        within={within}
        button={words.saveAndTest}
        save={async (account) => {
          const said = await test(account);
          // An access token is worth nothing with another app's key.
          const isOtherApp = known !== undefined && account.consumerKey !== undefined;
          await save(isOtherApp ? { ...account, accessToken: '', accessTokenSecret: '' } : account);
          const secrets = ['oauth2.clientSecret', 'consumerKey', 'consumerSecret'];
          if (known) reload();
          else window.location.hash = `#setup/${encodeURIComponent(account.name)}`;
          return { saved: secrets.reduce((rest, path) => withValueAt(rest, path, undefined), account), said };
        }}
      >
        {(editing) => (
          <>
            {known ? null : <p class="hint">{words.app.name}</p>}
            <Fields paths={[...(known ? [] : ['name']), ...keys]} editing={editing} ofAccount />
          </>
        )}
      </SettingsForm>
    </>
  );
}

export function ConnectStep(props: StepProps) {
  const { onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [unsaved, setUnsaved] = useState<string>();
  const { view, account, reload } = props;
  const { within, save } = useSaving(props);
  if (!account) return null;
  const hasClient = account.oauth2.clientId !== '';
  const hasKey = view.secretsSet.includes(`${within.names}consumerKey`);
  const keep = (connection: string) =>
    void run(async () => {
      setUnsaved(connection);
      await save({ ...account, connection });
      setUnsaved(undefined);
      reload();
      return words.connect.saved;
    });
  return (
    <>
      <p>{words.connect.words}</p>
      {hasClient ? (
        <>
          <h4>{words.connect.click}</h4>
          <ConnectOAuth2 account={account.name} />
        </>
      ) : null}
      {hasKey ? (
        <>
          <h4>{words.connect.pin}</h4>
          <ConnectPin
            account={account}
            onConnected={keep}
            said={(handle) => words.connect.connected(handle)}
          />
        </>
      ) : null}
      <Outcome outcome={outcome} />
      {unsaved === undefined ? null : <Button text={texts.save} off={busy} onClick={() => keep(unsaved)} />}
    </>
  );
}

export function ChannelStep(props: StepProps) {
  const { view, account, reload } = props;
  const { within, save } = useSaving(props);
  if (!account) return null;
  return (
    <>
      <SettingsForm
        view={view}
        initial={account}
        text={words.channel.words}
        within={within}
        button={words.next}
        save={async (changed) => {
          if (!(changed.openChannelAccountId > 0))
            return { saved: account, said: { good: false, words: words.channel.choose } };
          await save(changed);
          reload();
          return { saved: changed, said: undefined };
        }}
      >
        {(editing) => (
          <OpenChannel editing={editing} others={view.settings.accounts.filter((each) => each !== account)} />
        )}
      </SettingsForm>
      {account.openChannelAccountId > 0 ? <ReplyUrl account={account.name} reload={reload} /> : null}
    </>
  );
}

function ReplyUrl({ account, reload }: { account: string; reload: () => void }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [address, setAddress] = useState<string>();
  const enter = () =>
    void run(async () => {
      const first = await client.call('enterReplyUrl', { account, replace: false });
      if ('occupiedBy' in first && !window.confirm(words.channel.occupied(first.occupiedBy)))
        return undefined;
      const answer =
        'occupiedBy' in first ? await client.call('enterReplyUrl', { account, replace: true }) : first;
      if ('occupiedBy' in answer) return undefined;
      reload();
      return outcomeOf(answer.line);
    });
  const show = () =>
    void run(async () => {
      setAddress((await client.call('addresses', { account })).replyUrl);
      return undefined;
    });
  return (
    <>
      <p>{words.channel.replyUrl}</p>
      <p class="actions">
        <Button text={words.channel.enter} off={busy} onClick={enter} />
        <Button quiet text={words.channel.byHand} off={busy} onClick={show} />
      </p>
      {address === undefined ? null : (
        <>
          <CopyField label={texts.accounts.replyUrl} value={address} />
          <Button quiet text={words.channel.test} onClick={reload} />
        </>
      )}
      <Outcome outcome={outcome} />
    </>
  );
}
