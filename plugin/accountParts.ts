import type { ReceivingAccount } from './bridge/acceptEvents';
import { Arrivals } from './bridge/arrivals';
import type { Clock } from './bridge/clock';
import type { EventBatch } from './bridge/events';
import type { Counters, Log, MessageStore } from './bridge/ports';
import type { Scheduler } from './bridge/scheduler';
import type { BridgeAccount, HostSide } from './bridge/sides';
import { SignIn } from './bridge/signIn';
import { createAccountChat } from './accountChat';
import { createBotClient } from './bot/client';
import { accountHealth } from './accountHealth';
import { userIdOfToken, type AccountConfig, type Config } from './config/schema';
import type { Secrets } from './config/secrets';
import { createHostAccount } from './host/account';
import { HostClient } from './host/client';
import type { AccountHealth } from './http/health';
import { createXAccount } from './x/account';
import { AppToken } from './x/appToken';
import type { ChatAccount } from './x/chat/chatAccount';
import type { ChatSetUp } from './x/chat/chatSetUp';
import type { ChatThreads } from './x/chat/threads';
import { XClient } from './x/client';
import { OAuth2Tokens } from './x/oauth2';
import { OwnUser } from './x/ownUser';
import { callbackUrl } from './x/receivers/callbackUrl';
import type { Delivery } from './x/receivers';
import { Supply } from './x/receivers/supply';
import { SignInGate } from './x/signInGate';
import type { WebhookAccount } from './x/webhook';

export interface AccountPartsOptions {
  config: Config;
  secrets: Secrets;
  store: MessageStore;
  clock: Clock;
  random: () => number;
  scheduler: Scheduler;
  log: Log;
  counters: Counters;
  /** The threads that hold the keys of encrypted chat. */
  chatThreads: ChatThreads;
  /** Encrypts keys on the disk; empty for none. */
  dataKey: string;
  /** Takes in what a receiver brings. */
  accept: (batch: EventBatch, account: ReceivingAccount) => Promise<void>;
  /** X accepts an account's keys again: the answers that waited for it can go. */
  signedInAgain: () => void;
  /** The ways an account is delivered to, while it moves from one to another. */
  deliveries?: Delivery[];
}

/** Everything that exists once per configured account. */
export interface AccountParts {
  settings: AccountConfig;
  bridge: BridgeAccount;
  webhook: WebhookAccount;
  ownUser: OwnUser;
  supply: Supply;
  client: XClient;
  oauth2: OAuth2Tokens;
  chat: ChatAccount;
  chatSetUp: ChatSetUp;
  health(): AccountHealth;
  /** The machine's clock was set, so that what waits for a time waits for the wrong one. */
  clockWasSet(): void;
}

/** Builds one account's two sides, and what receives for it. */
export function createAccountParts(settings: AccountConfig, options: AccountPartsOptions): AccountParts {
  const { store, clock } = options;
  const { name } = settings;
  const signIn = signInsOf(name, options);
  const gate = new SignInGate(clock);
  const client = xClientOf(settings, options, signIn.x, gate);
  const ownUser = new OwnUser({ ...options, account: name, keys: settings, client, facts: store.facts });
  const arrivals = new Arrivals(clock);
  const receiving = receivingOf(settings, { gate, signIn, ownUser, arrivals, supply: () => supply });
  const findUserId = () => Promise.resolve(receiving.userId() ?? ownUser.find());
  const ofChat = createAccountChat(settings, { ...options, client, receiving, findUserId });
  const { chat } = ofChat;
  const secrets = webhookSecrets(settings, options.secrets);
  const supply: Supply = supplyOf(settings, options, {
    client,
    gate,
    ownUser,
    arrivals,
    receiving,
    chat,
    ...secrets,
  });
  return {
    settings,
    bridge: bridgeAccountOf(settings, options, { client, userId: receiving.userId, host: signIn.host, chat }),
    webhook: { ...receiving, ...secrets },
    ownUser,
    supply,
    client,
    ...ofChat,
    oauth2: new OAuth2Tokens({
      account: name,
      apiBaseUrl: options.config.x.apiBaseUrl,
      facts: store.facts,
      clock,
    }),
    health: () =>
      accountHealth(settings, { delivery: deliveryOf(settings), store, signIn, arrivals, supply, chat }),
    clockWasSet: () => gate.letOneThrough(),
  };
}

interface ReceivingParts {
  gate: SignInGate;
  signIn: { x: SignIn };
  ownUser: OwnUser;
  arrivals: Arrivals;
  supply: () => Supply;
}

/** The account as what X delivers is taken in for it. */
function receivingOf(
  { name, directMessages, mentions, chat, accessToken }: AccountConfig,
  { gate, signIn, ownUser, arrivals, supply }: ReceivingParts,
): ReceivingAccount {
  return {
    name,
    directMessages: directMessages.active,
    mentions: mentions.active,
    chat: directMessages.active && chat.active,
    userId: () => ownUser.id() ?? userIdOfToken(accessToken),
    onEvent: () => arrivals.note(),
    onRevoked: () => {
      gate.refuse(true);
      signIn.x.note(false, 'the account has taken the access of this app away on x.com');
      supply().onRevoked();
    },
    onReplay: (status) => supply().onReplay(status),
    onPost: (authorId) => supply().onPost(authorId),
  };
}

/** Both sides of the account, as the two streets between them see it. */
function bridgeAccountOf(
  settings: AccountConfig,
  options: AccountPartsOptions,
  {
    client,
    userId,
    host,
    chat,
  }: { client: XClient; userId: () => string | undefined; host: SignIn; chat: ChatAccount },
): BridgeAccount {
  const { config, clock, random } = options;
  const log = options.log.with({ account: settings.name });
  const { name, mapValue, mentions, directMessages } = settings;
  return {
    name,
    active: settings.active,
    rules: settings,
    mapValue,
    mentions,
    joinWaiting: directMessages.joinWaiting,
    userId,
    chat,
    host: hostSideOf(settings, options, host),
    bot: createBotClient({ url: settings.bot.url, token: settings.botToken, clock }),
    x: createXAccount({
      ...config.x,
      dataDir: config.dataDir,
      client,
      keys: settings,
      clock,
      random,
      userId,
      log,
    }),
  };
}

function xClientOf(
  settings: AccountConfig,
  options: AccountPartsOptions,
  signIn: SignIn,
  gate: SignInGate,
): XClient {
  const { config, store, clock, counters } = options;
  const { apiBaseUrl } = config.x;
  const { windows, charges } = store;
  return new XClient({
    account: settings.name,
    apiBaseUrl,
    keys: settings,
    windows,
    charges,
    clock,
    counters,
    appToken: new AppToken({ ...settings, apiBaseUrl }),
    gate,
    onSignIn: (accepted, reason) => signIn.note(accepted, reason),
  });
}

interface SupplyParts {
  client: XClient;
  gate: SignInGate;
  ownUser: OwnUser;
  arrivals: Arrivals;
  receiving: ReceivingAccount;
  chat: ChatAccount;
  pathSecret: string | undefined;
}

function supplyOf(settings: AccountConfig, options: AccountPartsOptions, parts: SupplyParts): Supply {
  const { client, gate, ownUser, arrivals, receiving, chat, pathSecret } = parts;
  const { inbox, facts, threads } = options.store;
  const { name, environment, webhookUrl } = settings;
  const delivery = deliveryOf(settings);
  const account = {
    ...receiving,
    delivery,
    environment,
    webhookUrl: callbackUrl(webhookUrl, name, pathSecret),
    userId: () => Promise.resolve(receiving.userId() ?? ownUser.find()),
    noteChatReading: (reason: string | undefined) => chat.noteReading(reason),
    signedIn: () => ownUser.signedIn(gate),
    lastEventAt: () => arrivals.lastAt(),
    recentAuthors: (since: number, most: number) => threads.recentAuthors(name, since, most),
    knownMessages: (ids: string[]) => inbox.knownMessages(name, ids),
  };
  return new Supply(options.deliveries ?? [delivery], {
    ...options,
    account,
    client,
    apiBaseUrl: options.config.x.apiBaseUrl,
    accept: (batch) => options.accept(batch, receiving),
    facts,
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

function webhookSecrets(settings: AccountConfig, secrets: Secrets) {
  const secretPath = settings.webhookCheck === 'secret-path';
  return {
    // Where another service passes events on, X's own signature is not theirs to give.
    signingSecret: deliveryOf(settings) === 'api' ? settings.apiSecret : settings.consumerSecret,
    pathSecret: secretPath ? secrets.webhookPaths[settings.name] : undefined,
  };
}

function signInsOf(
  account: string,
  { clock, log, signedInAgain }: AccountPartsOptions,
): { x: SignIn; host: SignIn } {
  return {
    x: reportedSignIn('X', account, clock, log, signedInAgain),
    host: reportedSignIn('the host', account, clock, log, () => {}),
  };
}

function reportedSignIn(side: string, account: string, clock: Clock, log: Log, again: () => void): SignIn {
  return new SignIn(clock, (accepted, reason) => {
    if (accepted) {
      log.info(`signed in to ${side} again`, { account });
      again();
    } else log.error(`${side} refuses the sign-in: check the keys of this account`, { account, reason });
  });
}

/** How X delivers to an account: as set, else as its level says (Basic and Pro get no pushes). */
export function deliveryOf({ delivery, level }: AccountConfig): Delivery {
  if (delivery !== '') return delivery;
  return level === 'enterprise' ? 'activity' : 'poll';
}
