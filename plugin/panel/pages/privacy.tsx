import { useState } from 'preact/hooks';
import type { Answer } from '../api';
import { usePanel } from '../context';
import { Button, Outcome, TextField, submit, useDoing } from '../fields';
import { saveFile } from '../files';
import { PageTitle } from '../pageTitle';
import { texts } from '../texts';

const { privacy: words } = texts;

type Found = Answer<'findPerson'>;

const nameOf = ({ id, handle, name }: Found) =>
  [handle === undefined ? undefined : `@${handle}`, name, id].filter((each) => each !== undefined).join(', ');

/** What is not kept, and how to have a person forgotten: found first, then erased. */
export function PrivacyPage() {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [person, setPerson] = useState('');
  const [found, setFound] = useState<Found>();
  const [receipt, setReceipt] = useState<string>();
  const find = () =>
    void run(async () => {
      setReceipt(undefined);
      setFound(undefined);
      const kept = await client.call('findPerson', { person });
      setFound(kept);
      // Traces may be left of somebody of whom no message is; so they can be forgotten all the same.
      return kept.messages + kept.answers + kept.accounts.length === 0 ? words.nobody : undefined;
    });
  const forget = (who: Found) =>
    void run(async () => {
      if (!window.confirm(words.ask(nameOf(who)))) return undefined;
      const { messages, answers } = await client.call('forget', { person: who.id });
      setFound(undefined);
      setPerson('');
      const done = words.done(messages, answers);
      // By the number alone: the name is not to be kept here any longer.
      const proof = words.proof(who.accounts.join(', ') || '–', client.user ?? '–');
      setReceipt(`${new Date().toISOString()}\nX user id ${who.id}\n${proof}\n${done}\n`);
      return done;
    });
  return (
    <form class="wide" onSubmit={submit(find)}>
      <PageTitle text={texts.pages.privacy} />
      <p>{words.retention}</p>
      <fieldset>
        <legend>{words.forget}</legend>
        <p>{words.words}</p>
        <TextField label={words.person} value={person} onChange={setPerson} />
        <Button text={words.find} off={busy || person.trim() === ''} />
        {found ? (
          <>
            <p>
              {words.found(nameOf(found), found.messages, found.answers, found.accounts.join(', ') || '–')}
            </p>
            <Button text={words.go} off={busy} onClick={() => forget(found)} />
          </>
        ) : null}
        <Outcome outcome={outcome} />
        {receipt === undefined ? null : (
          <Button
            quiet
            text={words.receipt}
            onClick={() => saveFile({ name: 'openchannel-x-forgotten.txt', content: receipt })}
          />
        )}
      </fieldset>
    </form>
  );
}
