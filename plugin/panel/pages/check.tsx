import { useState } from 'preact/hooks';
import type { CheckLine } from '../api';
import { useAnswer, usePanel } from '../context';
import { Choice, Outcome, useDoing, Button } from '../fields';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

/** What is to be done comes first. */
const order: CheckLine['state'][] = ['failed', 'warning', 'ok'];

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
      setLines(found.sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state)));
      const count = (state: CheckLine['state']) => found.filter((each) => each.state === state).length;
      const failed = count('failed');
      if (failed > 0) return { good: false, words: check.someFailed(failed) };
      const open = count('warning');
      return open === 0 ? check.allGood : { good: true, words: check.someOpen(open) };
    });
  return (
    <>
      <PageTitle text={texts.pages.check} />
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
      <Button
        text={busy ? texts.loading : check.go}
        off={busy || name === undefined}
        onClick={() => name && go(name)}
      />
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
