import { useState } from 'preact/hooks';
import type { CheckLine } from '../api';
import { useAnswer, usePanel } from '../context';
import { Choice, Outcome, useDoing } from '../fields';
import { texts } from '../texts';

/** One button that tests everything an account needs. */
export function Check({ account }: { account: string | undefined }) {
  const { client, onSignedOut } = usePanel();
  const { answer } = useAnswer('settings', {});
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [chosen, setChosen] = useState(account);
  const [lines, setLines] = useState<CheckLine[]>();
  const names = answer?.settings.accounts.map(({ name }) => name) ?? [];
  const name = chosen ?? names[0];
  const { check } = texts;
  const go = (wanted: string) =>
    void run(async () => {
      setLines(undefined);
      const found = (await client.call('check', { account: wanted })).lines;
      setLines(found);
      const failed = found.filter(({ state }) => state === 'failed').length;
      return failed === 0 ? check.allGood : check.someFailed(failed);
    });
  return (
    <>
      <h2>{texts.pages.check}</h2>
      <p>{check.words}</p>
      {names.length > 0 ? (
        <Choice
          label={check.account}
          value={name ?? ''}
          options={Object.fromEntries(names.map((each) => [each, each]))}
          onChange={setChosen}
        />
      ) : (
        <p>{texts.accounts.none}</p>
      )}
      <button type="button" disabled={busy || name === undefined} onClick={() => name && go(name)}>
        {busy ? texts.loading : check.go}
      </button>
      <Outcome outcome={outcome} />
      <ul class="checks">
        {lines?.map(({ what, state, words }) => (
          <li key={what} class={state}>
            <span class="state">{check.states[state]}</span> <strong>{what}</strong>
            <p>{words}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
