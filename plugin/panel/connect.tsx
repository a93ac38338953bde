import { useState } from 'preact/hooks';
import type { AccountSettings } from './api';
import { usePanel } from './context';
import { Outcome, TextField, useDoing } from './fields';
import { texts } from './texts';

const { connect: words } = texts;

/** Enter in here is about the sign-in, and must not save the whole account. */
function keepFromSaving(event: KeyboardEvent): void {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault();
}

interface Opened {
  id: string;
  authorizeUrl: string;
}

/** Signs in on X with a PIN; the token stays with the plugin until the account is saved. */
export function ConnectPin({
  account,
  onConnected,
}: {
  account: AccountSettings;
  onConnected: (connection: string) => void;
}) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [opened, setOpened] = useState<Opened>();
  const [pin, setPin] = useState('');
  const start = () =>
    void run(async () => {
      const { name, consumerKey, consumerSecret, signatureMethod } = account;
      const keys = { ...(consumerKey ? { consumerKey } : {}), ...(consumerSecret ? { consumerSecret } : {}) };
      setOpened(await client.call('startPin', { account: name, signatureMethod, ...keys }));
      return undefined;
    });
  const finish = ({ id }: Opened) =>
    void run(async () => {
      const { userId, handle } = await client.call('finishPin', { id, pin });
      onConnected(id);
      setOpened(undefined);
      setPin('');
      return words.done(handle, userId);
    });
  return (
    <div class="connect" onKeyDown={keepFromSaving}>
      <p>{words.words}</p>
      {opened ? (
        <>
          <p>
            {words.open}{' '}
            <a href={opened.authorizeUrl} target="_blank" rel="noreferrer">
              {opened.authorizeUrl}
            </a>
          </p>
          <TextField label={words.pin} value={pin} autocomplete="off" onChange={setPin} />
          <button type="button" disabled={busy || pin === ''} onClick={() => finish(opened)}>
            {words.finish}
          </button>
        </>
      ) : (
        <button type="button" class="quiet" disabled={busy} onClick={start}>
          {words.start}
        </button>
      )}
      <Outcome outcome={outcome} />
    </div>
  );
}

/** Signs in on X with OAuth 2.0; the address the browser ends at brings the code. */
export function ConnectOAuth2({ account, isSaved }: { account: AccountSettings; isSaved: boolean }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [app, setApp] = useState({ clientId: '', clientSecret: '', redirectUri: 'http://127.0.0.1/' });
  const [opened, setOpened] = useState<Opened>();
  const [address, setAddress] = useState('');
  const { oauth2 } = words;
  const field = (key: keyof typeof app, type: 'text' | 'password' = 'text') => (
    <TextField
      label={oauth2[key]}
      type={type}
      autocomplete="off"
      value={app[key]}
      onChange={(value) => setApp({ ...app, [key]: value })}
    />
  );
  const start = () =>
    void run(async () => {
      setOpened(await client.call('startOAuth2', { account: account.name, ...app }));
      return undefined;
    });
  const finish = ({ id }: Opened) =>
    void run(async () => {
      const { handle } = await client.call('finishOAuth2', { id, address });
      setOpened(undefined);
      setAddress('');
      return oauth2.done(handle);
    });
  return (
    <details onKeyDown={keepFromSaving}>
      <summary>{oauth2.heading}</summary>
      {isSaved ? null : <p>{oauth2.saveFirst}</p>}
      {field('clientId')}
      {field('clientSecret', 'password')}
      {field('redirectUri')}
      {opened ? (
        <>
          <p>
            {oauth2.open}{' '}
            <a href={opened.authorizeUrl} target="_blank" rel="noreferrer">
              {opened.authorizeUrl}
            </a>
          </p>
          <TextField label={oauth2.address} value={address} autocomplete="off" onChange={setAddress} />
          <button type="button" disabled={busy || address === ''} onClick={() => finish(opened)}>
            {oauth2.finish}
          </button>
        </>
      ) : (
        <button
          type="button"
          class="quiet"
          disabled={busy || !isSaved || app.clientId === ''}
          onClick={start}
        >
          {oauth2.start}
        </button>
      )}
      <Outcome outcome={outcome} />
    </details>
  );
}
