import type { MotionGateway } from '../core/gateways';
import type { RemoteClock } from '../core/remoteClock';
import type { SignIn } from '../core/signIn';
import { SignInGate } from '../core/signInGate';
import { createOpenChannel } from '../motion/openChannel';
import { HostClient } from '../motion/client';
import type { AccountOptions } from './account';
import { mayCallOf } from './xSignIns';
import type { AccountConfig } from '../settings/account';

/** While Motion refuses the sign-in, each account tries it again this often. Milliseconds. */
const refusedPauseMs = 60_000;

/** An Open Channel account in Motion. @param motionClock Motion's clock, as far as it is known */
function createMotionGateway(
  settings: Pick<AccountConfig, 'name' | 'openChannelAccountId' | 'mapKey'>,
  signIn: SignIn,
  motionClock: RemoteClock,
  gate: SignInGate,
  { config, store, counters, log }: AccountOptions,
): MotionGateway {
  const client = new HostClient({
    ...config.host,
    counters,
    clock: motionClock,
    mayCall: mayCallOf(settings.name, store),
    gate,
    onSignIn: (accepted, reason) => signIn.note(accepted, reason),
  });
  const { name: account, openChannelAccountId, mapKey } = settings;
  return createOpenChannel({
    client,
    account,
    openChannelAccountId,
    mapKey,
    facts: store.facts,
    clock: motionClock,
    log,
  });
}

/** Where an account's conversations go: private ones, and public ones where they have an Open Channel account of their own. */
export function createMotionGateways(
  settings: AccountConfig,
  signIn: SignIn,
  motionClock: RemoteClock,
  options: AccountOptions,
): { host: MotionGateway; publicHost: MotionGateway; gate: SignInGate } {
  const { name, mentions } = settings;
  // Both sign in as the same user.
  const gate = new SignInGate(options.clock, refusedPauseMs);
  const host = createMotionGateway(settings, signIn, motionClock, gate, options);
  if (mentions.openChannelAccountId === 0) return { host, publicHost: host, gate };
  const { openChannelAccountId, mapKey } = mentions;
  const ofMentions = { name, openChannelAccountId, mapKey };
  return { host, publicHost: createMotionGateway(ofMentions, signIn, motionClock, gate, options), gate };
}
