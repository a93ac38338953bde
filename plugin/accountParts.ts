import type { ReceivingAccount } from './bridge/acceptEvents';
import type { Clock } from './bridge/clock';
import type { Counters, Log, MessageStore } from './bridge/ports';
import type { BridgeAccount, HostSide } from './bridge/sides';
import { SignIn } from './bridge/signIn';
import { userIdOfToken, type AccountConfig, type Config } from './config/schema';
import type { Secrets } from './config/secrets';
import { createHostAccount } from './host/account';
import { HostClient } from './host/client';
import type { AccountHealth } from './http/health';
import { createXAccount } from './x/account';
import { XClient } from './x/client';
import { OwnUser } from './x/ownUser';
import type { WebhookAccount } from './x/webhook';

export interface AccountPartsOptions {
  config: Config;
  secrets: Secrets;
  store: MessageStore;
  clock: Clock;
  random: () => number;
  log: Log;
  counters: Counters;
}

/** Everything that exists once per configured account. */
export interface AccountParts {
  settings: AccountConfig;
  bridge: BridgeAccount;
  webhook: WebhookAccount;
  ownUser: OwnUser;
  health(): AccountHealth;
}

/** Builds one account's two sides. */
export function createAccountParts(settings: AccountConfig, options: AccountPartsOptions): AccountParts {
  const { store, clock, random, log } = options;
  const { x, dataDir } = options.config;
  const { name } = settings;
  const signIn = {
    x: reportedSignIn('X', name, clock, log),
    host: reportedSignIn('the host', name, clock, log),
  };
  const client = xClientOf(settings, options, signIn.x);
  const ownUser = new OwnUser({
    account: name,
    keys: settings,
    client,
    facts: store.facts,
    clock,
    random,
    log,
  });
  const supply = new Supply(clock);
  return {
    settings,
    bridge: {
      name,
      mapValue: settings.mapValue,
      host: hostSideOf(settings, options, signIn.host),
      x: createXAccount({ mediaHosts: x.mediaHosts, dataDir, client, keys: settings, clock, random }),
    },
    webhook: { ...receiving(settings, ownUser, supply), ...webhookSecrets(settings, options.secrets) },
    ownUser,
    health: () => accountHealth(settings, store, signIn, supply),
  };
}

function xClientOf(settings: AccountConfig, options: AccountPartsOptions, signIn: SignIn): XClient {
  const { config, store, clock, counters } = options;
  return new XClient({
    account: settings.name,
    apiBaseUrl: config.x.apiBaseUrl,
    keys: settings,
    windows: store.windows,
    clock,
    counters,
    onSignIn: (accepted, reason) => signIn.note(accepted, reason),
  });
}

function hostSideOf(settings: AccountConfig, options: AccountPartsOptions, signIn: SignIn): HostSide {
  const { config, store, log, counters } = options;
  const client = new HostClient({
    ...config.host,
    counters,
    onSignIn: (accepted, reason) => signIn.note(accepted, reason),
  });
  return createHostAccount({ ...settings, client, account: settings.name, facts: store.facts, log });
}

function receiving(settings: AccountConfig, ownUser: OwnUser, supply: Supply): ReceivingAccount {
  return {
    name: settings.name,
    directMessages: settings.directMessages.active,
    userId: () => ownUser.id() ?? userIdOfToken(settings.accessToken),
    onEvent: () => supply.note(),
  };
}

function webhookSecrets(settings: AccountConfig, secrets: Secrets) {
  const secretPath = settings.webhookCheck === 'secret-path';
  return {
    consumerSecret: settings.consumerSecret,
    pathSecret: secretPath ? secrets.webhookPaths[settings.name] : undefined,
  };
}

function reportedSignIn(side: string, account: string, clock: Clock, log: Log): SignIn {
  return new SignIn(clock, (accepted, reason) => {
    if (accepted) log.info(`signed in to ${side} again`, { account });
    else log.error(`${side} refuses the sign-in: check the keys of this account`, { account, reason });
  });
}

/** When X last delivered something. */
class Supply {
  private lastEventAt: number | undefined;

  constructor(private readonly clock: Clock) {}

  note(): void {
    this.lastEventAt = this.clock.now();
  }

  state(): 'ok' | 'quiet' {
    return this.lastEventAt === undefined ? 'quiet' : 'ok';
  }

  read(): { lastEventAt?: string } {
    return this.lastEventAt === undefined ? {} : { lastEventAt: new Date(this.lastEventAt).toISOString() };
  }
}

function accountHealth(
  settings: AccountConfig,
  store: MessageStore,
  signIn: { x: SignIn; host: SignIn },
  supply: Supply,
): AccountHealth {
  const { failed: setAside, ...inbound } = store.depths.inbound(settings.name);
  const outbound = store.depths.outbound(settings.name);
  const state = (waitingBecause: string | undefined) =>
    !settings.active ? 'off' : waitingBecause === undefined ? 'ok' : 'waiting';
  return {
    active: settings.active,
    inbound: { state: state(inbound.waitingBecause), ...inbound, setAside },
    outbound: { state: state(outbound.waitingBecause), ...outbound },
    webhook: {
      state: settings.active ? supply.state() : 'off',
      delivery: deliveryOf(settings),
      check: settings.webhookCheck,
      ...supply.read(),
    },
    signIn: { x: signIn.x.read(), host: signIn.host.read() },
  };
}

/** How X delivers to an account: as set, else as its level says (Basic and Pro get no pushes). */
export function deliveryOf({ delivery, level }: AccountConfig): string {
  if (delivery !== '') return delivery;
  return level === 'enterprise' ? 'activity' : 'poll';
}
