import { schedule as cronSchedule } from 'node-cron';
import type { Router } from 'express';
import type { RequestListener, Server } from 'node:http';
import { createAccountParts, type AccountPartsOptions } from '../accounts/accountParts';
import { ingestEvents, type IngestPorts } from '../core/inbound/ingestEvents';
import { systemClock, type Clock } from '../core/clock';
import { rateLimitedLog } from '../core/rateLimitedLog';
import { reasonOf } from '../core/errors';
import { InboundWorker, type InboundWorkerPorts } from '../core/inbound/inboundWorker';
import { OutboundWorker, type OutboundWorkerPorts } from '../core/outbound/outboundWorker';
import type { ActivityEntry, ActivityListener, Log, MessageStore } from '../core/ports';
import type { Scheduler } from '../core/scheduler';
import { retryUnread } from '../core/inbound/retryUnread';
import { keepNotice } from '../core/systemNotice';
import { OtherUsers } from '../core/inbound/otherUsers';
import { Unstorable } from '../core/inbound/unstorable';
import { createAdmin } from '../admin/admin';
import { createAdminPorts, type AdminSources } from './adminPorts';
import { startChores, type ChoresOptions } from './scheduledJobs';
import type { ConfigFile } from '../settings/configFile';
import { ConfigError } from '../settings/load';
import type { AccountConfig, Config } from '../settings/schema';
import { allSecrets, type Secrets } from '../settings/secrets';
import { adminRoutes } from '../http/admin';
import { Bodies } from '../http/bodies';
import { withEvents } from '../http/events';
import { healthRoutes, type Health } from '../http/health';
import { messagesRoutes } from '../http/messages';
import { createMetrics, type Metrics } from '../http/metrics';
import { oauth2CallbackRoutes } from '../http/oauth2Callback';
import { panelRoutes } from '../http/panel';
import { replyRoutes } from '../http/reply';
import { createApp, createHttpServer, listen, listenElsewhere, stopListening } from '../http/server';
import { AccountRegistry } from '../accounts/accountRegistry';
import type { OpenLog } from '../log/logger';
import { pluginHealth } from '../accounts/pluginHealth';
import { replyPort } from '../accounts/replyPort';
import { warnOfOrphans, warnOfWeakness } from '../accounts/startWarnings';
import { watchMachine } from './watchMachine';
import type { Delivery } from '../x/delivery';
import { ChatThreads } from '../x/chat/threads';
import { clearPassing } from '../x/media/measureFile';
import { TokenVaults } from '../x/api/tokenVault';
import { createWebhook, type Webhook } from '../x/delivery/webhook';

export interface PluginOptions {
  config: Config;
  secrets: Secrets;
  store: MessageStore;
  logs: OpenLog;
  version: string;
  /** Encrypts the keys of encrypted chat on the disk. */
  dataKey?: string;
  /** The bundle of the thread for encrypted chat; it lies beside the program. */
  chatThread: string;
  /** The panel; without it there is none. */
  panel?: { file: ConfigFile; dir: string; print?: (line: string) => void };
  clock?: Clock;
  random?: () => number;
  scheduler?: Scheduler;
  /** Several ways of delivery at once for every account, instead of the configured one. */
  deliveries?: Delivery[];
  /** Hears of every step of every message. */
  onActivity?: (entry: ActivityEntry) => void;
}

export interface Plugin {
  /** The port listened on. */
  readonly port: number;
  /** Accepts nothing more, finishes what is in flight, and closes the store. */
  stop(): Promise<void>;
}

const cron: Scheduler = {
  every: (expression, job) => {
    const task = cronSchedule(expression, job);
    return () => void task.stop();
  },
};

/** What may change while the plugin runs. */
interface Live {
  config: Config;
  secrets: Secrets;
  server: Server;
  port: number;
}

/** The parts, built and wired but not running. */
interface Parts {
  live: Live;
  accounts: AccountRegistry;
  inbound: InboundWorker;
  outbound: OutboundWorker;
  app: RequestListener;
  chatThreads: ChatThreads;
  vaults: TokenVaults;
  chores: Pick<ChoresOptions, 'followUps' | 'findForgotten' | 'keeping' | 'copyTo' | 'clock'>;
}

/**
 * Builds the parts, wires them, and starts.
 * @throws the system's error, `EADDRINUSE` when the port is in use; the store is closed then
 */
export async function startPlugin(options: PluginOptions): Promise<Plugin> {
  const { config, store, logs, scheduler = cron } = options;
  const { log } = logs;
  const parts: Parts = wire(options, (next, secrets) => applyConfig(next, secrets, parts, options));
  const { live, accounts, inbound, outbound, chatThreads, vaults } = parts;
  live.port = await listenOrClose(live.server, config, store);
  clearPassing(config.dataDir);
  await accounts.set(config.accounts);
  warnOfWeakness(accounts.active(), config, log);
  warnOfOrphans(store, config, log);
  inbound.takeUp();
  outbound.takeUp();
  const stopChores = startChores({
    ...parts.chores,
    scheduler,
    accounts: () => accounts.all(),
    dataDir: config.dataDir,
    log,
  });
  const stopWatching = watchMachine({ ...parts, log });
  const names = accounts.active().map(({ settings }) => settings.name);
  log.info('started', { version: options.version, port: live.port, accounts: names });
  return {
    get port() {
      return live.port;
    },
    stop: async () => {
      stopWatching();
      await Promise.all([stopListening(live.server), accounts.stop(), stopChores()]);
      await Promise.all([inbound.stop(), outbound.stop()]);
      await chatThreads.stop();
      await vaults.settled();
      store.close();
      log.info('stopped');
    },
  };
}

/** What accounts tell, and ask, of what is shared. */
type Heard = Pick<AccountPartsOptions, 'accept' | 'signedInAgain' | 'retryUnread' | 'accountOf'>;

function wire(options: PluginOptions, apply: AdminSources['apply']): Parts {
  const { config, secrets, store, clock = systemClock, random = Math.random, scheduler = cron } = options;
  const { log } = options.logs;
  const activity: ActivityListener = (entry) => options.onActivity?.({ ...entry, at: clock.now() });
  const live: Live = { config, secrets, server: createHttpServer(), port: 0 };
  const health = () => healthOf(options, accounts);
  const metrics = createMetrics(health);
  const { counters } = metrics;
  const chatThreads = new ChatThreads(options.chatThread);
  const dataKey = options.dataKey ?? '';
  const common = { ...options, log, clock, random, scheduler, counters, chatThreads, dataKey };
  const signedInAgain = () => takeUpSafely(outbound, log);
  const heard: Heard = {
    accept: (batch, account) => ingestEvents(batch, account, accepting),
    signedInAgain,
    retryUnread: (account, conversationId, tag) => void retryUnread(account, conversationId, tag, accepting),
    accountOf: (userId, besides) => accounts.nameOf(userId, besides),
  };
  const vaults = new TokenVaults(store.facts, dataKey);
  const accounts: AccountRegistry = new AccountRegistry({
    log,
    scheduler,
    build: (settings) => createAccountParts(settings, { ...common, ...live, ...heard, vaults }),
    keyOf: (settings) => builtFrom(settings, live),
  });
  const shared = { ...store, accounts: accounts.bridges, clock, random, log, counters, activity };
  const { inbound, outbound } = workersOf(shared, live);
  const accepting: IngestPorts = {
    ...shared,
    wake: (lane) => inbound.wake(lane),
    wakeAnswers: (lane) => outbound.wake(lane),
    unstorable: new Unstorable(shared),
    otherUsers: new OtherUsers(shared),
    logText: () => live.config.log.messageText === 'full',
  };
  const webhook = webhookOf(accounts, { ...accepting, clock });
  const bodies = new Bodies();
  const routes = createApp(
    [
      ...routesOf({ ...options, clock }, { live, accounts, outbound, metrics, webhook, health, bodies }),
      ...panelOf(options, {
        ...common,
        accounts,
        live: () => live,
        apply,
        workers: { in: inbound, out: outbound },
        takeUp: signedInAgain,
        tellAgent: (notice) => keepNotice(notice, accepting),
        bodies,
      }),
    ],
    log,
  );
  const app = withEvents(webhook, bodies, log, routes);
  live.server.on('request', app);
  const chores = choresOf({ ...shared, wakeAnswers: accepting.wakeAnswers }, store, inbound, outbound);
  return { live, accounts, inbound, outbound, app, chatThreads, vaults, chores };
}

function choresOf(
  followUps: Parts['chores']['followUps'] & { clock: Clock },
  { keeping, copyTo }: MessageStore,
  inbound: InboundWorker,
  outbound: OutboundWorker,
): Parts['chores'] {
  const findForgotten = () => {
    inbound.findForgotten();
    outbound.findForgotten();
  };
  return { followUps, findForgotten, keeping, copyTo, clock: followUps.clock };
}

function healthOf({ store, version, logs }: PluginOptions, accounts: AccountRegistry): Health {
  return pluginHealth({ store, version, logDir: logs.dir, accounts: accounts.all() });
}

/** X's calls may be for any account that is active when they come. */
function webhookOf(accounts: AccountRegistry, ports: IngestPorts & { clock: Clock }): Webhook {
  return createWebhook({ ...ports, accounts: () => accounts.active().map(({ webhook }) => webhook) });
}

/** Asked for in the middle of a call of X, whose outcome must not depend on the store. */
function takeUpSafely(outbound: OutboundWorker, log: Log): void {
  try {
    outbound.takeUp();
  } catch (error) {
    log.warn('answers wait longer than they would have to', { reason: reasonOf(error) });
  }
}

type Shared = Omit<OutboundWorkerPorts, 'longestWait' | 'tellAgent'> &
  Omit<InboundWorkerPorts, 'wakeAnswers'>;

/** The workers of both directions; what an agent has to be told goes the way of the customers' messages. */
function workersOf(shared: Shared, live: Live): { inbound: InboundWorker; outbound: OutboundWorker } {
  const inbound: InboundWorker = new InboundWorker({
    ...shared,
    wakeAnswers: (lane) => outbound.wake(lane),
  });
  const wake = (lane: string) => inbound.wake(lane);
  const outbound: OutboundWorker = new OutboundWorker({
    ...shared,
    longestWait: () => live.config.reply.longestWaitHours * 60 * 60_000,
    tellAgent: (notice) => keepNotice(notice, { ...shared, wake }),
  });
  return { inbound, outbound };
}

/** The panel and its API, where there is one. */
function panelOf(
  { panel }: PluginOptions,
  { bodies, ...sources }: Omit<AdminSources, 'file' | 'print'> & { bodies: Bodies },
): { path: string; router: Router }[] {
  if (!panel) return [];
  const { live } = sources;
  const page = { dir: panel.dir, hostUrl: () => live().config.host.baseUrl, port: () => live().port };
  const admin = createAdmin(createAdminPorts({ ...sources, ...panel }));
  return [
    { path: '/', router: panelRoutes(page) },
    { path: '/', router: adminRoutes(admin, bodies) },
    { path: '/', router: oauth2CallbackRoutes((answer) => admin.oauth2Callback(answer)) },
  ];
}

/** All that an account is built from, beside the program itself. */
function builtFrom(settings: AccountConfig, { config, secrets }: Live): string {
  const { host, x, dataDir } = config;
  return JSON.stringify([settings, host, x, dataDir, secrets.webhookPaths[settings.name]]);
}

interface RouteParts {
  live: Live;
  accounts: AccountRegistry;
  outbound: OutboundWorker;
  metrics: Metrics;
  health: () => Health;
  webhook: Webhook;
  bodies: Bodies;
}

function routesOf(
  { store, logs, clock }: PluginOptions & { clock: Clock },
  { live, accounts, outbound, metrics, webhook, health, bodies }: RouteParts,
) {
  const { log } = logs;
  const reply = replyPort(() => accounts.all(), { ...store, clock, log, worker: outbound });
  const complain = rateLimitedLog(log, clock);
  return [
    { path: '/api/messages', router: messagesRoutes(webhook) },
    { path: '/', router: replyRoutes(() => live.secrets.replyToken, reply, bodies, complain) },
    { path: '/', router: healthRoutes(health) },
    { path: '/', router: metrics.routes },
  ];
}

/**
 * Goes on with another configuration: only what changed is restarted, and nothing in flight is lost.
 * @returns the accounts that are new, changed or gone
 * @throws ConfigError when the port or the log folder cannot be used; then all stays as it was
 */
async function applyConfig(
  config: Config,
  secrets: Secrets,
  { live, accounts, inbound, outbound, app }: Parts,
  { store, logs, dataKey = '' }: PluginOptions,
): Promise<string[]> {
  const { log } = logs;
  const moved = await listenElsewhere(live.config, config, app);
  try {
    logs.change({ ...config.log, secrets: [...allSecrets(config, secrets), dataKey] });
  } catch (error) {
    if (moved) await stopListening(moved.server);
    throw new ConfigError([`log.dir: ${reasonOf(error)}`]);
  }
  const former = live.server;
  Object.assign(live, { config, secrets, ...moved });
  // Calls that are under way, such as the one that asked for this, get their answers.
  if (moved) void stopListening(former);
  const changed = await accounts.set(config.accounts);
  warnOfWeakness(accounts.active(), config, log);
  warnOfOrphans(store, config, log);
  inbound.takeUp();
  outbound.takeUp();
  log.info('the configuration was changed', { accounts: changed, port: live.port });
  return changed;
}

async function listenOrClose(server: Server, config: Config, store: MessageStore): Promise<number> {
  try {
    return await listen(server, config.port, config.bindAddress);
  } catch (error) {
    store.close();
    throw error;
  }
}
