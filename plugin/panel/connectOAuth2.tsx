import { useEffect, useState } from 'preact/hooks';
import type { OAuth2View } from './api';
import { keepFromSaving, type Opened } from './connect';
import { useAnswer, usePanel } from './context';
import { CopyField } from './copyField';
import { Outcome, TextField, useDoing, Button } from './fields';
import { texts } from './texts';

const { oauth2: words } = texts.connect;

/** How often it is asked whether X has sent the browser back. Milliseconds. */
const askEveryMs = 1_000;

/** Signs a saved account in on X with OAuth 2.0: X sends the browser to the plugin, and this page notices. */
export function ConnectOAuth2({ account }: { account: string }) {
  const { client, onSignedOut } = usePanel();
  const { answer, fault, refresh } = useAnswer('oauth2', { account });
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [opened, setOpened] = useState<Opened>();
  const start = (view: OAuth2View) =>
    void run(async () => {
      setOpened(await client.call('startOAuth2', { account, redirectUri: view.callbackUrl }));
      return undefined;
    });
  const disconnect = () => {
    if (!window.confirm(words.disconnectAsk(account))) return;
    void run(async () => {
      const { toldX } = await client.call('disconnectOAuth2', { account });
      refresh();
      return toldX ? words.disconnected : words.disconnectedHere;
    });
  };
  const end = (good: boolean, said: string) => {
    setOpened(undefined);
    refresh();
    void run(() => Promise.resolve({ good, words: said, faults: [] }));
  };
  if (fault) return <p class="bad">{fault}</p>;
  if (!answer) return <p>{texts.loading}</p>;
  return (
    <div class="connect" onKeyDown={keepFromSaving}>
      <CopyField label={words.callbackUrl} value={answer.callbackUrl} />
      <p class="hint">{words.callbackHint}</p>
      <p>
        <strong>{words.states[answer.state]}</strong>
      </p>
      {answer.missingScopes.length > 0 ? (
        <p class="bad">{words.missing(answer.missingScopes.join(', '))}</p>
      ) : null}
      {opened ? (
        <AtX opened={opened} onEnd={end} onAgain={() => setOpened(undefined)} />
      ) : (
        <p class="actions">
          <Button
            text={answer.state === 'not-connected' ? words.start : words.again}
            off={busy}
            onClick={() => start(answer)}
          />
          {answer.state !== 'not-connected' ? (
            <Button quiet text={words.disconnect} off={busy} onClick={disconnect} />
          ) : null}
        </p>
      )}
      <Outcome outcome={outcome} />
    </div>
  );
}

/** While the browser is at X: waits for what comes of it, and takes the address where X cannot reach the plugin. */
function AtX({
  opened,
  onEnd,
  onAgain,
}: {
  opened: Opened;
  onEnd: (good: boolean, said: string) => void;
  onAgain: () => void;
}) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [address, setAddress] = useState('');
  const { answer, fault } = useAnswer('oauth2Progress', { id: opened.id }, askEveryMs);
  const state = answer?.state;
  useEffect(() => {
    if (answer?.state === 'connected') onEnd(true, words.done(answer.handle));
    if (answer?.state === 'failed') onEnd(false, answer.message);
  }, [state]);
  const finish = () =>
    void run(async () => {
      const { handle } = await client.call('finishOAuth2', { id: opened.id, address });
      onEnd(true, words.done(handle));
      return undefined;
    });
  return (
    <>
      <p>
        <a class="button" href={opened.authorizeUrl} target="_blank" rel="noreferrer">
          {words.open}
        </a>
      </p>
      <p>{words.waiting}</p>
      {fault === undefined ? null : <p class="bad">{fault}</p>}
      <Button quiet text={words.startAgain} onClick={onAgain} />
      <details>
        <summary>{words.byHand}</summary>
        <p>{words.byHandHint}</p>
        <TextField label={words.address} value={address} autocomplete="off" onChange={setAddress} />
        <Button quiet text={words.finish} off={busy || address === ''} onClick={finish} />
        <Outcome outcome={outcome} />
      </details>
    </>
  );
}
