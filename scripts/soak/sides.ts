import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const brandId = '900000000000000001';
/** X shows so many of the last messages. */
const lookedBack = 20;

/** A host and an X that fail now and then, and count what they take. */
export class SoakSides {
  url = '';
  /** While it is down the host refuses everything. */
  hostIsDown = false;
  /** How often each customer's words came to the host. */
  readonly atHost = new Map<string, number>();
  /** How often each agent's words came to X. */
  readonly atX = new Map<string, number>();
  onMessage: (words: string) => void = () => {};
  /** By who they went to. */
  private readonly sent = new Map<string, object[]>();
  private server!: Server;
  private constructor(private readonly faultEvery: number) {}
  private calls = 0;

  /** @param faultEvery one call in so many is refused for the moment */
  static async start(faultEvery: number): Promise<SoakSides> {
    const sides = new SoakSides(faultEvery);
    sides.server = createServer((request, response) => void sides.answer(request, response));
    sides.server.listen(0, '127.0.0.1');
    await once(sides.server, 'listening');
    sides.url = `http://127.0.0.1:${(sides.server.address() as AddressInfo).port}`;
    return sides;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const path = request.url ?? '';
    const body = Buffer.concat(pieces).toString();
    this.calls += 1;
    response.setHeader('content-type', 'application/json');
    const toHost = path.startsWith('/api/');
    if ((toHost && this.hostIsDown) || this.calls % this.faultEvery === 0) {
      response.statusCode = 503;
      response.end('{"message":"not now"}');
      return;
    }
    const taken = toHost ? this.takeAtHost(path, body) : this.takeAtX(request.method ?? '', path, body);
    response.end(JSON.stringify(taken));
  }

  private takeAtHost(path: string, body: string): object {
    if (!path.includes('/notify')) return { id: 1 };
    const { body: words } = JSON.parse(body) as { body: string };
    this.atHost.set(words, (this.atHost.get(words) ?? 0) + 1);
    this.onMessage(words);
    return { id: this.calls, OpenchannelInteractionId: 1 };
  }

  private takeAtX(method: string, path: string, body: string): object {
    const conversation = /^\/2\/dm_conversations\/with\/(\d+)\//.exec(path)?.[1];
    if (conversation === undefined) return { data: { id: brandId, username: 'bench', name: 'Bench' } };
    const sent = this.sent.get(conversation) ?? [];
    if (method === 'GET')
      return { data: sent.slice(-lookedBack).reverse(), meta: { result_count: sent.length } };
    const { text } = JSON.parse(body) as { text: string };
    // What had to wait may go out joined.
    for (const words of text.split('\n')) this.atX.set(words, (this.atX.get(words) ?? 0) + 1);
    const id = String(this.calls);
    const event = { id, event_type: 'MessageCreate', text, sender_id: brandId };
    this.sent.set(
      conversation,
      [...sent, { ...event, created_at: new Date().toISOString() }].slice(-lookedBack),
    );
    return { data: { dm_event_id: id, dm_conversation_id: conversation } };
  }
}
