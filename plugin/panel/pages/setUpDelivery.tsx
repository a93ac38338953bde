import type { AccountSettings } from '../api';
import { useAnswer } from '../context';
import { Choice, LinkButton } from '../fields';
import { SettingsForm } from '../settingsForm';
import { momentOf } from '../times';
import { texts } from '../texts';
import { valueAt } from '../valueAt';
import { Fields, useSaving, type StepProps } from './setUpParts';

const { setUp: words } = texts;

/** How often it is looked whether somebody has written, in milliseconds. */
const interval = 5_000;

type Plan = keyof typeof words.delivery.plans;

/** The settings that a plan at X comes to. */
const plans: Record<Exclude<Plan, 'keep'>, { level: string; delivery: string }> = {
  basic: { level: 'basic', delivery: '' },
  pro: { level: 'pro', delivery: '' },
  enterprise: { level: 'enterprise', delivery: '' },
  stream: { level: 'enterprise', delivery: 'activity-stream' },
};

/** The deliveries that a plan stands for; any other was chosen by somebody who knows. */
const ofPlans = ['', 'activity-stream'];

export function DeliveryStep(props: StepProps) {
  const { account } = props;
  if (!account) return null;
  if (!account.active) return <DeliveryForm {...props} account={account} />;
  return (
    <p>
      {words.delivery.running}{' '}
      <a href={`#accounts/${encodeURIComponent(account.name)}`}>{texts.account.editHeading(account.name)}</a>
    </p>
  );
}

function DeliveryForm({ account, ...props }: StepProps & { account: AccountSettings }) {
  const { view, reload } = props;
  const { within, save } = useSaving({ ...props, account });
  const canPush = view.secretsSet.includes(`${within.names}consumerKey`);
  const { pollOnly, plans: inWords, question } = words.delivery;
  const isOwn = !ofPlans.includes(String(valueAt(account, 'delivery')));
  const isOffered = (plan: string) =>
    plan === 'keep' ? isOwn : canPush || plan === 'basic' || plan === 'pro';
  const offered = Object.fromEntries(Object.entries(inWords).filter(([plan]) => isOffered(plan)));
  const planOf = (values: AccountSettings): Plan => {
    const delivery = String(valueAt(values, 'delivery'));
    if (!ofPlans.includes(delivery)) return 'keep';
    return delivery === '' ? (String(valueAt(values, 'level')) as Plan) : 'stream';
  };
  const withPlan = (plan: Plan, before: AccountSettings): AccountSettings => {
    if (plan === 'keep') return { ...account, active: true };
    // Only what is pushed needs an address.
    const webhookUrl = plan === 'enterprise' ? account.webhookUrl || view.webhookUrl : account.webhookUrl;
    return { ...before, ...plans[plan], webhookUrl };
  };
  const usual = planOf(account);
  const initial = withPlan(isOffered(usual) ? usual : 'basic', { ...account, active: true });
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
            onChange={(plan) => editing.setAll((before) => withPlan(plan as Plan, before))}
          />
          {planOf(editing.values) === 'enterprise' ? (
            <Fields paths={['webhookUrl']} editing={editing} ofAccount />
          ) : null}
        </>
      )}
    </SettingsForm>
  );
}

export function MessageStep({ state: { lastInAt, lastOutAt, handle, delivery }, account }: StepProps) {
  const people = useAnswer('people', account ? { account: account.name } : {}, interval);
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
        {words.message.arrived(momentOf(lastInAt))}
      </p>
      <p class="good" role="status">
        {lastOutAt === undefined
          ? words.message.reply
          : `${words.message.replied(momentOf(lastOutAt))} ${words.message.finished}`}
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
