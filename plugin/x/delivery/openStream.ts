import axios, { type AxiosResponse } from 'axios';
import type { Readable } from 'node:stream';
import { BridgeError } from '../../core/errors';
import { transportFault, whyUnreachable } from '../../core/transport';
import { say } from '../../texts/text';
import { parseJson } from '../api/parseJson';
import { readProblem, type Problem } from '../api/readProblem';

export interface OpenStreamOptions {
  apiBaseUrl: string;
  authorization: string;
  /** Minutes of missed events to send first; 0 for none. At most 5. */
  backfillMinutes: number;
  /** Gives the connecting up; an open stream is destroyed by whoever holds it. */
  signal: AbortSignal;
}

/** Either the open stream, or why X does not open it. */
export type OpenedStream = { stream: Readable } | { refused: { status: number } & Problem };

/** X answers within this time or not at all. Milliseconds. */
const timeoutMs = 30_000;

const maxProblemLength = 64 * 1024;

/**
 * Opens the stream of X Activity (`GET /2/activity/stream`).
 * @throws BridgeError `x-unavailable` for a fault of the network
 */
export async function openStream(options: OpenStreamOptions): Promise<OpenedStream> {
  const { apiBaseUrl, authorization, backfillMinutes, signal } = options;
  const query = backfillMinutes > 0 ? `?backfill_minutes=${backfillMinutes}` : '';
  const connecting = new AbortController();
  const giveUp = () => connecting.abort();
  const timer = setTimeout(giveUp, timeoutMs);
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  try {
    const response = await axios.get<Readable>(
      `${apiBaseUrl.replace(/\/+$/, '')}/2/activity/stream${query}`,
      {
        headers: { authorization },
        responseType: 'stream',
        decompress: true,
        maxRedirects: 0,
        validateStatus: () => true,
        signal: connecting.signal,
        proxy: false,
      },
    );
    if (response.status === 200) return { stream: response.data };
    return { refused: { status: response.status, ...readProblem(await readRefusal(response)) } };
  } catch (error) {
    const { code } = transportFault(error);
    throw new BridgeError('x-unavailable', say('transport.x', { why: whyUnreachable(code) }), {
      retryable: true,
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

async function readRefusal({ data }: AxiosResponse<Readable>): Promise<unknown> {
  let text = '';
  for await (const chunk of data) {
    text += String(chunk);
    if (text.length > maxProblemLength) break;
  }
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
