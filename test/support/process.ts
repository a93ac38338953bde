import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { shippedOptions } from './shippedOptions';
import { until } from './until';

/**
 * V8 spends most of a second of a core on optimizing the database's WebAssembly; no process here lives for long enough
 * to win that back.
 */
const unhurried = '--wasm-tiering-budget=180000000';

/** The built product as a process of its own. */
export class PluginProcess {
  output = '';
  errors = '';
  exitCode: number | null | undefined;

  private constructor(
    readonly child: ChildProcess,
    readonly port: number,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    child.on('exit', (code) => (this.exitCode = code));
  }

  /** Starts `dist/plugin/main.js` with a configuration file of its own. */
  static start(folder: string, config: Record<string, unknown>, nodeOptions: string[] = []): PluginProcess {
    const file = join(folder, 'plugin.config.json');
    writeFileSync(file, JSON.stringify(config));
    return PluginProcess.run(
      [...shippedOptions, ...nodeOptions, resolve('dist/plugin/main.js'), '--config', file],
      config['port'] as number,
    );
  }

  static run(
    argv: string[],
    port: number,
    command = process.execPath,
    env: Record<string, string> = {},
  ): PluginProcess {
    const options = command === process.execPath ? [unhurried] : [];
    const child = spawn(command, [...options, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    });
    return new PluginProcess(child, port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async ready(): Promise<this> {
    await until(async () => {
      if (this.exitCode !== undefined) throw new Error(`ended with ${String(this.exitCode)}: ${this.errors}`);
      return fetch(`${this.url}/health`).then(
        () => true,
        () => false,
      );
    }, 'the plugin to listen');
    return this;
  }

  /** Waits for the process to end by itself. */
  async ended(): Promise<number | null> {
    await until(() => this.exitCode !== undefined, 'the process to end', 15_000);
    return this.exitCode ?? null;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended();
  }
}

/** Below the ports that the system gives to whoever asks for any, so that nobody takes one in the meantime. */
const firstPort = 12_000;
const portsPerWorker = 1_500;
let nextPort = process.pid % portsPerWorker;

/** A port nobody uses; test files that run side by side take theirs from different ranges. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % 12;
  for (;;) {
    nextPort = (nextPort + 1) % portsPerWorker;
    const port = firstPort + worker * portsPerWorker + nextPort;
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
