import { readdirSync } from 'node:fs';
import { PostgresServer, postgresPrograms } from '../../test/support/postgres';
import { BenchPlugin, type Running } from '../bench/stage';

/** One process of the plugin with SQLite, or several that share a database on PostgreSQL. */
export class Nodes {
  private turn = 0;

  private constructor(
    private readonly plugins: BenchPlugin[],
    private readonly running: Running[],
    private readonly server: PostgresServer | undefined,
  ) {}

  /** @throws Error when there are to be several, and PostgreSQL is not installed */
  static async start(count: number, settings: object): Promise<Nodes> {
    const server = count > 1 ? startServer() : undefined;
    const store = server && { store: { url: server.newDatabase() } };
    const plugins: BenchPlugin[] = [];
    const running: Running[] = [];
    const nodes = new Nodes(plugins, running, server);
    try {
      for (let node = 0; node < count; node += 1) {
        const plugin = await BenchPlugin.prepare({ url: '' }, { ...settings, ...store });
        plugins.push(plugin);
        running.push(await plugin.start());
      }
    } catch (error) {
      await nodes.stop();
      throw error;
    }
    return nodes;
  }

  get count(): number {
    return this.running.length;
  }

  /** The address of the node whose turn it is, as a proxy hands out calls. */
  next(): string {
    this.turn += 1;
    return this.running[this.turn % this.count]?.url ?? '';
  }

  /** Of the node that holds most. */
  most(): { megabytes: number; handles: number } {
    const handles = this.running.map(({ child }) => readdirSync(`/proc/${child.pid ?? 0}/fd`).length);
    return {
      megabytes: Math.max(...this.running.map((node) => node.memory())),
      handles: Math.max(...handles),
    };
  }

  async stop(): Promise<void> {
    for (const node of this.running) await node.stop('SIGTERM');
    for (const plugin of this.plugins) plugin.remove();
    this.server?.stop();
  }
}

function startServer(): PostgresServer {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('several nodes need PostgreSQL, which is not installed');
  process.env['DATA_KEY'] ??= 'of-the-soak';
  return new PostgresServer(programs, { fsync: true });
}
