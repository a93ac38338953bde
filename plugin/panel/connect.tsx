import { useState } from 'preact/hooks';
import type { AccountSettings } from './api';
import { usePanel } from './context';
import { Outcome, TextField, useDoing, Button } from './fields';
import { texts } from './texts';

const { connect: words } = texts;

/** Enter in here is about the sign-in, and must not save the whole account. */
export function keepFromSaving(event: KeyboardEvent): void {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault();
}

export interface Opened {
  id: string;
  authorizeUrl: string;
}

/** Signs in on X with a PIN; the token stays with the plugin until the account is saved. */
export function ConnectPin({
  account,
  onConnected,
  said = words.done,
}: {
  account: AccountSettings;
  onConnected: (connection: string) => void;
  /** What is said once X has taken the PIN. */
  said?: (handle: string, userId: string) => string;
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
      return said(handle, userId);
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
          <Button text={words.finish} off={busy || pin === ''} onClick={() => finish(opened)} />
        </>
      ) : (
        <Button quiet text={words.start} off={busy} onClick={start} />
      )}
      <Outcome outcome={outcome} />
    </div>
  );
}
