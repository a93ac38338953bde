import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { MessageStore } from '../../plugin/core/ports';
import { startPlugin, type Plugin, type AppOptions } from '../../plugin/app/app';
import { ConfigFile } from '../../plugin/settings/configFile';
import { validateConfig } from '../../plugin/settings/load';
import type { Config } from '../../plugin/settings/schema';
import { provideSecrets, type Secrets } from '../../plugin/settings/secrets';
import { openLog, type OpenLog } from '../../plugin/log/logger';
import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { KeyFile } from '../../plugin/x/chat/keyFile';
import { HostSimulator, type HostSimulatorOptions } from '../simulators/host';
import type { HostInteraction, HostMessage } from '../simulators/host/state';
import { XSimulator, type XSimulatorOptions } from '../simulators/x';
import type { EnvelopeShape } from '../simulators/x/envelopes';
import type { SimDirectMessage, SimMedia } from '../simulators/x/world';
import type { Credentials } from '../simulators/x/oauth1';
import type { Delivery } from '../../plugin/x/delivery';
import { withKeepFaults, type KeepFault } from './keepFaults';
import { JumpingClock } from './jumpingClock';
import type { HealthBody } from './health';
import { freePort } from './process';
import { ManualScheduler } from './manualScheduler';
import { folderWithStore } from './folderWithStore';
import { SkewedClock } from './skewedClock';
import { isMatch } from './isMatch';
import { until } from './until';

export const brandId = '900000000000000001';
export const customer = { id: '1700000000000000021', username: 'jane_doe', name: 'Jane Doe' };
export const otherCustomer = { id: '1700000000000000022', username: 'Max_Power', name: 'Max Power' };

export interface RigOptions {
  x?: XSimulatorOptions;
  host?: HostSimulatorOptions;
  /** How the account signs in with X; both ways unless told. */
  signIns?: 'oauth1' | 'oauth2' | 'both';
  /** Laid over the first account's settings. */
  account?: Record<string, unknown>;
  /** Laid over the configuration. */
  config?: Record<string, unknown>;
  plugin?: Partial<AppOptions>;
  /** The brand takes part in encrypted chat, with keys the plugin has. */
  chatKeys?: boolean;
  /** How far the clock of the plugin's machine is ahead, in milliseconds. */
  skewMs?: number;
  /** How far the clock of the host is ahead, in milliseconds. */
  hostSkewMs?: number;
  /** Has the plugin show its panel, over a configuration file of its own. */
  panel?: boolean;
  /** Has the plugin look after its delivery in this way; a webhook is then reachable for X at `webhookUrl`. */
  delivery?: Delivery;
}

/** Every way X delivers. */
export const deliveries: readonly Delivery[] = [
  'activity',
  'activity-stream',
  'account-activity',
  'account-activity-v1',
  'poll',
];

/** The plugin's address as X sees it. */
export const publicOrigin = 'https://plugin.example.com';
export const webhookUrl = `${publicOrigin}/api/messages`;

/** The plugin between a simulated X and a simulated host, all in this process. */
export class Rig {
  readonly dataDir = folderWithStore();
  /** Time for all three, which can be set forward. */
  readonly clock: JumpingClock;
  /** The clock of the plugin's machine. */
  readonly machine: SkewedClock;
  /** Nothing is done by the clock but what a test asks for. */
  readonly scheduler = new ManualScheduler();
  readonly file = new ConfigFile(join(this.dataDir, 'plugin.config.json'), {});
  plugin!: Plugin;
  secrets!: Secrets;
  store!: MessageStore;
  keepFault: KeepFault = () => undefined;
  /** The brand's own phone, where it takes part in encrypted chat. */
  brandPerson: ChatPerson | undefined;
  private logs!: OpenLog;

  private constructor(
    readonly x: XSimulator,
    readonly host: HostSimulator,
    readonly account: { id: number },
    private readonly options: RigOptions,
    clock: JumpingClock,
    /** The brand's sign-in with OAuth 2.0, as the settings hold it. */
    private oauth2: Record<string, string>,
  ) {
    this.clock = clock;
    this.machine = new SkewedClock(clock, options.skewMs ?? 0);
  }

  static async start(options: RigOptions = {}): Promise<Rig> {
    const rig = await Rig.prepare(options);
    await rig.startPlugin();
    return rig;
  }

  /** All but the plugin, which is started by `startPlugin`. */
  static async prepare(options: RigOptions = {}): Promise<Rig> {
    const clock = new JumpingClock();
    const whereabouts: { url: string } = { url: '' };
    const x = await XSimulator.start({
      now: () => clock.now(),
      after: (ms, task) => void clock.after(ms, task),
      resolve: (url) => url.replace(publicOrigin, whereabouts.url),
      ...options.x,
    });
    const now = () => clock.now() + (options.hostSkewMs ?? 0);
    const host = await HostSimulator.start({ now, port: await freePort(), ...options.host });
    const account = host.addAccount({ name: 'X support', mapKey: 'twitter' });
    const { oauth2 } = x.addBrand(brandId, 'brand', 'Brand');
    x.world.addUser(customer);
    x.world.addUser(otherCustomer);
    const rig = new Rig(x, host, account, options, clock, oauth2);
    Object.defineProperty(whereabouts, 'url', { get: () => rig.url });
    if (options.chatKeys) await rig.giveChatKeys();
    return rig;
  }

  /** The brand registers keys on a device of its own, and the plugin gets a copy. */
  async giveChatKeys(): Promise<void> {
    const brand = await this.x.chatPerson(brandId);
    this.brandPerson = brand;
    const info = { userId: brandId, version: brand.keyVersion, fingerprint: 'of-the-brand' };
    const origin = { origin: 'imported', savedAt: new Date(0).toISOString() } as const;
    await new KeyFile(this.dataDir, 'support', '').save({ ...info, ...origin }, brand.exportKeys());
  }

  get url(): string {
    return `http://127.0.0.1:${this.plugin.port}`;
  }

  /** The newest keys X has for the brand. */
  private get keys(): Credentials {
    return [...this.x.world.credentials.values()].filter(({ userId }) => userId === brandId).at(-1)!.keys;
  }

  private signInSettings(): Record<string, unknown> {
    const { consumerKey, consumerSecret, accessToken, accessTokenSecret } = this.keys;
    const app = { consumerKey, consumerSecret };
    const { signIns = 'both' } = this.options;
    return {
      ...app,
      ...(signIns === 'oauth2' ? {} : { accessToken, accessTokenSecret }),
      ...(signIns === 'oauth1' ? {} : { oauth2: this.oauth2 }),
    };
  }

  /** The brand signs in again, in both ways. */
  renewSignIns(): void {
    this.x.renewKeys(brandId);
    this.oauth2 = this.x.oauth2KeysOf(brandId);
  }

  /** Laid over the account's settings from the next start on. */
  change(account: Record<string, unknown>): void {
    this.options.account = { ...this.options.account, ...account };
  }

  /** Options of the plugin from the next start on. */
  changePlugin(options: Partial<AppOptions>): void {
    this.options.plugin = { ...this.options.plugin, ...options };
  }

  /** The configuration as an admin would write it. */
  configuration(): Record<string, unknown> {
    const ingestion = this.options.delivery ? { delivery: this.options.delivery, webhookUrl } : {};
    return {
      port: 3002,
      dataDir: this.dataDir,
      log: { dir: join(this.dataDir, 'log'), messageText: 'hidden' },
      host: {
        baseUrl: this.host.url,
        username: this.host.options.username,
        password: this.host.options.password,
      },
      x: { apiBaseUrl: this.x.url, mediaHosts: [new URL(this.x.url).host] },
      accounts: [
        {
          name: 'support',
          ...this.signInSettings(),
          ...ingestion,
          openChannelAccountId: this.account.id,
          ...this.options.account,
        },
      ],
      ...this.options.config,
    };
  }

  async startPlugin(): Promise<void> {
    const config = this.options.panel
      ? await this.configFile()
      : { ...validateConfig(this.configuration()), port: 0 };
    const opened = await openMessageStore(config.dataDir, () => this.machine.now());
    const store = withKeepFaults(opened, (messages) => this.keepFault(messages));
    this.store = store;
    this.secrets = provideSecrets(config);
    this.logs = openLog({
      ...config.log,
      fallbackDir: join(this.dataDir, 'logs'),
      secrets: [this.secrets.replyToken],
      console: false,
    });
    const fixed = {
      config,
      secrets: this.secrets,
      store,
      logs: this.logs,
      version: '0.0.0',
      chatThread: resolve('dist/plugin/chatThread.js'),
      clock: this.machine,
      scheduler: this.scheduler,
    };
    const panel = this.options.panel ? { panel: { file: this.file, dir: resolve('dist/panel') } } : {};
    this.plugin = await startPlugin({ ...fixed, ...panel, ...this.options.plugin });
    const hostAccount = this.host.state.accounts.find(({ id }) => id === this.account.id)!;
    hostAccount.replyUrl = `${this.url}/api/reply?token=${this.secrets.replyToken}`;
  }

  /** The file the panel writes to; its port is a free one. */
  private async configFile(): Promise<Config> {
    if (!this.file.exists()) this.file.save({ ...this.configuration(), port: await freePort() });
    return this.file.load();
  }

  async stopPlugin(): Promise<void> {
    await this.plugin.stop();
    await this.logs.close();
  }

  async stop(): Promise<void> {
    await this.stopPlugin();
    await this.x.close();
    await this.host.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** A customer writes on X, and X delivers it. */
  async customerWrites(
    text: string,
    options: { from?: { id: string }; media?: SimMedia; shape?: EnvelopeShape } = {},
  ): Promise<SimDirectMessage> {
    const message = this.x.world.addMessage(options.from?.id ?? customer.id, brandId, text, options.media);
    const status = await this.deliver(message, options.shape);
    if (status !== 200) throw new Error(`the webhook answered ${status}`);
    return message;
  }

  deliver(message: SimDirectMessage, shape: EnvelopeShape = 'activity'): Promise<number> {
    return this.x.webhooks.deliver(`${this.url}/api/messages`, this.x.envelope(shape, brandId, message));
  }

  /** What agents have from customers so far, oldest first. */
  get received(): HostMessage[] {
    return this.host.state.messages.filter(({ direction }) => direction === 'in');
  }

  /** A customer writes on X, and X delivers it in its own way to whoever is subscribed. */
  async customerSays(text: string, from: { id: string } = customer): Promise<SimDirectMessage> {
    const message = this.x.world.addMessage(from.id, brandId, text);
    await this.x.feed.publish({ kind: 'message', message });
    return message;
  }

  /** Waits until another poll has begun; one that is still under way takes no second one beside it. */
  async nextPoll(): Promise<void> {
    const polls = () => this.x.traffic.filter((call) => call === 'GET /2/dm_events').length;
    const before = polls();
    await until(() => {
      this.scheduler.run('minute');
      return polls() > before;
    }, 'the next poll');
  }

  /** Waits until the account's supply stands so. */
  async supplied(...states: string[]): Promise<void> {
    const wanted = states.length > 0 ? states : ['ok', 'quiet'];
    await until(
      async () => wanted.includes((await this.health()).body.accounts['support']?.webhook.state ?? ''),
      `the supply to be ${wanted.join(' or ')}`,
    );
  }

  async receives(count: number): Promise<HostMessage[]> {
    const limit = 10_000 + 50 * count;
    await until(() => this.received.length >= count, `${count} messages at the host`, limit);
    return this.received;
  }

  /** The same, setting the clock forward all the while, so that no pause takes time. */
  async receivesInHaste(count: number): Promise<HostMessage[]> {
    await until(() => {
      this.clock.jump(1_000);
      return this.received.length >= count;
    }, `${count} messages at the host`);
    return this.received;
  }

  /** Waits until the plugin has answered a call and none of its own to X is open: its timers of before have begun their work. */
  async atRest(): Promise<void> {
    await this.health();
    await until(() => this.x.inFlight === 0, 'all calls of X to be answered');
  }

  /** Waits until `/health` shows the account so, as `toMatchObject` compares. */
  async stands(wanted: object): Promise<void> {
    const isSo = async () => isMatch((await this.health()).body.accounts['support'], wanted);
    await until(isSo, `the account to be ${JSON.stringify(wanted)}`);
  }

  /** Waits until messages of a direction wait for something. */
  waits(direction: 'inbound' | 'outbound'): Promise<void> {
    return this.stands({ [direction]: { waitingBecause: expect.any(String) as string } });
  }

  /** An interaction with the customer, from a first message. */
  async interaction(): Promise<HostInteraction> {
    await this.customerWrites('Hello');
    await this.receives(1);
    return this.host.state.interactions.at(-1)!;
  }

  /** What customers got from the brand so far, oldest first. */
  get sent(): SimDirectMessage[] {
    return this.x.world.messages.filter(({ senderId }) => senderId === brandId);
  }

  /** A call of the Reply URL as somebody writes it by hand. */
  reply(body: unknown, path = '/api/reply', token = this.secrets.replyToken): Promise<Response> {
    return fetch(`${this.url}${path}?token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** The same, with what was answered. */
  async replyOutcome(...said: Parameters<Rig['reply']>): Promise<{ status: number; body: ReplyBody }> {
    const response = await this.reply(...said);
    return { status: response.status, body: (await response.json()) as ReplyBody };
  }

  async health(): Promise<{ status: number; body: HealthBody }> {
    // A kept connection would outlive a plugin that is started again at the same port.
    const response = await fetch(`${this.url}/health`, { headers: { connection: 'close' } });
    return { status: response.status, body: (await response.json()) as HealthBody };
  }

  /** The log so far, waiting until it holds something that fits. */
  async logged(pattern: RegExp): Promise<string> {
    const read = () =>
      readdirSync(this.logs.dir)
        .filter((name) => name.endsWith('-info.log'))
        .map((name) => readFileSync(join(this.logs.dir, name), 'utf8'))
        .join('');
    await until(() => pattern.test(read()), `a log line like ${String(pattern)}`);
    return read();
  }
}

interface ReplyBody {
  ids?: string[];
  error?: { code: string; message: string };
  reason?: string;
  retryAt?: string;
}
