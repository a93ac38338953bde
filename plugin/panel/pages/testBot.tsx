import { useState } from 'preact/hooks';
import { keepFromSaving } from '../connect';
import { usePanel } from '../context';
import { Button, Outcome, TextField, useDoing } from '../fields';
import { texts } from '../texts';

const { bot: words } = texts;

/** Asks the saved bot something, as a customer would. */
export function TestBot({ account }: { account: string }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [text, setText] = useState('');
  const send = () =>
    void run(async () => {
      const { texts: said, handOver, ms } = await client.call('testBot', { account, text });
      return `${words.answered(said.join(' · ') || '–', ms)} ${handOver ? words.handsOver : ''}`;
    });
  return (
    <details onKeyDown={keepFromSaving}>
      <summary>{words.test}</summary>
      <p class="hint">{words.hint}</p>
      <TextField label={words.message} value={text} onChange={setText} />
      <Button quiet text={words.send} off={busy || text === ''} onClick={send} />
      <Outcome outcome={outcome} />
    </details>
  );
}
