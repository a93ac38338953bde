import { useState } from 'preact/hooks';
import { usePanel } from '../context';
import { Outcome, TextField, useDoing, Button, submit } from '../fields';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

const { privacy: words } = texts;

/** What is not kept, and how to have a person forgotten. */
export function PrivacyPage() {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [person, setPerson] = useState('');
  const forget = () =>
    void run(async () => {
      if (!window.confirm(words.ask(person))) return undefined;
      const { messages, answers } = await client.call('forget', { person });
      setPerson('');
      return words.done(messages, answers);
    });
  return (
    <form class="wide" onSubmit={submit(forget)}>
      <PageTitle text={texts.pages.privacy} />
      <p>{words.retention}</p>
      <fieldset>
        <legend>{words.forget}</legend>
        <p>{words.words}</p>
        <TextField label={words.person} value={person} onChange={setPerson} />
        <Button text={words.go} off={busy || person.trim() === ''} />
        <Outcome outcome={outcome} />
      </fieldset>
    </form>
  );
}
