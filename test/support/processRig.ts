import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostSimulator } from '../simulators/host';
import { XSimulator, type XSimulatorOptions } from '../simulators/x';
import { freePort, PluginProcess } from './process';
import type { HealthBody } from './health';

export const brandId = '900000000000000001';
export const customers = ['1700000000000000021', '1700000000000000022'] as const;
export const replyToken = 'reply-token-of-the-test';

/** The built product as a process of its own, between simulators of X and of the host that outlive it. */
export class ProcessRig {
  private readonly running: PluginProcess[] = [];

  private constructor(
    readonly folder: string,
    readonly x: XSimulator,
    readonly host: HostSimulator,
    readonly config: Record<string, unknown> & { port: number },
  ) {}

  static async start(options: XSimulatorOptions = {}): Promise<ProcessRig> {
    const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-e2e-'));
    const x = await XSimulator.start({ media: { keepBytes: false }, ...options });
    const host = await HostSimulator.start({ port: await freePort() });
    const keys = x.addBrand(brandId, 'brand', 'Brand');
    customers.forEach((id, index) =>
      x.world.addUser({ id, username: `customer_${index}`, name: `Customer ${index}` }),
    );
    const account = host.addAccount();
    return new ProcessRig(folder, x, host, {
      port: await freePort(),
      dataDir: join(folder, 'data'),
      log: { dir: join(folder, 'log') },
      host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
      reply: { token: replyToken },
      x: { apiBaseUrl: x.url, mediaHosts: [new URL(x.url).host] },
      accounts: [{ name: 'support', ...keys, openChannelAccountId: account.id }],
    });
  }

  async stop(): Promise<void> {
    for (const process of this.running) if (process.exitCode === undefined) await process.stop('SIGKILL');
    await this.x.close();
    await this.host.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  plugin(changes: Record<string, unknown> = {}): PluginProcess {
    return this.watch(PluginProcess.start(this.folder, { ...this.config, ...changes }));
  }

  /** Writes the configuration file, for a process that is started in another way. */
  writeConfig(): void {
    writeFileSync(join(this.folder, 'plugin.config.json'), JSON.stringify(this.config));
  }

  /** A process that is ended with the rig. */
  watch(process: PluginProcess): PluginProcess {
    this.running.push(process);
    return process;
  }

  async customerWrites(plugin: PluginProcess, from: string, text: string): Promise<void> {
    const message = this.x.world.addMessage(from, brandId, text);
    const envelope = this.x.envelope('activity', brandId, message);
    const status = await this.x.webhooks.deliver(`${plugin.url}/api/messages`, envelope);
    if (status !== 200) throw new Error(`the webhook answered ${status}`);
  }

  /** How many messages of one direction have not come to their end. */
  async waiting(plugin: PluginProcess, direction: 'inbound' | 'outbound' = 'inbound'): Promise<number> {
    const health = (await (await fetch(`${plugin.url}/health`)).json()) as HealthBody;
    return health.accounts['support']![direction].waiting;
  }

  /** What agents have from customers so far, oldest first. */
  bodies(): string[] {
    return this.host.state.messages.filter(({ direction }) => direction === 'in').map(({ body }) => body);
  }
}
