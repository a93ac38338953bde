import { useEffect, useRef, useState } from 'preact/hooks';
import type { Client } from './client';
import { Button, PasswordField, submit } from './fields';
import { texts } from './texts';

const { confirm: words } = texts;

interface Question {
  why: string;
  answer: (password: string | undefined) => void;
}

/** Asks for the password when a call needs it once more. */
export function PasswordPrompt({ client }: { client: Client }) {
  const [question, setQuestion] = useState<Question>();
  const [password, setPassword] = useState('');
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    client.askPassword = (why) => new Promise((answer) => setQuestion({ why, answer }));
  }, [client]);
  useEffect(() => {
    if (question) dialog.current?.showModal();
  }, [question]);
  if (!question) return null;
  const close = (given: string | undefined) => {
    setPassword('');
    setQuestion(undefined);
    question.answer(given);
  };
  return (
    <dialog ref={dialog} aria-label={words.heading} onCancel={() => close(undefined)}>
      <form onSubmit={submit(() => close(password))}>
        <h2>{words.heading}</h2>
        <p>{words.words}</p>
        <p role="status">{question.why}</p>
        <PasswordField of="current" label={words.password} value={password} onChange={setPassword} />
        <p class="actions">
          <Button text={words.go} off={password === ''} />
          <Button quiet text={texts.cancel} onClick={() => close(undefined)} />
        </p>
      </form>
    </dialog>
  );
}
