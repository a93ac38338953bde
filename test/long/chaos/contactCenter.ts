import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HostSimulator } from '../../simulators/host';
import { XSimulator } from '../../simulators/x';
import { AdminClient } from '../../support/adminClient';
import { freePort, PluginProcess } from '../../support/process';
import type { HealthBody } from '../../support/health';
import { shippedOptions } from '../../support/shippedOptions';
import { until } from '../../support/until';
import { isBroken, Promises, type Broken } from '../promises';
import { Random } from './random';

const brandId = '900000000000000001';
const customers = ['1700000000000000021', '1700000000000000022', '1700000000000000023'];
const replyToken = 'reply-token-of-the-chaos';
const adminPassword = 'password-of-the-chaos';
const webhookUrl = 'https://plugin.example.com/api/messages';
const boundless = { calls: 1_000_000, seconds: 900 };
/** How long everything may take to be well again. Milliseconds. */
const maxRecovery = 20_000;

/** What is the matter all the while, beside what goes wrong. */
export interface Circumstances {
  /** How many times as fast time passes. */
  speed?: number;
  /** How far the clock of the plugin's machine is ahead, in milliseconds. */
  skewMs?: number;
  /** A host that tells nothing of what it stored. */
  hostTellsIds?: boolean;
  /** Look-ups after a lost answer are refused now and then. */
  refusesLookUps?: boolean;
  /** An admin has messages tried again that wait or have failed. */
  adminRetries?: boolean;
}

/**
 * A contact center at work: customers and agents who write on and on, whatever happens to the plugin between them, and
 * the record of what was promised to them.
 */
export class ContactCenter {
  process!: PluginProcess;
  /** Whether X gets through to the plugin. */
  isReachable = true;
  private readonly promised = new Promises();
  private writing: Promise<void>[] = [];
  private atWork = false;
  private numbers = 0;
  /** Replies of which the agents were told that they do not go, or nothing. */
  private refused = 0;

  private constructor(
    readonly folder: string,
    readonly x: XSimulator,
    readonly host: HostSimulator,
    private readonly config: Record<string, unknown> & { port: number },
    readonly random: Random,
    private readonly circumstances: Circumstances,
    private readonly program: string,
  ) {}

  /** @param program what runs between X and XCALLY Motion */
  static async open(
    random: Random,
    circumstances: Circumstances = {},
    program = 'dist/plugin/main.js',
  ): Promise<ContactCenter> {
    const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-chaos-'));
    const port = await freePort();
    const { speed = 1, hostTellsIds = true } = circumstances;
    // While everything starts, time passes as it does.
    let fastFrom = Infinity;
    const now = () => Date.now() + Math.max(0, Date.now() - fastFrom) * (speed - 1);
    const nobody = 'http://127.0.0.1:1';
    const x = await XSimulator.start({
      now,
      after: (ms, task) => void setTimeout(task, Date.now() < fastFrom ? ms : ms / speed).unref(),
      resolve: (url) =>
        url.replace('https://plugin.example.com', center.isReachable ? `http://127.0.0.1:${port}` : nobody),
      limits: {
        'POST /2/dm_conversations/with/{participant_id}/messages': boundless,
        'GET /2/dm_conversations/with/{participant_id}/dm_events': boundless,
        'GET /2/dm_events': boundless,
      },
    });
    const host = await HostSimulator.start({ now, tellsIds: hostTellsIds, port: await freePort() });
    const keys = x.addBrand(brandId, 'brand', 'Brand');
    customers.forEach((id, index) =>
      x.world.addUser({ id, username: `customer_${index}`, name: `Customer ${index}` }),
    );
    const account = host.addAccount();
    account.replyUrl = `http://127.0.0.1:${port}/api/reply?token=${replyToken}`;
    const center: ContactCenter = new ContactCenter(
      folder,
      x,
      host,
      {
        port,
        dataDir: join(folder, 'data'),
        log: { dir: join(folder, 'log') },
        host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
        reply: { token: replyToken },
        x: { apiBaseUrl: x.url },
        accounts: [{ name: 'support', ...keys, webhookUrl, openChannelAccountId: account.id }],
        admin: { password: adminPassword },
      },
      random,
      circumstances,
      program,
    );
    if (circumstances.skewMs !== undefined)
      writeFileSync(join(folder, 'clock'), String(circumstances.skewMs));
    await center.start();
    const isSubscribed = async () =>
      ['ok', 'quiet'].includes((await center.health())?.accounts['support']?.webhook.state ?? '');
    await until(isSubscribed, 'X to deliver to the plugin', 20_000);
    await center.introduce();
    if (speed !== 1) {
      fastFrom = Date.now();
      writeFileSync(join(folder, 'fast'), String(fastFrom));
      center.process.child.kill('SIGUSR2');
    }
    return center;
  }

  get adminPassword(): string {
    return adminPassword;
  }

  get walFile(): string {
    return join(this.folder, 'data', 'openchannel-x.db-wal');
  }

  /** Starts the built plugin; a file that would become too large is refused, and does not end it. */
  async start(): Promise<void> {
    mkdirSync(join(this.folder, 'data'), { recursive: true });
    const file = join(this.folder, 'plugin.config.json');
    writeFileSync(file, JSON.stringify(this.config));
    const words = [
      process.execPath,
      ...shippedOptions,
      '--require',
      resolve('test/long/chaos/movedClock.js'),
    ];
    const command = [...words, resolve(this.program), '--config', file].map((word) => `"${word}"`).join(' ');
    this.process = PluginProcess.run(['-c', `trap '' XFSZ; exec ${command}`], this.config.port, '/bin/bash', {
      CLOCK_FILE: join(this.folder, 'clock'),
      CLOCK_SPEED: String(this.circumstances.speed ?? 1),
      CLOCK_FAST_FROM: join(this.folder, 'fast'),
    });
    await this.process.ready();
  }

  /** Everybody has written once, and was answered: without its interaction no lost message can be looked for. */
  private async introduce(): Promise<void> {
    for (const [index, id] of customers.entries()) {
      const message = this.x.world.addMessage(id, brandId, `c${index} hello`);
      await this.x.feed.publish({ kind: 'message', message });
    }
    await until(() => this.host.state.interactions.length === customers.length, 'the introductions');
    for (const interaction of this.host.state.interactions)
      await this.host.agentWrites(interaction, `hello, number ${interaction.id}`);
    await until(async () => {
      const { inbound, outbound } = (await this.health())?.accounts['support'] ?? {};
      return inbound?.waiting === 0 && outbound?.waiting === 0;
    }, 'the introductions to be written down');
  }

  /** Everybody begins to write. */
  begin(): void {
    this.atWork = true;
    this.writing = [...customers.map((id) => this.customerWritesOn(id)), this.agentWritesOn()];
    if (this.circumstances.refusesLookUps) this.writing.push(this.refuseLookUps());
    if (this.circumstances.adminRetries) this.writing.push(this.adminRetries());
  }

  /** Nobody writes any longer. */
  async pause(): Promise<void> {
    this.atWork = false;
    await Promise.all(this.writing);
  }

  /** What `/health` says; undefined while nobody answers. */
  async health(): Promise<HealthBody | undefined> {
    try {
      const answer = await fetch(`${this.process.url}/health`, { signal: AbortSignal.timeout(2_000) });
      return (await answer.json()) as HealthBody;
    } catch {
      return undefined;
    }
  }

  setClock(offset: number): void {
    writeFileSync(join(this.folder, 'clock'), String(offset));
    this.process.child.kill('SIGUSR2');
  }

  /** Sets a limit of the running process (setrlimit(2)). */
  limit(what: 'fsize' | 'nofile', value: number | 'unlimited'): void {
    execFileSync('prlimit', ['--pid', String(this.process.child.pid), `--${what}=${value}:`]);
  }

  openFiles(): number {
    return readdirSync(`/proc/${this.process.child.pid}/fd`).length;
  }

  /** Lets some time pass in which everybody writes. */
  async goOn(least = 200, most = 600): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.random.between(least, most)));
  }

  /** @throws Error when anything promised does not arrive, or arrives twice, or in another order */
  async settle(circumstances = ''): Promise<void> {
    const { broken, health } = await this.settled();
    if (isBroken(broken) || health !== 'ok')
      throw new Error(`wrong: ${JSON.stringify({ ...broken, health, circumstances }, undefined, 2)}`);
    if (this.promised.in.size === 0) throw new Error('nobody wrote anything');
  }

  /** Waits for the end of all that is under way. @returns what is wrong then, and what `/health` says */
  async settled(): Promise<{ broken: Broken; health: string | undefined }> {
    await this.pause();
    await this.caughtUp().catch(() => undefined);
    const isIdle = async () => {
      const health = await this.health();
      const { inbound, outbound } = health?.accounts['support'] ?? {};
      return health?.status === 'ok' && inbound?.waiting === 0 && outbound?.waiting === 0;
    };
    await until(isIdle, 'the plugin to be well again', maxRecovery).catch(() => undefined);
    return { broken: this.wrong(), health: (await this.health())?.status };
  }

  /** What customers wrote, and what agents were told goes out, so far; how much of the former has not arrived, of the latter was refused. */
  get counts(): { messages: number; replies: number; missing: number; refused: number } {
    const { in: messages, out: replies } = this.promised;
    const missing = this.promised.missing(this.atHost());
    return { messages: messages.size, replies: replies.size, missing, refused: this.refused };
  }

  /** Waits until all that was promised has arrived. */
  async caughtUp(): Promise<void> {
    await until(() => this.promised.isKept(this.atHost(), this.atX()), 'all that was promised', maxRecovery);
  }

  async end(): Promise<void> {
    this.atWork = false;
    if (this.process.exitCode === undefined) await this.process.stop('SIGKILL');
    await Promise.all(this.writing);
    await this.x.close();
    await this.host.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private wrong(): Broken {
    return this.promised.broken(
      this.atHost(),
      this.atX(),
      customers.map((_, index) => `c${index}`),
    );
  }

  private atHost(): string[] {
    return this.host.state.messages.filter(({ direction }) => direction === 'in').map(({ body }) => body);
  }

  /** What waited may have gone out joined with others. */
  private atX(): string[] {
    return this.x.world.messages
      .filter(({ senderId }) => senderId === brandId)
      .flatMap(({ text }) => text.split('\n'));
  }

  private async customerWritesOn(id: string): Promise<void> {
    while (this.atWork) {
      this.numbers += 1;
      const text = `c${customers.indexOf(id)} ${this.numbers}`;
      const message = this.x.world.addMessage(id, brandId, text);
      this.promised.in.add(text);
      if (await this.x.feed.publish({ kind: 'message', message })) this.promised.acknowledged.add(text);
      await this.goOn(5, 60);
    }
  }

  private async agentWritesOn(): Promise<void> {
    while (this.atWork) {
      await this.goOn(20, 120);
      const interaction = this.host.state.interactions.at(this.random.between(0, 2));
      if (!interaction) continue;
      this.numbers += 1;
      const text = `answer ${this.numbers}`;
      const outcome = await this.host.agentWrites(interaction, text).catch(() => undefined);
      if (outcome && outcome.status < 300) this.promised.out.add(text);
      else this.refused += 1;
    }
  }

  /** X shows a conversation to nobody, now and then. */
  private async refuseLookUps(): Promise<void> {
    while (this.atWork) {
      this.x.faults.add({ when: /^GET \/2\/dm_conversations/, status: 503 });
      this.host.faults.add({ when: /^GET .*interactions\/\d+\/messages$/, status: 503 });
      await this.goOn(100, 400);
    }
    // What was not used up would go on when everything is to be well again.
    this.x.faults.clear();
    this.host.faults.clear();
  }

  /** An admin who cannot wait. */
  private async adminRetries(): Promise<void> {
    const admin = new AdminClient(() => this.process.url);
    while (this.atWork) {
      await this.goOn(200, 600);
      try {
        if (admin.token === undefined) await admin.signIn(adminPassword);
        const direction = this.random.oneOf(['in', 'out'] as const);
        const state = this.random.oneOf(['waiting', 'failed'] as const);
        const { messages } = await admin.call('activity', { direction, state });
        if (messages.length > 0)
          await admin.call('retry', { direction, seq: this.random.oneOf(messages).seq });
      } catch {
        // The plugin is down, its sessions are gone, or the message is delivered by now.
        admin.token = undefined;
      }
    }
  }
}
