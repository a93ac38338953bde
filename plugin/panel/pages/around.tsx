import { useState } from 'preact/hooks';
import type { SettingsView } from '../api';
import { BotPart } from '../around/bot';
import { HoursPart } from '../around/hours';
import { CardPart, FiltersPart, RetentionPart } from '../around/keeping';
import { FollowUpPart, GreetingPart } from '../around/notices';
import { isWhole, type AroundPart, type WholeAccount } from '../around/part';
import { useAnswer, usePanel } from '../context';
import { Outcome, useDoing } from '../fields';
import { Faults, faultsByField } from '../faults';
import { useLeaving } from '../leaving';
import { texts } from '../texts';

/** What happens around one account's conversations. */
export function AroundPage({ account: name }: { account: string }) {
  const { answer, fault } = useAnswer('settings', {});
  if (fault) return <p class="bad">{fault}</p>;
  if (!answer) return <p>{texts.loading}</p>;
  const account = answer.settings.accounts.find((each) => each.name === name);
  return isWhole(account) ? <Form view={answer} saved={account} /> : <p>{texts.accounts.none}</p>;
}

function Form({ view, saved: loaded }: { view: SettingsView; saved: WholeAccount }) {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [former, setFormer] = useState(loaded);
  const [account, setAccount] = useState(loaded);
  const [isTokenSaved, setTokenSaved] = useState(
    view.secretsSet.includes(`accounts.${loaded.name}.botToken`),
  );
  const [revision, setRevision] = useState(view.settings.revision);
  const set: AroundPart['set'] = (changes) => setAccount((before) => ({ ...before, ...changes }));
  const save = () =>
    void run(async () => {
      const { settings } = view;
      const accounts = settings.accounts.map((each) => (each.name === account.name ? account : each));
      const saved = await client.call('save', { settings: { ...settings, accounts, revision } });
      setRevision(saved.revision);
      // What was saved of a secret is not to go out once more with the next change.
      const { botToken, ...rest } = account;
      setTokenSaved(isTokenSaved || botToken !== undefined);
      setAccount(rest);
      setFormer(rest);
      return texts.saved;
    });
  useLeaving(JSON.stringify(account) !== JSON.stringify(former));
  const at = view.settings.accounts.findIndex(({ name }) => name === account.name);
  const part = { account, set };
  return (
    <form
      class="wide"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h2>{texts.around.heading(account.name)}</h2>
      <p>{texts.around.words}</p>
      <Faults.Provider value={faultsByField(outcome?.faults ?? [], `accounts.${at}.`)}>
        <HoursPart {...part} />
        <GreetingPart {...part} />
        <BotPart {...part} tokenIsSet={isTokenSaved} />
        <FollowUpPart {...part} />
        <FiltersPart {...part} />
        <CardPart {...part} />
        <RetentionPart {...part} />
      </Faults.Provider>
      <p class="actions">
        <button type="submit" disabled={busy}>
          {texts.save}
        </button>
        <a class="button quiet" href="#accounts">
          {texts.cancel}
        </a>
      </p>
      <Outcome outcome={outcome} />
    </form>
  );
}
