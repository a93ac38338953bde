import { encryptedFact } from './bridge/acceptEncrypted';
import type { Arrivals } from './bridge/arrivals';
import type { MessageStore } from './bridge/ports';
import type { SignIn } from './bridge/signIn';
import type { AccountConfig } from './config/schema';
import type { AccountHealth } from './http/health';
import type { ChatStanding } from './x/chat/chatAccount';
import type { SupplyState } from './x/receivers/receiver';
import { isoTime } from './bridge/isoTime';

export interface HealthSources {
  delivery: string;
  store: MessageStore;
  signIn: { x: SignIn; host: SignIn };
  arrivals: Arrivals;
  supply: { state(): SupplyState };
  chat: { standing(): ChatStanding };
}

/** How one account stands, for `/health`. */
export function accountHealth(settings: AccountConfig, sources: HealthSources): AccountHealth {
  const { store, signIn } = sources;
  const { failed: setAside, ...inbound } = store.depths.inbound(settings.name);
  const outbound = store.depths.outbound(settings.name);
  const state = (waitingBecause: string | undefined) =>
    !settings.active ? 'off' : waitingBecause === undefined ? 'ok' : 'waiting';
  return {
    active: settings.active,
    inbound: {
      state: state(inbound.waitingBecause),
      ...inbound,
      setAside,
      filtered: store.depths.filtered(settings.name),
    },
    outbound: { state: state(outbound.waitingBecause), ...outbound },
    webhook: supplyHealth(settings, sources),
    signIn: { x: signIn.x.read(), host: signIn.host.read() },
    chat: chatHealth(settings, sources),
    customers: marksHealth(settings.name, store),
  };
}

function supplyHealth(settings: AccountConfig, sources: HealthSources): AccountHealth['webhook'] {
  const { delivery, arrivals, supply } = sources;
  const lastAt = arrivals.lastAt();
  const { state, reason, since } = supply.state();
  const quiet = lastAt === undefined ? 'quiet' : 'ok';
  return {
    state: !settings.active ? 'off' : state === 'ok' ? quiet : state,
    delivery,
    check: settings.webhookCheck,
    ...(settings.active && reason !== undefined ? { reason } : {}),
    ...(settings.active && since !== undefined ? { since: isoTime(since) } : {}),
    ...(lastAt === undefined ? {} : { lastEventAt: isoTime(lastAt) }),
  };
}

function chatHealth({ name, active }: AccountConfig, { store, chat }: HealthSources): AccountHealth['chat'] {
  const at = store.facts.read(name, encryptedFact);
  return {
    ...(active ? chat.standing() : { state: 'off' }),
    ...(at === undefined ? {} : { lastMessageAt: isoTime(Number(at)) }),
  };
}

function marksHealth(account: string, { marks }: MessageStore): AccountHealth['customers'] {
  const { readAt, typingAt } = marks.latest(account);
  return {
    ...(readAt === undefined ? {} : { lastReadAt: isoTime(readAt) }),
    ...(typingAt === undefined ? {} : { lastTypingAt: isoTime(typingAt) }),
  };
}
