import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ChatKeys } from '../api';
import { useAnswer, usePanel } from '../context';
import { Outcome, Switch, TextField, useDoing, Button, PasswordField } from '../fields';
import { FileField, saveFile } from '../files';
import { momentOf } from '../times';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

const { chat: words } = texts;

/** The keys of one account for encrypted chat: what there is, and how to get or keep them. */
export function ChatKeysPage({ account }: { account: string }) {
  const { answer, fault, refresh } = useAnswer('chatKeys', { account });
  return (
    <>
      <PageTitle text={words.heading(account)} />
      <p>{words.words}</p>
      {answer?.isProtected === false && answer.keys?.encrypted !== true ? (
        <p class="bad">{words.unprotected}</p>
      ) : null}
      {fault ? <p class="bad">{fault}</p> : null}
      {answer ? (
        <>
          <Standing keys={answer} />
          <Recover account={account} keys={answer} onDone={refresh} />
          <Import account={account} onDone={refresh} />
          <Create account={account} keys={answer} onDone={refresh} />
          {answer.state === 'ok' ? <BackUp account={account} /> : null}
          {answer.keys ? <Export account={account} /> : null}
        </>
      ) : fault ? null : (
        <p>{texts.loading}</p>
      )}
    </>
  );
}

function Standing({ keys }: { keys: ChatKeys }) {
  const { facts } = words;
  const { state, reason, keys: known, lastMessageAt, onX } = keys;
  return (
    <section class={`card ${state === 'ok' ? 'ok' : state === 'off' ? 'off' : 'trouble'}`}>
      <p>
        <strong>{words.states[state]}</strong>
      </p>
      {reason ? <p>{reason}</p> : null}
      <dl>
        {known ? (
          <>
            <Fact name={facts.fingerprint}>
              <code>{known.fingerprint}</code>
            </Fact>
            <Fact name={facts.version}>{known.version ?? words.never}</Fact>
            <Fact name={facts.origin}>{words.origins[known.origin]}</Fact>
            <Fact name={facts.savedAt}>{momentOf(Date.parse(known.savedAt))}</Fact>
            <Fact name={facts.disk}>{known.encrypted ? words.encrypted : words.plain}</Fact>
          </>
        ) : null}
        <Fact name={facts.onX}>
          {'trouble' in onX ? onX.trouble : words.onX(onX.versions.length, onX.backup)}
        </Fact>
        <Fact name={facts.lastMessage}>
          {lastMessageAt ? momentOf(Date.parse(lastMessageAt)) : words.never}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

interface Step {
  account: string;
  onDone: () => void;
}

function Recover({ account, keys, onDone }: Step & { keys: ChatKeys }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [pin, setPin] = useState('');
  const { recover } = words;
  const go = () => {
    if (!window.confirm(recover.ask)) return;
    void run(async () => {
      setPin('');
      await client.call('recoverChatKeys', { account, pin });
      onDone();
      return recover.done;
    });
  };
  const missing = 'backup' in keys.onX && !keys.onX.backup;
  return (
    <fieldset>
      <legend>{recover.heading}</legend>
      <p>{recover.words}</p>
      {missing ? <p>{recover.nothing}</p> : null}
      <PasswordField label={recover.pin} value={pin} onChange={setPin} />
      <Button text={recover.go} off={busy || pin === '' || missing} onClick={go} />
      <Outcome outcome={outcome} />
    </fieldset>
  );
}

function Create({ account, keys, onDone }: Step & { keys: ChatKeys }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [replace, setReplace] = useState(false);
  const [pin, setPin] = useState('');
  const [again, setAgain] = useState('');
  const { create } = words;
  const isReplacing = 'versions' in keys.onX && keys.onX.versions.length > 0;
  const go = () => {
    if (!window.confirm(isReplacing ? create.askReplace(pin !== '') : create.ask)) return;
    void run(async () => {
      const { trouble } = await client.call('createChatKeys', {
        account,
        replace: isReplacing && replace,
        ...(pin === '' ? {} : { pin }),
      });
      setReplace(false);
      setPin('');
      setAgain('');
      onDone();
      return trouble === undefined ? create.done : { good: false, words: create.withoutBackup(trouble) };
    });
  };
  return (
    <fieldset>
      <legend>{create.heading}</legend>
      <p>{create.words}</p>
      {isReplacing ? (
        <>
          <p class="bad">{create.replaceWords}</p>
          <Switch label={create.replace} value={replace} onChange={setReplace} />
        </>
      ) : null}
      <NewPin pin={pin} again={again} texts={create} onPin={setPin} onAgain={setAgain} />
      <Button
        quiet
        text={create.go}
        off={busy || 'trouble' in keys.onX || (isReplacing && !replace) || pin !== again}
        onClick={go}
      />
      <Outcome outcome={outcome} />
    </fieldset>
  );
}

function BackUp({ account }: { account: string }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [pin, setPin] = useState('');
  const [again, setAgain] = useState('');
  const about = words.backUp;
  const go = () => {
    if (!window.confirm(about.ask)) return;
    void run(async () => {
      await client.call('backUpChatKeys', { account, pin });
      setPin('');
      setAgain('');
      return about.done;
    });
  };
  return (
    <fieldset>
      <legend>{about.heading}</legend>
      <p>{about.words}</p>
      <NewPin pin={pin} again={again} texts={about} onPin={setPin} onAgain={setAgain} />
      <Button quiet text={about.go} off={busy || pin === '' || pin !== again} onClick={go} />
      <Outcome outcome={outcome} />
    </fieldset>
  );
}

interface NewPinProps {
  pin: string;
  again: string;
  texts: { pin: string; pinAgain: string };
  onPin: (pin: string) => void;
  onAgain: (pin: string) => void;
}

/** A PIN nobody sees is entered twice: with a slip in it, no device would ever get the keys. */
function NewPin({ pin, again, texts: labels, onPin, onAgain }: NewPinProps) {
  const hidden = { type: 'password', autocomplete: 'new-password' } as const;
  return (
    <>
      <TextField {...hidden} label={labels.pin} value={pin} onChange={onPin} />
      <TextField {...hidden} label={labels.pinAgain} value={again} onChange={onAgain} />
    </>
  );
}

function Import({ account, onDone }: Step) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [content, setContent] = useState<string>();
  const [password, setPassword] = useState('');
  const about = words.import;
  const go = (text: string) => {
    if (!window.confirm(about.ask)) return;
    void run(async () => {
      await client.call('importChatKeys', { account, content: text, password });
      setPassword('');
      onDone();
      return about.done;
    });
  };
  return (
    <fieldset>
      <legend>{about.heading}</legend>
      <p>{about.words}</p>
      <FileField label={about.file} onText={setContent} />
      <PasswordField label={about.password} value={password} onChange={setPassword} />
      <Button
        quiet
        text={about.go}
        off={busy || content === undefined}
        onClick={() => content !== undefined && go(content)}
      />
      <Outcome outcome={outcome} />
    </fieldset>
  );
}

function Export({ account }: { account: string }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [password, setPassword] = useState('');
  const about = words.export;
  const go = () =>
    void run(async () => {
      saveFile(await client.call('exportChatKeys', { account, password }));
      setPassword('');
      return undefined;
    });
  return (
    <fieldset>
      <legend>{about.heading}</legend>
      <p>{about.words}</p>
      <PasswordField of="new" label={about.password} value={password} onChange={setPassword} />
      <Button quiet text={about.go} off={busy || password === ''} onClick={go} />
      <Outcome outcome={outcome} />
    </fieldset>
  );
}
