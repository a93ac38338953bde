import type { Request, Response } from 'express';
import { problem } from './answers';
import { asXWrites } from './writing';

export interface StreamOptions {
  /** How many connections an app may hold. */
  connections: number;
  heartbeatMs: number;
  /** Whether the app's level has backfill. */
  backfill: boolean;
}

/** The stream of X Activity: one line an event, a blank one as heartbeat. */
export class ActivityStream {
  private readonly open = new Set<Response>();
  private readonly sent: { at: number; line: string }[] = [];
  /** How many connections were made so far. */
  connections = 0;
  private muted = false;
  private readonly beating: NodeJS.Timeout;

  constructor(
    private readonly options: StreamOptions,
    private readonly now: () => number,
  ) {
    this.beating = setInterval(() => this.write('\r\n'), options.heartbeatMs).unref();
  }

  get isOpen(): boolean {
    return this.open.size > 0;
  }

  connect(request: Request, response: Response): void {
    const minutes = Number(request.query['backfill_minutes'] ?? 0);
    if (minutes > 0 && !this.options.backfill) {
      problem(
        response,
        400,
        'https://api.x.com/2/problems/invalid-request',
        'Invalid Request',
        'backfill_minutes is not available to this client.',
      );
      return;
    }
    if (this.open.size >= this.options.connections) {
      response.status(429).json({
        title: 'ConnectionException',
        detail: 'This stream is currently at the maximum allowed connection limit.',
        connection_issue: 'TooManyConnections',
        type: 'https://api.x.com/2/problems/streaming-connection',
      });
      return;
    }
    this.connections += 1;
    response.status(200).type('application/json');
    response.flushHeaders();
    const since = this.now() - minutes * 60_000;
    if (minutes > 0) for (const { at, line } of this.sent) if (at >= since) response.write(line);
    this.open.add(response);
    response.write('\r\n');
    response.on('close', () => this.open.delete(response));
  }

  /** Sends an event to whoever listens, and keeps it for backfill. */
  send(event: object): void {
    const line = `${asXWrites(event)}\r\n`;
    this.sent.push({ at: this.now(), line });
    this.write(line);
  }

  /** Sends something as it is, whether it is understood or not. */
  write(line: string): void {
    if (!this.muted) for (const response of this.open) response.write(line);
  }

  /** Breaks every connection in the middle. */
  drop(): void {
    for (const response of this.open) response.socket?.destroy();
    this.open.clear();
  }

  /** Says goodbye with a reason, then closes. */
  closeWith(error: object): void {
    for (const response of this.open) response.end(`${JSON.stringify({ errors: [error] })}\r\n`);
    this.open.clear();
  }

  /** Goes on holding connections, but sends nothing over them. */
  mute(muted: boolean): void {
    this.muted = muted;
  }

  close(): void {
    clearInterval(this.beating);
    this.drop();
  }
}
