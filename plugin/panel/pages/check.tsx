import { useEffect, useState } from 'preact/hooks';
import type { CheckLine } from '../api';
import { useAnswer, usePanel } from '../context';
import { isSignedOut } from '../client';
import { Button, Choice, Outcome, useDoing } from '../fields';
import { PageTitle } from '../pageTitle';
import { texts } from '../texts';

/** What is to be done comes first. */
const order: CheckLine['state'][] = ['failed', 'warning', 'unknown', 'ok'];

interface Checked {
  account: string;
  lines: CheckLine[];
}

/** One button that tests everything the accounts need. @param account the only one, where one came from its card */
export function Check({ account }: { account: string | undefined }) {
  const { client, onSignedOut } = usePanel();
  const { answer, fault } = useAnswer('settings', {});
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [chosen, setChosen] = useState(account ?? '');
  const [checked, setChecked] = useState<Checked[]>([]);
  const names = answer?.settings.accounts.map(({ name }) => name) ?? [];
  const { check } = texts;
  /** One account that cannot be checked does not keep the others from it. */
  const linesOf = (name: string): Promise<CheckLine[]> =>
    client.call('check', { account: name }).then(
      ({ lines }) => lines,
      (error: unknown) => {
        if (isSignedOut(error)) throw error;
        const said = error instanceof Error ? error.message : String(error);
        return [{ what: name, state: 'failed', words: said }];
      },
    );
  const go = (wanted: string[]) =>
    void run(async () => {
      setChecked([]);
      const all: Checked[] = [];
      for (const each of wanted) {
        const lines = await linesOf(each);
        all.push({
          account: each,
          lines: lines.sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state)),
        });
        setChecked([...all]);
      }
      const found = all.flatMap(({ lines }) => lines);
      const count = (state: CheckLine['state']) => found.filter((each) => each.state === state).length;
      const failed = count('failed');
      if (failed > 0) return { good: false, words: check.someFailed(failed) };
      const open = count('warning');
      return open === 0 ? check.allGood : { good: true, words: check.someOpen(open) };
    });
  useEffect(() => {
    if (account !== undefined) go([account]);
  }, []);
  return (
    <>
      <PageTitle text={texts.pages.check} />
      <p>{check.words}</p>
      {names.length > 0 ? (
        <Choice
          label={check.account}
          value={chosen}
          options={{ '': check.all, ...Object.fromEntries(names.map((each) => [each, each])) }}
          onChange={setChosen}
        />
      ) : (
        <p>{fault ?? (answer ? texts.accounts.none : texts.loading)}</p>
      )}
      <Button
        text={busy ? texts.loading : check.go}
        off={busy || names.length === 0}
        onClick={() => go(chosen === '' ? names : [chosen])}
      />
      <Outcome outcome={outcome} />
      {checked.map((each) => (
        <Lines key={each.account} {...each} />
      ))}
    </>
  );
}

function Lines({ account, lines }: Checked) {
  return (
    <section aria-label={account}>
      <h3>{account}</h3>
      <ul class="checks">
        {lines.map(({ what, state, words }) => (
          <li key={what} class={state}>
            <span class="state">{texts.check.states[state]}</span> <strong>{what}</strong>
            <p>{words}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
