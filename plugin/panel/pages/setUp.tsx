import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SetUpState } from '../api';
import { useAnswer } from '../context';
import { mayLeave } from '../leaving';
import { PageTitle } from '../pageTitle';
import { texts } from '../texts';
import { DeliveryStep, MessageStep } from './setUpDelivery';
import type { StepProps } from './setUpParts';
import { AppStep, ChannelStep, ConnectStep, MotionStep } from './setUpSteps';

const { setUp: words } = texts;

/** How often it is looked whether a step is done, in milliseconds. */
const interval = 4_000;

/** Leads through everything an account needs, one step after the other. @param name of the account, once it is saved */
export function SetUp({ name }: { name: string | undefined }) {
  const settings = useAnswer('settings', {});
  const state = useAnswer('setUp', name === undefined ? {} : { account: name }, interval);
  const fault = settings.fault ?? state.fault;
  const reload = () => {
    settings.refresh();
    state.refresh();
  };
  return (
    <>
      <PageTitle text={name === undefined ? words.heading : `${words.heading}: ${name}`} />
      <p>{words.words}</p>
      {fault === undefined ? null : <p class="bad">{fault}</p>}
      {settings.answer && state.answer ? (
        <Steps
          view={settings.answer}
          state={state.answer}
          account={settings.answer.settings.accounts.find((each) => each.name === name)}
          reload={reload}
        />
      ) : (
        <p>{texts.loading}</p>
      )}
    </>
  );
}

type StepName = 'motion' | 'app' | 'connect' | 'channel' | 'delivery' | 'message';

/** What is done, and what was found there. */
function standingOf(state: SetUpState): Record<StepName, { done: boolean; found?: string | undefined }> {
  const { motion, channel = [], delivery, lastInAt, lastOutAt } = state;
  const wrong = channel.find((line) => line.state === 'failed');
  return {
    motion: { done: motion?.state === 'ok', found: motion?.words },
    app: { done: state.hasKeys === true },
    connect: {
      done: state.isConnected === true,
      found: state.isConnected === true ? words.connect.connected(state.handle) : undefined,
    },
    channel: {
      done: channel.length > 0 && wrong === undefined,
      found: wrong?.words ?? channel[0]?.words,
    },
    delivery: { done: delivery?.state === 'ok', found: delivery?.words },
    message: { done: lastInAt !== undefined && lastOutAt !== undefined && delivery?.state === 'ok' },
  };
}

const forms: Record<StepName, (props: StepProps) => ComponentChildren> = {
  motion: MotionStep,
  app: AppStep,
  connect: ConnectStep,
  channel: ChannelStep,
  delivery: DeliveryStep,
  message: MessageStep,
};

function stateOf(isDone: boolean, isNext: boolean): string {
  if (isDone) return `✓ ${words.done}`;
  return isNext ? words.open : words.later;
}

function Steps(props: StepProps) {
  // A step that somebody works in stays open whatever is found meanwhile, until it is saved or done.
  const [pinned, setPinned] = useState<StepName>();
  const standing = standingOf(props.state);
  const names = Object.keys(forms) as StepName[];
  const next = names.find((name) => !standing[name].done) ?? 'message';
  const open = pinned ?? next;
  const isDone = standing[open].done;
  const before = useRef({ open, isDone });
  useEffect(() => {
    const { open: formerly, isDone: wasDone } = before.current;
    before.current = { open, isDone };
    // Done while one looks; a step that was done when it was opened is being changed.
    if (formerly === open && !wasDone && isDone) setPinned(undefined);
  }, [open, isDone]);
  const reload = () => {
    setPinned(undefined);
    props.reload();
  };
  return (
    <ol class="steps">
      {names.map((name, index) => {
        const { done, found } = standing[name];
        const Form = forms[name];
        return (
          <li
            key={name}
            class={done ? 'step done' : 'step'}
            aria-current={name === open ? 'step' : undefined}
            onInput={() => setPinned(name)}
            onClick={name === open ? () => setPinned(name) : undefined}
          >
            <h3>
              {index + 1}. {words[name].heading} <span class="state">{stateOf(done, name === next)}</span>
            </h3>
            {found === undefined ? null : <p class={done ? 'good' : 'bad'}>{found}</p>}
            {name === open ? (
              <Form {...props} reload={reload} />
            ) : done || name === next ? (
              <button
                type="button"
                class="link"
                onClick={() => {
                  if (mayLeave()) setPinned(name);
                }}
              >
                {words.change}
              </button>
            ) : null}
          </li>
        );
      })}
    </ol>
  );
}
