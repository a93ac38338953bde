import { useState } from 'preact/hooks';
import type { Client } from '../client';
import { Outcome, TextField, useDoing, Button, PasswordField } from '../fields';
import { LanguageChoice } from '../languageChoice';
import { texts } from '../texts';

interface SignInProps {
  client: Client;
  /** A session has just ended by itself. */
  ended: boolean;
  onSignedIn: () => void;
}

/** The door: the set-up code while nobody has claimed the panel, else the password. */
export function SignIn({ client, ended, onSignedIn }: SignInProps) {
  const [claiming, setClaiming] = useState(!client.hello.claimed);
  return (
    <main class="door">
      <p class="brand">
        openchannel-x <LanguageChoice />
      </p>
      {claiming ? (
        <Claim client={client} onSignedIn={onSignedIn} onPassword={() => setClaiming(false)} />
      ) : (
        <Password client={client} ended={ended} onSignedIn={onSignedIn} />
      )}
    </main>
  );
}

function Password({ client, ended, onSignedIn }: SignInProps) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { outcome, busy, run } = useDoing(() => undefined);
  const { signIn } = texts;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run(async () => {
          await client.signIn(username, password);
          onSignedIn();
          return undefined;
        });
      }}
    >
      <h1>{signIn.heading}</h1>
      {ended ? <p>{signIn.ended}</p> : null}
      {client.hello.hostUsers ? (
        <TextField label={signIn.hostUser} autocomplete="username" value={username} onChange={setUsername} />
      ) : null}
      <PasswordField of="current" label={signIn.password} required value={password} onChange={setPassword} />
      <Button text={signIn.go} off={busy} />
      <Outcome outcome={outcome} />
    </form>
  );
}

function Claim({ client, onSignedIn, onPassword }: Omit<SignInProps, 'ended'> & { onPassword: () => void }) {
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const { outcome, busy, run } = useDoing(() => undefined);
  const { claim } = texts;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run(async () => {
          await client.claim(code, password);
          onSignedIn();
          return undefined;
        });
      }}
    >
      <h1>{claim.heading}</h1>
      <p>{claim.words}</p>
      <TextField label={claim.code} autocomplete="off" required value={code} onChange={setCode} />
      <PasswordField of="new" label={claim.password} required value={password} onChange={setPassword} />
      <Button text={claim.go} off={busy} /> <Button quiet text={claim.orPassword} onClick={onPassword} />
      <Outcome outcome={outcome} />
    </form>
  );
}
