import { schedule as cronSchedule } from 'node-cron';
import type { Server } from 'node:http';
import { createAccountParts, deliveryOf, type AccountParts } from './accountParts';
import { acceptEvents, type AcceptEventsPorts, type ReceivingAccount } from './bridge/acceptEvents';
import { acceptReply } from './bridge/acceptReply';
import { pause, systemClock, type Clock } from './bridge/clock';
import { throttledComplaints } from './bridge/complaints';
import { splitLane } from './bridge/conversation';
import { BridgeError, reasonOf } from './bridge/errors';
import type { EventBatch } from './bridge/events';
import { InboundWorker } from './bridge/inboundWorker';
import { OutboundWorker } from './bridge/outboundWorker';
import type { ActivityEntry, ActivityListener, Log, MessageStore } from './bridge/ports';
import type { Scheduler } from './bridge/scheduler';
import { keepNotice } from './bridge/systemNotice';
import type { Config } from './config/schema';
import type { Secrets } from './config/secrets';
import { readReplyCall } from './host/readReplyCall';
import { healthRoutes, type Health } from './http/health';
import { messagesRoutes } from './http/messages';
import { createMetrics, type Metrics } from './http/metrics';
import { replyRoutes, type ReplyPort } from './http/reply';
import { createHttpServer, listen, stopListening } from './http/server';
import type { Delivery } from './x/receivers';
import { createWebhook } from './x/webhook';

export interface PluginOptions {
  config: Config;
  secrets: Secrets;
  store: MessageStore;
  log: Log;
  logDir: string;
  version: string;
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
  port: number;
  /** Accepts nothing more, finishes what is in flight, and closes the store. */
  stop(): Promise<void>;
}

const cron: Scheduler = {
  every: (expression, job) => {
    const task = cronSchedule(expression, job);
    return () => void task.stop();
  },
};

/** The Map Key is read again at this minute of every hour. */
const hourly = '7 * * * *';

/** What still talks to X at the stop gets this long, in milliseconds. */
const longestSupplyStop = 3_000;

/** The parts, built and wired but not running. */
interface Parts {
  accounts: AccountParts[];
  active: AccountParts[];
  inbound: InboundWorker;
  outbound: OutboundWorker;
  server: Server;
}

/**
 * Builds the parts, wires them, and starts.
 * @throws the system's error, `EADDRINUSE` when the port is in use; the store is closed then
 */
export async function startPlugin(options: PluginOptions): Promise<Plugin> {
  const { config, store, log, scheduler = cron } = options;
  const parts = wire(options);
  const { active, inbound, outbound, server } = parts;
  const port = await listenOrClose(server, config, store);
  warnAtStart(active, config, log);
  warnOfOrphans(store, config, log);
  inbound.start();
  outbound.start();
  const { accounts } = parts;
  for (const { settings, supply } of accounts) if (!settings.active) supply.standDown();
  for (const { ownUser, supply } of active) {
    void ownUser.learn();
    supply.start();
  }
  const stopRefreshing = scheduler.every(hourly, () => refreshMapKeys(active, log));
  log.info('started', {
    version: options.version,
    port,
    accounts: active.map(({ settings }) => settings.name),
  });
  return {
    port,
    stop: async () => {
      stopRefreshing();
      for (const { ownUser } of active) ownUser.stop();
      await Promise.all([stopListening(server), stopSupplies(accounts)]);
      await Promise.all([inbound.stop(), outbound.stop()]);
      store.close();
      log.info('stopped');
    },
  };
}

/** A call of X that hangs must not take the time that messages in flight need. */
async function stopSupplies(accounts: AccountParts[]): Promise<void> {
  const stopped = new AbortController();
  void Promise.allSettled(accounts.map(({ supply }) => supply.stop())).then(() => stopped.abort());
  await pause(systemClock, longestSupplyStop, stopped.signal);
}

function wire(options: PluginOptions): Parts {
  const { config, store, log, clock = systemClock, random = Math.random, scheduler = cron } = options;
  const activity: ActivityListener = (entry) => options.onActivity?.({ ...entry, at: clock.now() });
  const names = config.accounts.map(({ name }) => name);
  const metrics = createMetrics(names, store.depths);
  const common = { ...options, clock, random, scheduler, counters: metrics.counters };
  const accept = (batch: EventBatch, account: ReceivingAccount) => acceptEvents(batch, account, accepting);
  const accounts = config.accounts.map((settings) => createAccountParts(settings, { ...common, accept }));
  const active = accounts.filter(({ settings }) => settings.active);
  const bridges = new Map(accounts.map(({ bridge }) => [bridge.name, bridge]));
  const shared = { ...store, accounts: bridges, clock, random, log, counters: metrics.counters, activity };
  const inbound = new InboundWorker(shared);
  const wake = (lane: string) => inbound.wake(lane);
  const outbound = new OutboundWorker({
    ...shared,
    longestWait: config.reply.longestWaitHours * 60 * 60_000,
    tellAgent: (notice) => keepNotice(notice, { ...shared, wake }),
  });
  const wakeAnswers = (lane: string) => outbound.wake(lane);
  const accepting: AcceptEventsPorts = {
    ...shared,
    wake,
    wakeAnswers,
    logText: config.log.messageText === 'full',
  };
  const webhook = createWebhook({
    ...accepting,
    clock,
    accounts: active.map((account) => account.webhook),
  });
  const reply = replyPort(accounts, { ...store, clock, log, worker: outbound });
  const server = createHttpServer(routesOf(common, accounts, webhook, reply, metrics), log);
  return { accounts, active, inbound, outbound, server };
}

function routesOf(
  options: PluginOptions & { clock: Clock },
  accounts: AccountParts[],
  webhook: ReturnType<typeof createWebhook>,
  reply: ReplyPort,
  metrics: Metrics,
) {
  const { log, clock } = options;
  return [
    { path: '/api/messages', router: messagesRoutes(webhook) },
    { path: '/', router: replyRoutes(options.secrets.replyToken, reply, throttledComplaints(log, clock)) },
    { path: '/', router: healthRoutes(() => healthOf(options, accounts)) },
    { path: '/', router: metrics.routes },
  ];
}

async function listenOrClose(server: Server, config: Config, store: MessageStore): Promise<number> {
  try {
    return await listen(server, config.port, config.bindAddress);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Finds the account a Reply URL call is for: the named one, else the first active one. */
function replyPort(accounts: AccountParts[], ports: Parameters<typeof acceptReply>[2]): ReplyPort {
  return {
    accept: async (name, call) => {
      const account =
        name === undefined
          ? accounts.find(({ settings }) => settings.active)
          : accounts.find(({ settings }) => settings.name === name);
      if (!account) throw noAccount(name);
      if (!account.settings.active) throw inactive(account.settings.name);
      return acceptReply(readReplyCall(call), account.bridge, ports);
    },
  };
}

function noAccount(name: string | undefined): BridgeError {
  const words =
    name === undefined
      ? 'No X account is active in this channel. Please tell your administrator.'
      : `There is no X account "${name.slice(0, 64)}" in this channel. Please tell your administrator.`;
  return new BridgeError('unknown-account', words, { agentMessage: words });
}

function inactive(name: string): BridgeError {
  const words = `The X account "${name}" is switched off in this channel. Please tell your administrator.`;
  return new BridgeError('inactive-account', words, { agentMessage: words });
}

function healthOf({ store, version, logDir }: PluginOptions, accounts: AccountParts[]): Health {
  const trouble = store.trouble();
  const entries = accounts.map((account) => [account.settings.name, account.health()] as const);
  const wrong = entries.some(
    ([, { inbound, outbound, webhook, signIn }]) =>
      webhook.state === 'trouble' ||
      [inbound, outbound].some(({ state }) => state === 'waiting') ||
      [signIn.x, signIn.host].some(({ state }) => state === 'refused'),
  );
  return {
    status: trouble !== undefined ? 'broken' : wrong ? 'degraded' : 'ok',
    version,
    store: trouble === undefined ? { state: 'ok' } : { state: 'broken', reason: trouble },
    log: { dir: logDir },
    accounts: Object.fromEntries(entries),
  };
}

function refreshMapKeys(accounts: AccountParts[], log: Log): void {
  for (const { bridge } of accounts)
    bridge.host.refreshMapKey().catch((error: unknown) => {
      log.warn('Map Key could not be read again', { account: bridge.name, reason: reasonOf(error) });
    });
}

/** What was accepted for an account that is no longer configured waits, and must not do so in silence. */
function warnOfOrphans({ inbox, outbox }: MessageStore, config: Config, log: Log): void {
  const configured = new Set(config.accounts.map(({ name }) => name));
  const waiting = [...inbox.lanes(), ...outbox.lanes()].map((lane) => splitLane(lane).account);
  for (const account of new Set(waiting))
    if (!configured.has(account))
      log.error('messages wait for an account that is not configured: put it back for them to go on', {
        account,
      });
}

/** Says at every start what is weaker than it could be, or left to the admin. */
function warnAtStart(active: AccountParts[], config: Config, log: Log): void {
  if (active.length === 0) log.warn('no account is active: nothing is received and nothing is sent');
  if (active.length > 0 && config.host.apiKey === '' && config.host.username === '')
    log.warn('no sign-in for the host is set: only hosts that ask for none will take messages');
  for (const { settings } of active) {
    const { name: account, webhookCheck, webhookUrl } = settings;
    const delivery = deliveryOf(settings);
    if (webhookCheck === 'secret-path')
      log.warn(
        'webhookCheck is "secret-path": weaker than X\'s signature, since whoever learns the path can forge messages; use "signature" wherever the proxy lets the header pass',
        { account },
      );
    if (/\/api\/plugins\/webhook\b/.test(webhookUrl) && !/[?&]encoding=binary(?:&|$)/.test(webhookUrl))
      log.warn(
        'webhookUrl lacks encoding=binary: the host may write bodies anew, and signatures will not fit',
        { account },
      );
    if (webhookUrl === '' && delivery !== 'poll' && delivery !== 'activity-stream')
      log.warn('webhookUrl is empty: the webhook is not registered with X, that is left to you', { account });
  }
}
