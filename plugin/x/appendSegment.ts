import FormData from 'form-data';
import { backoff } from '../bridge/backoff';
import { pause, type Clock } from '../bridge/clock';
import { BridgeError } from '../bridge/errors';
import type { XClient } from './client';

export interface AppendPorts {
  client: XClient;
  clock: Clock;
  random: () => number;
}

export interface Segment {
  /** The upload's own path at X, without `/append`. */
  upload: string;
  /** The rate limit window its appends count in. */
  window: string;
  /** What X wants to be told again with each segment. */
  fields?: Record<string, string>;
  index: number;
  bytes: Buffer;
}

/** X takes at most 5 MB a segment. */
export const segmentLength = 4 * 1024 * 1024;
const segmentTries = 4;

/**
 * Gives X one segment of a file; a segment X could not take for the moment is sent again (X docs: media upload, append).
 * @throws BridgeError after the last try, or at once where X refuses
 */
export async function appendSegment(segment: Segment, ports: AppendPorts): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await append(segment, ports.client);
      return;
    } catch (error) {
      const passing = error instanceof BridgeError && error.code === 'x-unavailable';
      if (!passing || tries >= segmentTries) throw error;
      await pause(ports.clock, backoff(tries, ports.random()));
    }
  }
}

async function append({ upload, window, fields, index, bytes }: Segment, client: XClient): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields ?? {})) form.append(name, value);
  form.append('segment_index', String(index));
  form.append('media', bytes, { filename: 'media', contentType: 'application/octet-stream' });
  await client.call({
    method: 'POST',
    path: `${upload}/append`,
    window,
    body: form,
    headers: { ...form.getHeaders(), 'content-length': String(form.getLengthSync()) },
    timeout: 60_000,
  });
}
