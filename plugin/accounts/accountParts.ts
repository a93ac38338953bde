import type { ReceivingAccount } from '../core/inbound/ingestEvents';
import { Arrivals } from '../core/inbound/arrivals';
import type { Clock } from '../core/clock';
import type { EventBatch } from '../core/inbound/events';
import type { Counters, Log, MessageStore } from '../core/ports';
import type { Scheduler } from '../core/scheduler';
import type { BridgeAccount, MotionGateway } from '../core/gateways';
import { savedClock, type RemoteClock } from '../core/remoteClock';
import { SignIn } from '../core/signIn';
import { createAccountChat } from './accountChat';
import { deliveryOf, isUsed, receivingOf } from './accountReceiving';
import { createSignIns } from './accountSignIns';
import { createBotClient } from '../bot/client';
import { accountHealth } from './accountHealth';
import type { AccountConfig, Config } from '../settings/schema';
import type { Secrets } from '../settings/secrets';
import { createHostAccount } from '../motion/account';
import { HostClient } from '../motion/client';
import type { AccountHealth } from '../http/health';
import { createXAccount } from '../x/account';
import type { ChatAccount } from '../x/chat/chatAccount';
import type { ChatSetUp } from '../x/chat/chatSetUp';
import type { ChatThreads } from '../x/chat/threads';
import { XClient } from '../x/api/client';
import type { OAuth2Tokens } from '../x/api/oauth2Tokens';
import { OwnUser } from '../x/api/ownUser';
import { callbackUrl } from '../x/delivery/callbackUrl';
import type { Delivery } from '../x/delivery';
import { Supply } from '../x/delivery/supply';
import type { SignIns } from '../x/api/signIns';
import { signInNames, type UserSignIn } from '../x/api/signInKinds';
import { SignInGate } from '../core/signInGate';
import type { TokenVaults } from '../x/api/tokenVault';
import type { WebhookAccount } from '../x/delivery/webhook';

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
  /** Encrypted messages that could not be read may be readable now; see `retryUnread`. */
  retryUnread: (account: string, conversationId: string | undefined, tag: string) => void;
  /** Where the accounts' OAuth 2.0 tokens are kept. */
  vaults: TokenVaults;
  /** The name of another account that has this X user. */
  accountOf: (userId: string, besides: string) => string | undefined;
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
  signIns: SignIns;
  /** Undefined where the account has no OAuth 2.0 client. */
  oauth2: OAuth2Tokens | undefined;
  chat: ChatAccount;
  chatSetUp: ChatSetUp;
  health(): AccountHealth;
  /** The machine's clock was set by so many milliseconds, so that what waits for a time waits for the wrong one. */
  clockWasSet(byMs: number): void;
}

/** Builds one account's two sides, and what receives for it. */
export function createAccountParts(settings: AccountConfig, options: AccountPartsOptions): AccountParts {
  const { store, clock } = options;
  const { name } = settings;
  const signIn = reportedSignIns(settings, options);
  const clocks = {
    x: savedClock(clock, store.facts, name, 'X'),
    host: savedClock(clock, store.facts, name, 'the host'),
  };
  const { signIns, oauth2, client, ownUser } = xCallsOf(settings, options, clocks.x, signIn);
  const arrivals = new Arrivals(clocks.x);
  const parts = { ...options, signIns, signIn, oauth2, ownUser, arrivals };
  const receiving = receivingOf(settings, { ...parts, supply: () => supply });
  const findUserId = () => Promise.resolve(receiving.userId() ?? ownUser.find());
  const ofChat = createAccountChat(settings, { ...options, client, receiving, findUserId, xClock: clocks.x });
  const { chat } = ofChat;
  const secrets = webhookSecrets(settings, options.secrets);
  const supply: Supply = supplyOf(settings, options, {
    client,
    signIns,
    ownUser,
    arrivals,
    receiving,
    chat,
    clock: clocks.x,
    ...secrets,
  });
  return {
    settings,
    bridge: bridgeAccountOf(settings, options, {
      client,
      userId: receiving.userId,
      host: signIn.host,
      chat,
      clocks,
    }),
    webhook: { ...receiving, ...secrets },
    ownUser,
    supply,
    client,
    ...ofChat,
    signIns,
    oauth2,
    health: () =>
      accountHealth(settings, {
        delivery: deliveryOf(settings),
        store,
        signIn,
        used: (kind) => isUsed(kind, settings),
        arrivals,
        supply,
        chat,
      }),
    clockWasSet: (byMs) => {
      signIns.letOneThrough();
      clocks.x.localWasSet(byMs);
      clocks.host.localWasSet(byMs);
    },
  };
}

/** What the account's calls of X go through, and whose they are. */
function xCallsOf(
  settings: AccountConfig,
  options: AccountPartsOptions,
  clock: RemoteClock,
  signIn: Record<UserSignIn, SignIn>,
) {
  const { config, store, counters } = options;
  const { name, accessToken, consumerKey } = settings;
  const { signIns, oauth2 } = createSignIns(settings, {
    ...options,
    clock,
    machineClock: options.clock,
    signIn,
    ownUser: () => ownUser,
  });
  const client = new XClient({
    ...store,
    account: name,
    apiBaseUrl: config.x.apiBaseUrl,
    signIns,
    clock,
    counters,
    onSignIn: (kind, accepted, reason) => {
      // While the sign-in cannot be renewed, what still works with its last token is no good news.
      if (accepted && kind === 'oauth2' && oauth2?.gate.refused() === true) return;
      signIn[kind].note(accepted, reason);
    },
  });
  const signedInBy =
    accessToken === '' ? `oauth2 ${settings.oauth2.clientId}` : `${consumerKey} ${accessToken}`;
  const ownUser: OwnUser = new OwnUser({ ...options, account: name, signedInBy, client, facts: store.facts });
  return { signIns, oauth2, client, ownUser };
}

/** A host whose sign-in is refused is asked again so often, by each account. Milliseconds. */
const hostPause = 60_000;

/** Both sides of the account, as the inbound and outbound sides see it. */
function bridgeAccountOf(
  settings: AccountConfig,
  options: AccountPartsOptions,
  {
    client,
    userId,
    host,
    chat,
    clocks,
  }: {
    client: XClient;
    userId: () => string | undefined;
    host: SignIn;
    chat: ChatAccount;
    clocks: { x: RemoteClock; host: RemoteClock };
  },
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
    host: hostSideOf(settings, options, host, clocks.host),
    bot: createBotClient({ url: settings.bot.url, token: settings.botToken, clock }),
    x: createXAccount({
      ...config.x,
      dataDir: config.dataDir,
      client,
      keys: settings.accessToken === '' ? undefined : settings,
      clock: clocks.x,
      random,
      userId,
      log,
    }),
  };
}

interface SupplyParts {
  client: XClient;
  signIns: SignIns;
  ownUser: OwnUser;
  arrivals: Arrivals;
  receiving: ReceivingAccount;
  chat: ChatAccount;
  clock: RemoteClock;
  pathSecret: string | undefined;
}

function supplyOf(settings: AccountConfig, options: AccountPartsOptions, parts: SupplyParts): Supply {
  const { client, signIns, ownUser, arrivals, receiving, chat, clock, pathSecret } = parts;
  const { inbox, facts, threads, contacts } = options.store;
  const { name, environment, webhookUrl } = settings;
  const delivery = deliveryOf(settings);
  const account = {
    ...receiving,
    delivery,
    environment,
    webhookUrl: callbackUrl(webhookUrl, name, pathSecret),
    userId: () => Promise.resolve(receiving.userId() ?? ownUser.find()),
    noteChatReading: (reason: string | undefined) => chat.noteReading(reason),
    noteMessageRequests: (waiting: boolean) => chat.noteRequests(waiting),
    signedIn: () => ownUser.signedIn(signIns),
    lastEventAt: () => arrivals.lastAt(),
    recentAuthors: (since: number, most: number) => threads.recentAuthors(name, since, most),
    recentWriters: (since: number, most: number) => contacts.recentWriters(name, since, most),
    knownMessages: (ids: string[]) => inbox.knownMessages(name, ids),
  };
  return new Supply(options.deliveries ?? [delivery], {
    ...options,
    clock,
    account,
    client,
    apiBaseUrl: options.config.x.apiBaseUrl,
    accept: (batch) => options.accept(batch, receiving),
    facts,
  });
}

function hostSideOf(
  settings: AccountConfig,
  options: AccountPartsOptions,
  signIn: SignIn,
  clock: RemoteClock,
): MotionGateway {
  const { config, store, log, counters } = options;
  const client = new HostClient({
    ...config.host,
    counters,
    clock,
    gate: new SignInGate(options.clock, hostPause),
    onSignIn: (accepted, reason) => signIn.note(accepted, reason),
  });
  return createHostAccount({ ...settings, client, clock, account: settings.name, facts: store.facts, log });
}

function webhookSecrets(settings: AccountConfig, secrets: Secrets) {
  const secretPath = settings.webhookCheck === 'secret-path';
  return {
    // Where another service passes events on, X's own signature is not theirs to give.
    signingSecret: deliveryOf(settings) === 'api' ? settings.apiSecret : settings.consumerSecret,
    pathSecret: secretPath ? secrets.webhookPaths[settings.name] : undefined,
  };
}

/** Each sign-in that the account uses, and what is told of it when it changes. */
function reportedSignIns(
  settings: AccountConfig,
  { clock, log, signedInAgain }: AccountPartsOptions,
): Record<UserSignIn | 'host', SignIn> {
  const { name } = settings;
  const withX = (kind: UserSignIn, check: string) =>
    reportedSignIn(`X (${signInNames[kind]})`, check, name, clock, log, signedInAgain);
  return {
    oauth1: withX('oauth1', 'check the keys of this account'),
    oauth2: withX('oauth2', 'see the reason; mostly the account has to be connected again in the panel'),
    host: reportedSignIn(
      'the host',
      'check host.username and host.password, or host.apiKey, which all accounts share',
      name,
      clock,
      log,
      () => {},
    ),
  };
}

function reportedSignIn(
  side: string,
  check: string,
  account: string,
  clock: Clock,
  log: Log,
  again: () => void,
): SignIn {
  return new SignIn(clock, (accepted, reason) => {
    if (accepted) {
      log.info(`signed in to ${side} again`, { account });
      again();
    } else log.error(`${side} refuses the sign-in: ${check}`, { account, reason });
  });
}
