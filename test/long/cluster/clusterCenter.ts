import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HostSimulator } from '../../simulators/host';
import type { HostInteraction, ReplyOutcome } from '../../simulators/host/state';
import { XSimulator } from '../../simulators/x';
import type { HealthBody } from '../../support/health';
import { LoadBalancer } from '../../support/loadBalancer';
import { freePort, PluginProcess } from '../../support/process';
import { shippedOptions } from '../../support/shippedOptions';
import { until } from '../../support/until';
import { isBroken, Promises, type Broken } from '../promises';
import { Random } from '../chaos/random';

export const replyToken = 'reply-token-of-the-cluster';
export const adminPassword = 'password-of-the-cluster';
const boundless = { calls: 1_000_000, seconds: 900 };
const outside = 'https://plugin.example.com';

interface Customer {
  id: string;
  brandId: string;
  /** What their messages begin with. */
  mark: string;
}

export interface ClusterOptions {
  nodes: number;
  accounts?: number;
  random?: Random;
  /** More of the configuration, for each process. */
  settings?: Record<string, unknown>;
}

/** A contact center on several machines: processes with one database, behind a load balancer, between X and Motion. */
export class ClusterCenter {
  readonly processes: (PluginProcess | undefined)[] = [];
  private readonly promised = new Promises();
  private writing: Promise<void>[] = [];
  private isAtWork = false;
  private numbers = 0;
  /** Replies of which the agents were told that they do not go, or nothing. */
  private refusedReplies = 0;

  private constructor(
    readonly folder: string,
    readonly x: XSimulator,
    readonly host: HostSimulator,
    readonly balancer: LoadBalancer,
    readonly accounts: string[],
    readonly customers: Customer[],
    readonly random: Random,
    readonly ports: number[],
    readonly config: Record<string, unknown>,
  ) {}

  static async open(url: string, options: ClusterOptions): Promise<ClusterCenter> {
    const { nodes, accounts = 3, random = new Random(1), settings } = options;
    const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-cluster-'));
    const ports: number[] = [];
    for (let node = 0; node < nodes; node += 1) ports.push(await freePort());
    const balancer = await LoadBalancer.start(ports);
    const x = await XSimulator.start({
      resolve: (address) => address.replace(outside, balancer.url),
      limits: {
        'POST /2/dm_conversations/with/{participant_id}/messages': boundless,
        'GET /2/dm_conversations/with/{participant_id}/dm_events': boundless,
        'GET /2/dm_events': boundless,
      },
    });
    const host = await HostSimulator.start();
    const customers: Customer[] = [];
    const configured = Array.from({ length: accounts }, (_, account) => {
      const brandId = `90000000000000000${account}`;
      const keys = x.addBrand(brandId, `brand_${account}`, `Brand ${account}`);
      const { id } = host.addAccount({
        replyUrl: `${balancer.url}/api/reply/account${account}?token=${replyToken}`,
      });
      for (const customer of [0, 1]) {
        const id = `17000000000000000${account}${customer}`;
        x.world.addUser({ id, username: `customer_${account}_${customer}`, name: `Customer ${customer}` });
        customers.push({ id, brandId, mark: `c${account}${customer}` });
      }
      const webhookUrl = `${outside}/api/messages`;
      // One app for all, which accounts may share in environments of their own.
      const environment = `environment${account}`;
      return { name: `account${account}`, ...keys, environment, webhookUrl, openChannelAccountId: id };
    });
    const config = {
      store: { url },
      host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
      reply: { token: replyToken },
      x: { apiBaseUrl: x.url, mediaHosts: [new URL(x.url).host] },
      admin: { password: adminPassword },
      accounts: configured,
      ...settings,
    };
    const names = configured.map(({ name }) => name);
    return new ClusterCenter(folder, x, host, balancer, names, customers, random, ports, config);
  }

  /** Starts the process with this number; does not wait until it listens. */
  start(node: number, program = 'dist/plugin/main.js', env: Record<string, string> = {}): PluginProcess {
    const folder = join(this.folder, `node${node}`);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'plugin.config.json');
    const port = this.ports[node]!;
    const own = { port, dataDir: join(folder, 'data'), log: { dir: join(folder, 'log') } };
    writeFileSync(file, JSON.stringify({ ...this.config, ...own }));
    const process = PluginProcess.run(
      [...shippedOptions, resolve(program), '--config', file],
      port,
      undefined,
      {
        DATA_KEY: 'the-data-key-of-the-cluster',
        ...env,
      },
    );
    this.processes[node] = process;
    return process;
  }

  async startAll(): Promise<void> {
    this.ports.forEach((_, node) => this.start(node));
    await Promise.all(this.ports.map((_, node) => this.process(node).ready()));
    await until(() => this.isWell(), 'all accounts to be worked', 30_000);
  }

  process(node: number): PluginProcess {
    return this.processes[node]!;
  }

  async health(node: number): Promise<HealthBody | undefined> {
    const address = `${this.process(node).url}/health`;
    try {
      return (await (await fetch(address, { signal: AbortSignal.timeout(2_000) })).json()) as HealthBody;
    } catch {
      return undefined;
    }
  }

  /** Whether every process says that every account is delivered to. */
  async isWell(): Promise<boolean> {
    const all = await Promise.all(this.ports.map((_, node) => this.health(node)));
    return all.every((health) =>
      this.accounts.every((name) => ['ok', 'quiet'].includes(health?.accounts[name]?.webhook.state ?? '')),
    );
  }

  /** What each process works, by its number. */
  async worked(node: number): Promise<string[]> {
    const nodes = (await this.health(node))?.nodes ?? [];
    return nodes.filter(({ isSelf }) => isSelf).flatMap(({ accounts }) => accounts);
  }

  /** Everybody has written once, and was answered: without its interaction no lost message can be looked for. */
  async introduce(): Promise<void> {
    for (const customer of this.customers) await this.customerWrites(customer, `${customer.mark} hello`);
    await until(
      () => this.host.state.interactions.length === this.customers.length,
      'the introductions',
      30_000,
    );
    for (const interaction of this.host.state.interactions)
      await this.host.agentWrites(interaction, `hello, number ${interaction.id}`);
  }

  async customerWrites({ id, brandId }: Customer, text: string): Promise<boolean> {
    const message = this.x.world.addMessage(id, brandId, text);
    this.promised.in.add(text);
    const isTaken = await this.x.feed.publish({ kind: 'message', message });
    if (isTaken) this.promised.acknowledged.add(text);
    return isTaken;
  }

  /** @returns undefined where the host got no answer */
  async agentWrites(interaction: HostInteraction, text: string): Promise<ReplyOutcome | undefined> {
    const outcome = await this.host.agentWrites(interaction, text).catch(() => undefined);
    if (outcome && outcome.status < 300) this.promised.out.add(text);
    else this.refusedReplies += 1;
    return outcome;
  }

  /** Everybody begins to write. */
  begin(): void {
    this.isAtWork = true;
    // Several agents, since one alone would only wait for a process that is frozen.
    const agents = Array.from({ length: 3 }, () => this.agentWritesOn());
    this.writing = [...this.customers.map((customer) => this.customerWritesOn(customer)), ...agents];
  }

  async pause(): Promise<void> {
    this.isAtWork = false;
    await Promise.all(this.writing);
  }

  async goOn(least = 200, most = 600): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.random.between(least, most)));
  }

  /** @throws Error when anything promised does not arrive, or arrives twice, or in another order */
  async settle(maxMs = 60_000): Promise<void> {
    const { broken, waiting, refused } = await this.settled(maxMs);
    if (isBroken(broken) || waiting !== 0 || refused.length > 0)
      throw new Error(`wrong: ${JSON.stringify({ ...broken, waiting, refused }, undefined, 2)}`);
  }

  /** Waits for the end of all that is under way. @returns what is wrong then */
  async settled(maxMs: number): Promise<{ broken: Broken; waiting: number; refused: string[] }> {
    await this.pause();
    await until(() => this.promised.isKept(this.atHost(), this.atX()), 'all that was promised', maxMs).catch(
      () => undefined,
    );
    await until(async () => (await this.waiting()) === 0, 'nothing to wait', maxMs).catch(() => undefined);
    return { broken: this.wrong(), waiting: await this.waiting(), refused: this.refusals() };
  }

  /** What customers wrote, and what agents were told goes out, so far; how much of the former has not arrived, of the latter was refused. */
  get counts(): { messages: number; replies: number; missing: number; refused: number } {
    const { in: messages, out: replies } = this.promised;
    const missing = this.promised.missing(this.atHost());
    return { messages: messages.size, replies: replies.size, missing, refused: this.refusedReplies };
  }

  async end(): Promise<void> {
    this.isAtWork = false;
    for (const process of this.processes) {
      process?.child.kill('SIGCONT');
      if (process && process.exitCode === undefined) await process.stop('SIGKILL');
    }
    await Promise.all(this.writing);
    await this.x.close();
    await this.host.close();
    await this.balancer.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** How many messages have not come to their end; NaN while nobody says it. */
  async waiting(node = 0): Promise<number> {
    const health = await this.health(node);
    return this.accounts.reduce((sum, name) => {
      const { inbound, outbound } = health?.accounts[name] ?? {};
      return sum + (inbound?.waiting ?? NaN) + (outbound?.waiting ?? NaN);
    }, 0);
  }

  /** What the processes wrote to their logs of replies that can never go. */
  private refusals(): string[] {
    return this.ports.flatMap((_, node) => {
      const folder = join(this.folder, `node${node}`, 'log');
      const files = existsSync(folder) ? readdirSync(folder) : [];
      return files
        .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
        .filter((line) => /reply refused|message set aside|left out/.test(line));
    });
  }

  private wrong(): Broken {
    return this.promised.broken(
      this.atHost(),
      this.atX(),
      this.customers.map(({ mark }) => mark),
    );
  }

  private atHost(): string[] {
    return this.host.state.messages.filter(({ direction }) => direction === 'in').map(({ body }) => body);
  }

  /** What waited may have gone out joined with others. */
  private atX(): string[] {
    return this.x.world.messages
      .filter(({ senderId }) => senderId.startsWith('9'))
      .flatMap(({ text }) => text.split('\n').filter((line) => line !== ''));
  }

  private async customerWritesOn(customer: Customer): Promise<void> {
    while (this.isAtWork) {
      this.numbers += 1;
      await this.customerWrites(customer, `${customer.mark} ${this.numbers}`);
      await this.goOn(80, 300);
    }
  }

  private async agentWritesOn(): Promise<void> {
    while (this.isAtWork) {
      await this.goOn(30, 150);
      const interaction = this.random.oneOf(this.host.state.interactions);
      this.numbers += 1;
      await this.agentWrites(interaction, `reply ${this.numbers}`);
    }
  }
}
