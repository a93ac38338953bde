import FormData from 'form-data';
import { randomBytes } from 'node:crypto';
import { backoff } from '../../core/backoff';
import { pause, type Clock } from '../../core/clock';
import { BridgeError } from '../../core/errors';
import type { XCall, XClient } from '../api/client';

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

/** In whichever of its two forms X takes a segment (OpenAPI: `MediaUploadAppendRequest`). */
async function append(segment: Segment, client: XClient): Promise<void> {
  const { segmentForm } = client;
  const forms = segmentForm.candidates();
  let refusal: unknown;
  for (const form of forms)
    try {
      await client.call(form === 'multipart' ? multipartCall(segment) : jsonCall(segment));
      segmentForm.worked(form);
      return;
    } catch (error) {
      const status = error instanceof BridgeError ? error.status : undefined;
      if (status !== 400 && status !== 415) throw error;
      if (status === 415) segmentForm.forget();
      refusal ??= error;
    }
  throw refusal;
}

function callOf({ upload, window }: Segment): XCall {
  return { method: 'POST', path: `${upload}/append`, window, timeout: 60_000 };
}

function multipartCall(segment: Segment): XCall {
  const { fields, index, bytes } = segment;
  const boundary = `openchannel-x-${randomBytes(12).toString('hex')}`;
  return {
    ...callOf(segment),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    // A form can be read only once, and may have to be sent again with another sign-in.
    body: () => {
      const form = new FormData();
      form.setBoundary(boundary);
      for (const [name, value] of Object.entries(fields ?? {})) form.append(name, value);
      form.append('segment_index', String(index));
      form.append('media', bytes, { filename: 'media', contentType: 'application/octet-stream' });
      return form;
    },
  };
}

function jsonCall(segment: Segment): XCall {
  const { fields, index, bytes } = segment;
  return {
    ...callOf(segment),
    body: { ...fields, segment_index: index, media: bytes.toString('base64') },
  };
}
