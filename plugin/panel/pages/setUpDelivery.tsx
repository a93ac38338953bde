import type { AccountSettings } from '../api';
import { useAnswer } from '../context';
import { Choice, LinkButton } from '../fields';
import { SettingsForm } from '../settingsForm';
import { momentOf } from '../times';
import { texts } from '../texts';
import { valueAt } from '../valueAt';
import { Fields, useSaving, type StepProps } from './setUpParts';

const { setUp: words } = texts;

type Plan = keyof typeof words.delivery.plans;

/** The settings that a plan at X comes to. */
const plans: Record<Plan, { level: string; delivery: string }> = {
  basic: { level: 'basic', delivery: '' },
  pro: { level: 'pro', delivery: '' },
  enterprise: { level: 'enterprise', delivery: '' },
  stream: { level: 'enterprise', delivery: 'activity-stream' },
};

export function DeliveryStep(props: StepProps) {
  const { view, account, reload } = props;
  const { within, save } = useSaving(props);
  if (!account) return null;
  const canPush = view.secretsSet.includes(`${within.names}consumerKey`);
  const { pollOnly, plans: inWords, question } = words.delivery;
  const offered = Object.fromEntries(
    Object.entries(inWords).filter(([plan]) => canPush || plan === 'basic' || plan === 'pro'),
  );
  const planOf = (values: AccountSettings): Plan =>
    valueAt(values, 'delivery') === 'activity-stream' ? 'stream' : (String(valueAt(values, 'level')) as Plan);
  const initial = {
    ...account,
    active: true,
    ...(canPush ? {} : plans.basic),
    webhookUrl: account.webhookUrl === '' && canPush ? view.webhookUrl : account.webhookUrl,
  };
  return (
    <SettingsForm
      view={view}
      initial={initial}
      {...(canPush ? {} : { text: pollOnly })}
      within={within}
      button={words.delivery.start}
      save={async (changed) => {
        await save(changed);
        reload();
        return { saved: changed, said: words.delivery.starting };
      }}
    >
      {(editing) => (
        <>
          <Choice
            label={question}
            value={planOf(editing.values)}
            options={offered}
            onChange={(plan) => editing.setAll((before) => ({ ...before, ...plans[plan as Plan] }))}
          />
          {planOf(editing.values) === 'enterprise' ? (
            <Fields paths={['webhookUrl']} editing={editing} ofAccount />
          ) : null}
        </>
      )}
    </SettingsForm>
  );
}

export function MessageStep({ state: { lastInAt, handle, delivery }, account }: StepProps) {
  const people = useAnswer(
    'people',
    account ? { account: account.name } : {},
    lastInAt === undefined ? undefined : 60_000,
  );
  if (!account || delivery === undefined) return null;
  const writer = people.answer?.people[0];
  if (lastInAt === undefined)
    return (
      <>
        <p>{words.message.words(handle)}</p>
        <p role="status">{words.message.waiting}</p>
      </>
    );
  return (
    <>
      <p class="good" role="status">
        {words.message.arrived(momentOf(lastInAt))} {words.message.finished}
      </p>
      <p class="actions">
        {writer ? (
          <LinkButton
            text={words.message.show}
            href={`#conversations/${encodeURIComponent(`${writer.account}:${writer.id}`)}`}
          />
        ) : null}
        <LinkButton quiet text={texts.pages.overview} href="#overview" />
        <LinkButton
          quiet
          text={words.message.more}
          href={`#automation/${encodeURIComponent(account.name)}`}
        />
      </p>
    </>
  );
}
