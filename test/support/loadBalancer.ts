import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A process that does not answer for so long is passed over. Milliseconds. */
const maxSilentMs = 1_500;
const maxAnswerMs = 12_000;

/** Spreads calls over processes, as what stands before them does: those that are well get calls in turn. */
export class LoadBalancer {
  private readonly server: Server;
  private next = 0;
  /** Those that did not say that they are well. */
  private readonly silent = new Set<number>();
  private timer: NodeJS.Timeout | undefined;

  private constructor(private readonly ports: readonly number[]) {
    this.server = createServer((call, answer) => void this.pass(call, answer));
  }

  static async start(ports: readonly number[]): Promise<LoadBalancer> {
    const balancer = new LoadBalancer(ports);
    await new Promise<void>((resolve) => balancer.server.listen(0, '127.0.0.1', resolve));
    balancer.timer = setInterval(() => void balancer.look(), 500);
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async look(): Promise<void> {
    await Promise.all(
      this.ports.map(async (port) => {
        const signal = AbortSignal.timeout(maxSilentMs);
        const isWell = await fetch(`http://127.0.0.1:${port}/health`, { signal }).then(
          ({ status }) => status === 200,
          () => false,
        );
        if (isWell) this.silent.delete(port);
        else this.silent.add(port);
      }),
    );
  }

  private async pass(call: IncomingMessage, answer: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of call) pieces.push(piece as Buffer);
    const inTurn = (this.next += 1);
    const well = this.ports.filter((port) => !this.silent.has(port));
    // Where none says that it is well, each may be all the same.
    const ports = well.length > 0 ? well : this.ports;
    const tries = ports.map((_, index) => ports[(inTurn + index) % ports.length]!);
    this.passTo(tries, call, Buffer.concat(pieces), answer);
  }

  /** To the first that accepts a connection; a call that may have been received is not made again. */
  private passTo(ports: number[], call: IncomingMessage, body: Buffer, answer: ServerResponse): void {
    const [port, ...others] = ports;
    const refuse = (status: number) => {
      if (!answer.headersSent) answer.writeHead(status);
      answer.end();
    };
    if (port === undefined) {
      refuse(503);
      return;
    }
    const { method, url, headers } = call;
    const passed = request(
      { host: '127.0.0.1', port, method, path: url, headers, agent: false, timeout: maxAnswerMs },
      (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
        given.on('error', () => answer.destroy());
      },
    );
    passed.on('timeout', () => passed.destroy());
    passed.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') this.passTo(others, call, body, answer);
      else refuse(502);
    });
    passed.end(body);
  }
}
