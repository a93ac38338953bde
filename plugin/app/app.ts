import { languageOfAccount } from '../core/languageOfAccount';
import { splitQueueName } from '../core/conversation';
import { speakIn } from '../texts/text';
import type { RequestListener, Server } from 'node:http';
import { hostname } from 'node:os';
import { ownStanding } from '../accounts/accountHealth';
import { Account, type AccountOptions } from '../accounts/account';
import { AccountRegistry } from '../accounts/accountRegistry';
import { pluginHealth } from '../accounts/pluginHealth';
import { warnOfOrphans, warnOfWeakness } from '../accounts/startWarnings';
import { createAdmin } from '../admin/admin';
import { adminQuestion, answerAsLeader, shareAdmin } from '../admin/sharedAdmin';
import type { RunningPlugin } from '../admin/runningPlugin';
import { Changes } from '../core/changes';
import { systemClock, type Clock } from '../core/clock';
import type { ClusterHandlers } from '../core/cluster';
import { BridgeError, reasonOf } from '../core/errors';
import type { Health } from '../core/health';
import { outcomeAsJson, outcomeQuestion } from '../core/outbound/outcomeElsewhere';
import type { ActivityEntry, MessageStore } from '../core/ports';
import type { Scheduler } from '../core/scheduler';
import { createMetrics, type Metrics } from '../http/metrics';
import { createHttpServer, listen, listenElsewhere, stopListening } from '../http/server';
import type { OpenLog } from '../log/logger';
import type { ConfigFile } from '../settings/configFile';
import { ConfigError } from '../settings/load';
import type { Config } from '../settings/schema';
import type { AccountConfig } from '../settings/account';
import type { SharedFiles } from '../settings/sharedFiles';
import { allSecrets, provideSecrets, type Secrets } from '../settings/secrets';
import { TokenVaults } from '../x/api/tokenVault';
import { ChatWorkers } from '../x/chat/chatWorkers';
import type { Delivery } from '../x/delivery';
import { clearPassing } from '../x/media/measureFile';
import { Pipelines, type PipelinesOptions } from './pipelines';
import { createRequestListener, type RoutesOptions } from './routes';
import { SharedSettings } from './sharedSettings';
import { ScheduledJobs } from './scheduledJobs';
import { cronScheduler } from './cronScheduler';
import { watchMachine } from './watchMachine';

export interface AppOptions {
  config: Config;
  secrets: Secrets;
  store: MessageStore;
  logs: OpenLog;
  version: string;
  /** Encrypts the keys of encrypted chat on the disk; absent: they are kept in plain. */
  dataKey?: string;
  /** The bundle of the thread for encrypted chat; it lies beside the program. */
  chatThread: string;
  /** The panel: where its settings are, its page, and how the set-up code reaches the admin. Without it there is none. */
  panel?: { file: ConfigFile; dir: string; print?: (line: string) => void };
  /** What is shared with other processes; absent where there can be none. */
  files?: SharedFiles | undefined;
  clock?: Clock;
  /** A number from 0 to 1. */
  random?: () => number;
  scheduler?: Scheduler;
  /** Several ways of delivery at once for every account, instead of the configured one. */
  deliveries?: Delivery[];
  /** Hears of every step of every message. */
  onActivity?: (entry: ActivityEntry) => void;
}

/** What accounts, pipelines and jobs have in common. */
type Shared = Omit<AccountOptions, 'config' | 'pathSecret' | 'plugin'> & Pick<PipelinesOptions, 'activity'>;

/** What may change while the plugin runs. */
interface Live {
  config: Config;
  secrets: Secrets;
  server: Server;
  port: number;
}

/** An account that is to be given to another process stands still for so long at most, in milliseconds. */
const maxStandstillMs = 20_000;

/** @throws BridgeError `store-unavailable` when it takes too long */
async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const refuse = () =>
      reject(new BridgeError('store-unavailable', 'something is still under way', { retryable: true }));
    timer = setTimeout(refuse, maxStandstillMs);
  });
  await Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

/** The running product: built whole, then started once and stopped once. */
export class App {
  readonly accounts: AccountRegistry;
  readonly metrics: Metrics;
  private readonly live: Live;
  /** What is handed on to all parts. */
  private readonly shared: Shared;
  private readonly pipelines: Pipelines;
  private readonly panel: RoutesOptions['panel'];
  private readonly sharedSettings: SharedSettings | undefined;
  private readonly requestListener: RequestListener;
  private readonly jobs: ScheduledJobs;
  private readonly changes: Changes;
  private stopWatching = () => {};

  constructor(private readonly options: AppOptions) {
    const { config, secrets, store, logs, dataKey = '', clock = systemClock } = options;
    this.changes = new Changes(clock);
    this.live = { config, secrets, server: createHttpServer(), port: 0 };
    this.metrics = createMetrics(() => this.health());
    this.shared = {
      store,
      clock,
      dataKey,
      random: options.random ?? Math.random,
      scheduler: options.scheduler ?? cronScheduler,
      log: logs.log,
      counters: this.metrics.counters,
      activity: (entry) => {
        options.onActivity?.({ ...entry, at: clock.now() });
        this.changes.happened();
      },
      chatWorkers: new ChatWorkers(options.chatThread),
      vaults: new TokenVaults(store.facts, dataKey),
      deliveries: options.deliveries,
    };
    this.accounts = new AccountRegistry({
      log: logs.log,
      handles: (name) => store.cluster.handles(name),
      create: (settings) => this.createAccount(settings),
      fingerprint: (settings) => this.fingerprint(settings),
    });
    const { accounts } = this;
    this.pipelines = new Pipelines({
      ...this.shared,
      accounts: accounts.byName,
      live: () => this.live.config,
    });
    this.panel = options.panel && this.createPanel(options.panel);
    const { files, panel } = options;
    this.sharedSettings =
      files && panel
        ? new SharedSettings({
            files,
            file: panel.file,
            log: logs.log,
            goOn: (changed) => this.reconfigure(changed, provideSecrets(changed)),
          })
        : undefined;
    this.requestListener = createRequestListener({
      accounts,
      pipelines: this.pipelines,
      metrics: this.metrics,
      health: () => this.health(),
      replyToken: () => this.live.secrets.replyToken,
      panel: this.panel,
    });
    this.live.server.on('request', this.requestListener);
    const { dataDir } = config;
    this.jobs = new ScheduledJobs({ ...this.shared, accounts, pipelines: this.pipelines, dataDir });
  }

  /** The port listened on. */
  get port(): number {
    return this.live.port;
  }

  /** @throws the system's error, `EADDRINUSE` when the port is in use; the store is closed then */
  async start(): Promise<void> {
    const { config } = this.live;
    const { store, version } = this.options;
    try {
      this.live.port = await listen(this.live.server, config.port, config.bindAddress);
    } catch (error) {
      await store.close();
      throw error;
    }
    clearPassing(config.dataDir);
    await this.configureAccounts();
    await store.cluster.join(this.clusterHandlers(), `${hostname()}:${this.live.port}`, version);
    this.jobs.start();
    this.stopWatching = watchMachine(this.accounts, this.pipelines, this.shared.log);
    const accounts = this.accounts.active().map(({ name }) => name);
    this.shared.log.info('started', { version, port: this.live.port, accounts });
  }

  /** Accepts nothing more, finishes what is in flight, and closes the store. */
  async stop(): Promise<void> {
    this.options.store.cluster.retire();
    this.stopWatching();
    this.changes.end();
    await Promise.all([stopListening(this.live.server), this.accounts.stop(), this.jobs.stop()]);
    await this.pipelines.stop();
    await this.shared.chatWorkers.stop();
    await this.shared.vaults.settled();
    await this.options.store.close();
    this.shared.log.info('stopped');
  }

  /** Has other processes take over what could not be finished in time; this one is to end at once. Never rejects. */
  async giveUp(): Promise<void> {
    await this.options.store.cluster.leave(true);
  }

  /**
   * Goes on with another configuration: only what changed is restarted, and nothing in flight is lost.
   * @returns the accounts that are new, changed or gone
   * @throws ConfigError when the port or the log folder cannot be used; then all stays as it was
   */
  async reconfigure(config: Config, secrets: Secrets): Promise<string[]> {
    const { logs, dataKey = '' } = this.options;
    const moved = await listenElsewhere(this.live.config, config, this.requestListener);
    try {
      logs.change({ ...config.log, secrets: [...allSecrets(config, secrets), dataKey] });
    } catch (error) {
      if (moved) await stopListening(moved.server);
      throw new ConfigError([`log.dir: ${reasonOf(error)}`]);
    }
    const former = this.live.server;
    Object.assign(this.live, { config, secrets, ...moved });
    // Calls that are under way, such as the one that asked for this, get their answers.
    if (moved) void stopListening(former);
    const changed = await this.configureAccounts();
    this.changes.happened();
    this.shared.log.info('the configuration was changed', { accounts: changed, port: this.live.port });
    return changed;
  }

  private async configureAccounts(): Promise<string[]> {
    const { config } = this.live;
    const changed = await this.accounts.configure(config.accounts);
    await this.options.store.cluster.share(config.accounts.map(({ name }) => name));
    warnOfWeakness(this.accounts.active(), config, this.shared.log);
    await warnOfOrphans(this.options.store, config, this.shared.log);
    await this.pipelines.resume();
    return changed;
  }

  /** What this process does as one of several that share the store. */
  private clusterHandlers(): ClusterHandlers {
    const { accounts, pipelines } = this;
    return {
      onGained: async (account) => {
        await accounts.restart(account);
        await pipelines.resumeOf(account);
      },
      onReleasing: async (account) => {
        await inTime(pipelines.whenIdle(account));
        await accounts.restart(account);
        const vault = this.shared.vaults.of(account);
        await vault.inTurn(() => vault.flush());
        await accounts.byName.get(account)?.chat.unload();
        await this.options.store.facts.written(account);
      },
      onSignal: (account, signal) => {
        if ('queueName' in signal) pipelines.wake(signal.kind, signal.queueName);
        else accounts.byName.get(account)?.hear(signal);
      },
      onQuestion: (question) => this.answerOtherProcess(question),
      onBeat: async () => this.sharedSettings?.sync(),
      standing: () =>
        Object.fromEntries(
          accounts
            .all()
            .filter(({ name }) => this.options.store.cluster.handles(name))
            .map((account) => [account.name, ownStanding(account, this.options.store)]),
        ),
    };
  }

  /** @throws BridgeError, ZodError */
  private async answerOtherProcess(question: unknown): Promise<unknown> {
    const ofPanel = adminQuestion.safeParse(question).data;
    if (ofPanel && this.panel) return answerAsLeader(this.panel.admin, ofPanel);
    const { seq, queueName, timeoutMs } = outcomeQuestion.parse(question);
    const { account } = splitQueueName(queueName);
    const language = languageOfAccount(this.accounts.byName.get(account));
    return speakIn(language, async () =>
      outcomeAsJson(await this.pipelines.outbound.outcomeOf(seq, queueName, timeoutMs)),
    );
  }

  private health(): Promise<Health> {
    return pluginHealth(this.options, this.accounts.all());
  }

  private createAccount(settings: AccountConfig): Account {
    const { config, secrets } = this.live;
    const hasPath = settings.webhookCheck === 'secret-path';
    return new Account(settings, {
      ...this.shared,
      config,
      pathSecret: hasPath ? secrets.webhookPaths[settings.name] : undefined,
      plugin: {
        ingest: (batch, account) => this.pipelines.ingest(batch, account),
        onSignedIn: () => this.pipelines.resumeReplies(settings.name),
        retryUnread: (account, conversationId, tag) =>
          this.pipelines.retryUnread(account, conversationId, tag),
        nameOfUser: (userId, besides) => this.accounts.nameOfUser(userId, besides),
      },
    });
  }

  /** All that an account is made from, beside the program itself. */
  private fingerprint(settings: AccountConfig): string {
    const { host, x, dataDir } = this.live.config;
    return JSON.stringify([settings, host, x, dataDir, this.live.secrets.webhookPaths[settings.name]]);
  }

  private createPanel(panel: NonNullable<AppOptions['panel']>): RoutesOptions['panel'] {
    const plugin = this.runningPlugin(panel);
    const { cluster } = this.options.store;
    const admin = shareAdmin(createAdmin(plugin), cluster, async () => this.options.files?.give());
    return { dir: panel.dir, plugin, admin };
  }

  /** The plugin as the panel's server side sees it. */
  private runningPlugin({ file, print }: NonNullable<AppOptions['panel']>): RunningPlugin {
    const { version, logs } = this.options;
    const { store, clock, counters } = this.shared;
    return {
      version,
      file,
      store,
      logs,
      clock,
      counters,
      changes: this.changes,
      accounts: this.accounts,
      workers: { in: this.pipelines.inbound, out: this.pipelines.outbound },
      live: () => this.live,
      reconfigure: (config, secrets) => this.reconfigure(config, secrets),
      saveSettings: async (raw) => (this.sharedSettings ? this.sharedSettings.save(raw) : file.save(raw)),
      tellAgent: this.pipelines.ports.tellAgent,
      resumeReplies: (account) => this.pipelines.resumeReplies(account),
      print: print ?? (() => {}),
    };
  }
}

/** A running plugin, for whoever starts and stops it. */
export type Plugin = Pick<App, 'port' | 'stop' | 'giveUp'>;

/**
 * Builds the plugin and starts it.
 * @throws the system's error, `EADDRINUSE` when the port is in use; the store is closed then
 */
export async function startPlugin(options: AppOptions): Promise<Plugin> {
  const app = new App(options);
  await app.start();
  return app;
}
