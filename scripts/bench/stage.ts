import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { secret } from './events';
import { shippedOptions } from '../../test/support/shippedOptions';

/** With which the host calls the Reply URL. */
export const replyToken = 'bench-reply-token-of-the-host';

/** How the host takes a message. */
export type HostManner = 'at once' | 'never' | { after: number };

/** A host and an X that do no more than they must, so that it is the plugin that is measured. */
export class BenchHost {
  manner: HostManner = 'at once';
  /** Hears the words of each message it has taken. */
  onMessage: (body: string) => void = () => {};
  url = '';
  private server!: Server;
  private ids = 0;
  private readonly held = new Set<ServerResponse>();

  static async start(): Promise<BenchHost> {
    const host = new BenchHost();
    host.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => host.take(request.url ?? '', Buffer.concat(chunks), response));
    });
    host.server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => host.server.listen(0, '127.0.0.1', resolve));
    host.url = `http://127.0.0.1:${(host.server.address() as AddressInfo).port}`;
    return host;
  }

  /** Lets go of all it has not answered. */
  release(): void {
    for (const response of this.held) response.destroy();
    this.held.clear();
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private take(path: string, body: Buffer, response: ServerResponse): void {
    if (!path.includes('notify')) {
      response.setHeader('content-type', 'application/json');
      response.end('{"data":{"id":"900000000000000001","username":"bench","name":"Bench"}}');
      return;
    }
    const answer = () => {
      this.ids += 1;
      response.setHeader('content-type', 'application/json');
      response.end(`{"id":${this.ids},"OpenchannelInteractionId":1}`);
      this.onMessage(body.toString());
    };
    if (this.manner === 'never') this.held.add(response);
    else if (this.manner === 'at once') answer();
    else setTimeout(answer, this.manner.after);
  }
}

/** A process that listens at a port. */
export class Running {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    /** From its start until it listened, in milliseconds. */
    readonly startUp: number,
  ) {}

  static async start(argv: string[], port: number): Promise<Running> {
    const began = performance.now();
    const child = spawn(process.execPath, [...shippedOptions, ...argv], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const url = `http://127.0.0.1:${port}`;
    for (;;) {
      if (await listens(port)) break;
      if (child.exitCode !== null) throw new Error(`${argv.join(' ')} ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return new Running(child, url, performance.now() - began);
  }

  /** What the process holds of memory now, in megabytes (Linux). */
  memory(): number {
    const status = readFileSync(`/proc/${this.child.pid ?? 0}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await ended;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/** The built plugin, whose events another service passes on: nothing of X is in the way. */
export class BenchPlugin {
  private constructor(
    readonly folder: string,
    private readonly port: number,
  ) {}

  static async prepare(host: { url: string }, changes: object = {}): Promise<BenchPlugin> {
    const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-bench-'));
    const port = await freePort();
    const keys = { consumerKey: 'k', consumerSecret: 's', accessToken: '900000000000000001-t' };
    const config = {
      port,
      dataDir: join(folder, 'data'),
      log: { dir: join(folder, 'log') },
      host: { baseUrl: host.url, username: 'u', password: 'p' },
      x: { apiBaseUrl: host.url },
      reply: { token: replyToken },
      accounts: [
        {
          name: 'bench',
          ...keys,
          accessTokenSecret: 's',
          delivery: 'relay',
          relaySecret: secret,
          openChannelAccountId: 1,
          mapKey: 'twitter',
        },
      ],
      ...changes,
    };
    writeFileSync(join(folder, 'plugin.config.json'), JSON.stringify(config));
    return new BenchPlugin(folder, port);
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  start(): Promise<Running> {
    const main = resolve('dist/plugin/main.js');
    return Running.start([main, '--config', join(this.folder, 'plugin.config.json')], this.port);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One of the processes of `baseline.ts`. */
export async function startBaseline(
  kind: 'bare' | 'express' | 'former' | 'copy',
  host: string,
): Promise<Running> {
  const port = await freePort();
  return Running.start([join(__dirname, 'baseline.js'), kind, String(port), host], port);
}

/** A port nobody uses right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
