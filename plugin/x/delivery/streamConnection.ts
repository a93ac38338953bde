import type { Readable } from 'node:stream';
import { pause } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import { emptyBatch, type EventBatch } from '../../core/inbound/events';
import { isRecord } from '../../core/isRecord';
import { openStream } from './openStream';
import { parseJson } from '../api/parseJson';
import { readEnvelope } from '../parse/readEnvelope';
import { readProblem } from '../api/readProblem';
import type { StreamEnd } from './reconnectPace';
import { StreamLines } from './streamLines';
import type { ReceiverPorts } from './receiver';

/** X sends a heartbeat every 20 seconds (X docs: handling disconnections); some seconds belong to the network. */
const maxSilence = 25_000;

/** Pause before a batch that could not be stored is tried again. Milliseconds. */
const storePause = 1_000;

export interface ConnectionOutcome {
  end: StreamEnd;
  /** Why, for the log and the admin. */
  reason: string;
  /** X's name for a refusal, and its HTTP status. */
  problem?: string | undefined;
  status?: number;
  /** The refusal itself, where it was none of the stream. */
  error?: BridgeError;
}

export interface ConnectionHooks {
  /** The connection stands; what is sent waits until this is done. */
  onOpen: () => Promise<void>;
  /** All that came by this time is taken in, in ms since 1970. */
  onTaken: (at: number) => void;
}

/** Holds one connection to the stream of X Activity until it ends, and takes in what it delivers. */
export async function holdConnection(
  ports: ReceiverPorts,
  backfillMinutes: number,
  hooks: ConnectionHooks,
  signal: AbortSignal,
): Promise<ConnectionOutcome> {
  const { account, client, apiBaseUrl } = ports;
  let opened: Awaited<ReturnType<typeof openStream>>;
  try {
    // What the app's stream brings for other users is told from the account's own by this.
    await account.userId();
    const authorization = await client.authorizeApp(`${apiBaseUrl}/2/activity/stream`);
    opened = await openStream({ apiBaseUrl, authorization, backfillMinutes, signal });
  } catch (error) {
    const isRefused = error instanceof BridgeError && error.code === 'app-refused';
    return isRefused
      ? { end: 'refused', reason: reasonOf(error), error }
      : { end: 'network', reason: reasonOf(error) };
  }
  if ('refused' in opened) {
    const { status, problem, detail } = opened.refused;
    const reason = `X answered ${status} to GET /2/activity/stream${detail === '' ? '' : `: ${detail}`}`;
    return { end: status === 429 ? 'rate-limited' : 'http', reason, problem, status };
  }
  const { stream } = opened;
  const delivery = new StreamDelivery(ports, hooks);
  const hangUp = () => stream.destroy();
  signal.addEventListener('abort', hangUp);
  if (signal.aborted) hangUp();
  try {
    await hooks.onOpen();
    return await delivery.read(stream, signal);
  } finally {
    signal.removeEventListener('abort', hangUp);
    hangUp();
  }
}

/** What one connection delivers, taken in piece by piece and in order. */
class StreamDelivery {
  private readonly lines = new StreamLines();
  private delivered = false;
  private goodbye: ConnectionOutcome | undefined;

  constructor(
    private readonly ports: ReceiverPorts,
    private readonly hooks: ConnectionHooks,
  ) {}

  async read(stream: Readable, signal: AbortSignal): Promise<ConnectionOutcome> {
    let broken = 'the stream broke';
    const { clock } = this.ports;
    const watch = () =>
      clock.after(maxSilence, () => {
        broken = silence;
        stream.destroy();
      });
    let cancel = watch();
    try {
      for await (const chunk of stream) {
        const at = clock.now();
        cancel();
        await this.take(chunk as Buffer, signal);
        this.delivered = true;
        this.hooks.onTaken(at);
        cancel = watch();
      }
    } catch (error) {
      return this.ended(`${broken} (${reasonOf(error)})`);
    } finally {
      cancel();
    }
    return this.ended('X closed the stream');
  }

  private ended(reason: string): ConnectionOutcome {
    return this.goodbye ?? { end: this.delivered ? 'dropped' : 'network', reason };
  }

  private async take(chunk: Buffer, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.ports;
    let batches = this.lines.add(chunk).flatMap((line) => this.readLine(line));
    while (batches.length > 0) {
      // Handed over in one turn, they become one commit; the order is kept.
      const taken = await Promise.allSettled(batches.map((batch) => this.ports.accept(batch)));
      const faults = taken.map((each) => (each.status === 'rejected' ? (each.reason as unknown) : undefined));
      const held = batches.filter((_, index) => isStoreFault(faults[index]));
      for (const fault of faults)
        if (fault !== undefined && !isStoreFault(fault))
          log.error('an event of the stream cannot be taken in and is left out', { reason: reasonOf(fault) });
      batches = held;
      if (held.length === 0) return;
      const reason = reasonOf(faults.find(isStoreFault));
      log.error('what the stream delivered cannot be stored; it is held until it can', { reason });
      await pause(clock, storePause, signal);
      if (signal.aborted) throw new BridgeError('store-unavailable', reason);
    }
  }

  private readLine(line: string): EventBatch[] {
    let body: unknown;
    try {
      body = parseJson(line);
    } catch {
      return [{ ...emptyBatch(undefined), malformed: [{ kind: 'stream line', reason: 'is not JSON' }] }];
    }
    if (isRecord(body) && body['data'] === undefined && body['errors'] !== undefined) {
      this.noteGoodbye(body);
      return [];
    }
    return readEnvelope(body, this.ports.clock.now());
  }

  /** X says why it is about to close: for reasons of its own, or because there are too many connections. */
  private noteGoodbye(body: Record<string, unknown>): void {
    const { problem, detail } = readProblem(body);
    const tooMany = problem === 'TooManyConnections' || problem === 'ConnectionException';
    const reason = `X closes the stream: ${problem ?? ''} ${detail}`.trim();
    this.goodbye = tooMany
      ? { end: 'rate-limited', reason, problem: 'TooManyConnections' }
      : { end: this.delivered ? 'dropped' : 'http', reason, problem };
  }
}

/** Only what the store may take later is worth waiting for. */
const isStoreFault = (fault: unknown) => fault instanceof BridgeError && fault.code === 'store-unavailable';

const silence = `nothing came for ${maxSilence / 1000} seconds, not even a heartbeat`;
