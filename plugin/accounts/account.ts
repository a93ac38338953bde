import { speakIn } from '../texts/text';
import type { ConversationRules } from '../core/automation/conversationRules';
import type { BotGateway } from '../core/automation/bot';
import { createBotClient } from '../bot/client';
import type { EventBatch, ReplayStatus } from '../core/inbound/events';
import type { ReceivingAccount, WantedEvents } from '../core/inbound/ingestEvents';
import type { MessagingAccount, MotionGateway, XGateway } from '../core/gateways';
import { atMost, systemClock, type Clock } from '../core/clock';
import type { Cluster } from '../core/cluster';
import type { Counters, Log, MessageStore } from '../core/ports';
import { savedClock, type RemoteClock } from '../core/remoteClock';
import type { Scheduler } from '../core/scheduler';
import type { Config } from '../settings/schema';
import { userIdOfToken, type AccountConfig } from '../settings/account';
import type { AccountHealth } from '../core/health';
import { createXGateway } from '../x/xGateway';
import type { XClient } from '../x/api/client';
import type { OAuth2Tokens } from '../x/api/oauth2Tokens';
import type { OwnUser } from '../x/api/ownUser';
import { Revocation } from '../x/api/revocation';
import type { SignIns } from '../x/api/signIns';
import type { TokenVaults } from '../x/api/tokenVault';
import { ChatAccount } from '../x/chat/chatAccount';
import { ChatSetUp } from '../x/chat/chatSetUp';
import type { ChatWorkers } from '../x/chat/chatWorkers';
import { callbackUrl } from '../x/delivery/callbackUrl';
import { deliveryKind, type Delivery } from '../x/delivery';
import { EventIngestion } from '../x/delivery/eventIngestion';
import type { WebhookAccount } from '../x/delivery/webhook';
import { accountHealth } from './accountHealth';
import { tellReceivers, type AccountSignal } from './accountSignals';
import { createMotionGateways } from './motionGateway';
import type { SignInGate } from '../core/signInGate';
import { deliveryOf } from './delivery';
import { SignInReports } from './signInReports';
import { createXSignIns } from './xSignIns';

/** What all accounts share. */
export interface AccountOptions {
  config: Config;
  /** The last part of the webhook's path for `webhookCheck: "secret-path"`. */
  pathSecret: string | undefined;
  store: MessageStore;
  clock: Clock;
  /** A number from 0 to 1. */
  random: () => number;
  scheduler: Scheduler;
  log: Log;
  counters: Counters;
  /** The threads that hold the keys of encrypted chat. */
  chatWorkers: ChatWorkers;
  /** Where the accounts' OAuth 2.0 tokens are kept. */
  vaults: TokenVaults;
  /** Encrypts keys on the disk; empty for none. */
  dataKey: string;
  /** The ways X delivers, while an account moves from one to another; else the configured one. */
  deliveries: Delivery[] | undefined;
  plugin: AccountCallbacks;
}

/** What an account asks of the rest of the plugin. */
export interface AccountCallbacks {
  /** Stores what X delivered. @throws BridgeError `store-unavailable` */
  ingest(batch: EventBatch, account: ReceivingAccount): Promise<void>;
  /** X accepts the account's sign-in again: replies that waited for it can go. */
  onSignedIn(): void;
  /** Encrypted messages that could not be read may be readable now; see `retryUnread`. */
  retryUnread(account: string, conversationId: string | undefined, tag: string): void;
  /** The name of another account that has this X user. */
  nameOfUser(userId: string, besides: string): string | undefined;
}

/** That X delivers, or was refused, is told to the process that handles the account so often at most, in milliseconds. */
const toldEveryMs = 10_000;

/** Stopping the delivery may take this long, in milliseconds. */
const maxStopMs = 3_000;

/** One brand: its user on X, its Open Channel account in Motion, and the state of both. */
export class Account implements MessagingAccount, WebhookAccount {
  readonly name: string;
  readonly active: boolean;
  readonly delivery: Delivery;

  readonly rules: ConversationRules;
  readonly mapValue: 'username' | 'id';
  readonly mentions: MessagingAccount['mentions'];
  readonly mergeQueuedReplies: boolean;
  readonly wants: WantedEvents;
  readonly signingSecret: string;
  readonly pathSecret: string | undefined;

  readonly xClock: RemoteClock;
  readonly client: XClient;
  readonly signIns: SignIns;
  private readonly motionGate: SignInGate;
  /** Undefined where the account has no OAuth 2.0 client. */
  readonly oauth2: OAuth2Tokens | undefined;
  readonly ownUser: OwnUser;
  readonly chat: ChatAccount;
  readonly chatSetUp: ChatSetUp;
  readonly ingestion: EventIngestion;
  readonly x: XGateway;
  readonly host: MotionGateway;
  readonly publicHost: MotionGateway;
  readonly bot: BotGateway;

  readonly reports: SignInReports;
  /** When X last delivered something since the start, in ms since 1970. */
  lastEventAt: number | undefined;
  private refusedToldAt: number | undefined;
  private readonly revocation: Revocation;
  private readonly motionClock: RemoteClock;

  constructor(
    readonly settings: AccountConfig,
    private readonly options: AccountOptions,
  ) {
    const { store, clock, plugin } = options;
    const { name, directMessages, mentions } = settings;
    const log = options.log.with({ account: name });
    this.name = name;
    this.active = settings.active;
    this.delivery = deliveryOf(settings);
    this.rules = settings;
    this.mapValue = settings.mapValue;
    this.mentions = mentions;
    this.mergeQueuedReplies = directMessages.mergeQueuedReplies;
    this.wants = {
      directMessages: directMessages.active,
      mentions: mentions.active,
      quotes: mentions.active && mentions.quotes,
      chat: directMessages.active && settings.chat.active,
    };
    // Where another service passes events on, X's own signature is not theirs to give.
    const isRelayed = deliveryKind(this.delivery).webhook === 'relayed';
    this.signingSecret = isRelayed ? settings.relaySecret : settings.consumerSecret;
    this.pathSecret = options.pathSecret;
    this.xClock = savedClock(clock, store.facts, name, 'X');
    this.motionClock = savedClock(clock, store.facts, name, 'the host');
    this.reports = new SignInReports(settings, clock, options.log, () => plugin.onSignedIn());
    ({
      signIns: this.signIns,
      oauth2: this.oauth2,
      client: this.client,
      ownUser: this.ownUser,
    } = createXSignIns(settings, this.reports, this.xClock, options));
    this.revocation = this.createRevocation();
    this.chat = this.createChat(log);
    this.chatSetUp = this.createChatSetUp(log);
    this.ingestion = this.createIngestion(log);
    this.x = this.createXGateway(log);
    ({
      host: this.host,
      publicHost: this.publicHost,
      gate: this.motionGate,
    } = createMotionGateways(settings, this.reports.host, this.motionClock, options));
    this.bot = createBotClient({ url: settings.bot.url, token: settings.botToken, clock });
  }

  /** Where this process handles it: signs in with X, loads the keys of encrypted chat, and has events delivered; an inactive account takes that down. */
  start(): void {
    if (this.cluster.handles(this.name))
      this.cluster.within(this.name, () => speakIn(this.rules.language, () => this.startWork()));
  }

  private startWork(): void {
    if (!this.active) {
      this.ingestion.deactivate();
      return;
    }
    this.oauth2?.start(this.options.scheduler);
    void this.ownUser.learn();
    void this.chat.load().then(() => this.chatSetUp.settle());
    this.ingestion.start();
  }

  /** Resolves when nothing of it runs, or after three seconds: a call of X that hangs must not hold up a stop. */
  async stop(): Promise<void> {
    this.ownUser.stop();
    this.oauth2?.stop();
    this.chatSetUp.stop();
    await atMost(systemClock, maxStopMs, this.ingestion.stop());
  }

  /** Takes down what an account that was removed has set up with X, which would go on delivering, and charging. */
  async takeDown(): Promise<void> {
    this.ingestion.deactivate();
    await this.ingestion.settled();
    this.ownUser.stop();
  }

  /** The account's own X user, once known. */
  userId(): string | undefined {
    return this.ownUser.id() ?? userIdOfToken(this.settings.accessToken) ?? this.oauth2?.userId();
  }

  /** The account's own X user, asked of X while it is not known. @throws BridgeError */
  async findUserId(): Promise<string> {
    return this.userId() ?? (await this.ownUser.find());
  }

  /** How the account stands, for `/health` and the panel. */
  health(): Promise<AccountHealth> {
    return accountHealth(this, this.options.store);
  }

  /** The machine's clock was set by so many milliseconds, so that what waits for a time waits for the wrong one. */
  clockWasSet(byMs: number): void {
    this.signIns.letOneThrough();
    this.motionGate.letOneThrough();
    this.xClock.localWasSet(byMs);
    this.motionClock.localWasSet(byMs);
  }

  onEvent(pushed: boolean): void {
    const now = this.xClock.now();
    const isNews = now - (this.lastEventAt ?? -Infinity) > toldEveryMs;
    this.lastEventAt = now;
    if (!pushed) return;
    if (this.cluster.handles(this.name) || isNews) this.tell({ kind: 'pushed' });
  }

  onRefused(): void {
    const since = this.xClock.now();
    if (!this.cluster.handles(this.name)) {
      if (since - (this.refusedToldAt ?? -Infinity) < toldEveryMs) return;
      this.refusedToldAt = since;
    }
    this.tell({ kind: 'refused', since });
  }

  onChallenge(): void {
    this.tell({ kind: 'challenged' });
  }

  onRevoked(): void {
    this.tell({ kind: 'revoked' });
  }

  onReplay(status: ReplayStatus): void {
    this.tell({ kind: 'replayed', status });
  }

  onPost(authorId: string): void {
    this.tell({ kind: 'posted', authorId });
  }

  /** Hears, where this process handles the account, what X brought to it or to another process. */
  hear(signal: AccountSignal): void {
    if (signal.kind === 'pushed') this.lastEventAt = this.xClock.now();
    if (signal.kind === 'revoked') void this.revocation.heard();
    else tellReceivers(signal, this.ingestion);
  }

  private get cluster(): Cluster {
    return this.options.store.cluster;
  }

  private tell(signal: AccountSignal): void {
    if (this.cluster.handles(this.name)) this.hear(signal);
    else this.cluster.signal(this.name, signal);
  }

  private createRevocation(): Revocation {
    return new Revocation({
      account: this.name,
      ownUser: this.ownUser,
      signIns: this.signIns,
      clock: this.options.clock,
      log: this.options.log,
      onConfirmed: () => {
        this.reports.noteRevoked();
        this.ingestion.tell((each) => each.onRevoked?.());
      },
    });
  }

  private createXGateway(log: Log): XGateway {
    const { config, random } = this.options;
    return createXGateway({
      client: this.client,
      keys: this.settings.accessToken === '' ? undefined : this.settings,
      mediaHosts: config.x.mediaHosts,
      clock: this.xClock,
      random,
      dataDir: config.dataDir,
      log,
      userId: () => this.userId(),
    });
  }

  private createChatSetUp(log: Log): ChatSetUp {
    const { config, clock, random, chatWorkers } = this.options;
    return new ChatSetUp({
      chat: this.chat,
      client: this.client,
      workers: chatWorkers,
      clock,
      random,
      log,
      apiBaseUrl: config.x.apiBaseUrl,
      findUserId: () => this.findUserId(),
    });
  }

  private createChat(log: Log): ChatAccount {
    const { config, store, clock, random, chatWorkers, dataKey, plugin } = this.options;
    const { readReceipts, typing, neverPlain } = this.settings.chat;
    return new ChatAccount({
      account: this.name,
      settings: { active: this.wants.chat, readReceipts, typing, neverPlain },
      client: this.client,
      workers: chatWorkers,
      store: store.chat,
      dataDir: config.dataDir,
      dataKey,
      clock,
      xClock: this.xClock,
      random,
      log,
      userId: () => this.userId(),
      onKeys: (conversationId, tag) => plugin.retryUnread(this.name, conversationId, tag),
    });
  }

  private createIngestion(log: Log): EventIngestion {
    const { config, store, random, scheduler, deliveries, plugin } = this.options;
    const { inbox, facts, threads, contacts } = store;
    const { name, delivery } = this;
    return new EventIngestion(deliveries ?? [delivery], {
      account: {
        name,
        delivery,
        wants: this.wants,
        environment: this.settings.environment,
        webhookUrl: callbackUrl(this.settings.webhookUrl, name, this.pathSecret),
        userId: () => this.findUserId(),
        signedIn: () => this.ownUser.signedIn(this.signIns),
        lastEventAt: () => this.lastEventAt,
        recentAuthors: (since, most) => threads.recentAuthors(name, since, most),
        recentWriters: (since, most) => contacts.recentWriters(name, since, most),
        knownMessages: (ids) => inbox.knownMessages(name, ids),
        noteChatReading: (reason) => this.chat.noteReading(reason),
        noteMessageRequests: (waiting) => this.chat.noteRequests(waiting),
      },
      client: this.client,
      apiBaseUrl: config.x.apiBaseUrl,
      accept: (batch) => plugin.ingest(batch, this),
      facts,
      clock: this.xClock,
      random,
      scheduler,
      log,
    });
  }
}
