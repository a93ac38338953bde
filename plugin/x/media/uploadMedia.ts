import { z } from 'zod';
import { pause } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import type { UploadedFile } from '../../core/messages';
import type { Log } from '../../core/ports';
import type { FileStream, MediaUse } from '../../core/gateways';
import { appendSegment, segmentLength, type AppendPorts } from './appendSegment';
import { mediaTypeOf, type MediaType } from './mediaType';
import { segmentsOf } from './segments';
import { say } from '../../texts/text';

export interface UploadPorts extends AppendPorts {
  log: Log;
  /** Hears that X has the whole file. */
  onTransferred: () => void;
}

/** Processing a long video takes minutes; after this X is taken to have forgotten it. */
const maxProcessing = 15 * 60_000;

/** Uploads and consumes a file. @throws BridgeError `unsupported-file`, `file-too-large` before anything is sent */
export async function uploadMedia(
  file: FileStream & { size: number },
  use: MediaUse,
  ports: UploadPorts,
): Promise<UploadedFile> {
  const segments = segmentsOf(file.stream, segmentLength);
  try {
    const first = await readSegment(segments, file);
    const type = acceptedType(file, first);
    const id = await initialize(type, use, file.size, ports);
    const target = { upload: `/2/media/upload/${id}`, window: 'POST /2/media/upload/:id/append' };
    let sent = 0;
    for (let index = 0, segment = first; segment; index += 1) {
      await appendSegment({ ...target, index, bytes: segment }, ports);
      sent += segment.length;
      segment = await readSegment(segments, file);
    }
    if (sent !== file.size) throw interrupted(file, `${sent} of ${file.size} bytes came`);
    ports.onTransferred();
    await finalize(id, ports);
    // X has alternative texts for the pictures of posts.
    if (use === 'tweet' && type.category !== 'video') await describe(id, file.name, ports);
    return { id, kind: type.category };
  } finally {
    file.stream.destroy();
  }
}

async function readSegment(segments: AsyncGenerator<Buffer>, file: FileStream): Promise<Buffer | undefined> {
  try {
    const next = await segments.next();
    return next.done ? undefined : next.value;
  } catch (error) {
    throw interrupted(file, reasonOf(error));
  }
}

/** The host did not give the whole of a file. */
export function interrupted(file: FileStream, why: string): BridgeError {
  return new BridgeError('host-unavailable', `the file "${file.name}" stopped coming from the host: ${why}`, {
    retryable: true,
    agentMessage: say('file.incomplete'),
  });
}

/** @param head its first bytes. @throws BridgeError `unsupported-file` or `file-too-large`, in the agent's words */
export function acceptedType(file: { name: string; size: number }, head: Buffer | undefined): MediaType {
  if (!head || file.size === 0)
    throw new BridgeError('unsupported-file', say('file.empty', { name: file.name }));
  const type = mediaTypeOf(head);
  if (!type) throw new BridgeError('unsupported-file', say('file.unsupported', { name: file.name }));
  if (file.size > type.limit)
    throw new BridgeError(
      'file-too-large',
      say('file.tooLarge', {
        name: file.name,
        type: say(`file.type.${type.category}`),
        max: inMegabytes(type.limit),
        size: inMegabytes(file.size),
      }),
    );
  return type;
}

const inMegabytes = (bytes: number) => Math.ceil((bytes / (1024 * 1024)) * 10) / 10;

const initializeAnswer = z.object({ data: z.object({ id: z.string() }) });

async function initialize(
  type: MediaType,
  use: MediaUse,
  size: number,
  { client }: UploadPorts,
): Promise<string> {
  const answer = await client.call({
    method: 'POST',
    path: '/2/media/upload/initialize',
    window: 'POST /2/media/upload/initialize',
    body: { media_type: type.mime, total_bytes: size, media_category: `${use}_${type.category}` },
  });
  const read = initializeAnswer.safeParse(answer);
  if (!read.success) throw unclear('initialize');
  return read.data.data.id;
}

/** X takes no longer alternative text. Characters. */
const maxAltTextLength = 1000;

/** Tells people who do not see the picture what it is, as far as its name says; the picture goes without, if need be. */
async function describe(id: string, name: string, { client, log }: UploadPorts): Promise<void> {
  const text = name
    .replace(/\.\w{1,5}$/, '')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .slice(0, maxAltTextLength);
  if (text === '') return;
  const path = '/2/media/metadata';
  try {
    const body = { id, metadata: { alt_text: { text } } };
    await client.call({ method: 'POST', path, body, window: `POST ${path}` });
  } catch (error) {
    log.warn('X rejected the alt text of a picture', { reason: reasonOf(error) });
  }
}

const processingAnswer = z.object({
  data: z
    .object({
      processing_info: z
        .object({
          state: z.string(),
          check_after_secs: z.number().optional(),
          error: z.object({ message: z.string().optional(), name: z.string().optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
});

async function finalize(id: string, ports: UploadPorts): Promise<void> {
  const { client, clock } = ports;
  const path = `/2/media/upload/${id}/finalize`;
  let answer = await client.call({ method: 'POST', path, window: 'POST /2/media/upload/:id/finalize' });
  const deadline = clock.now() + maxProcessing;
  for (;;) {
    const read = processingAnswer.safeParse(answer ?? {});
    if (!read.success) throw unclear('finalize');
    const info = read.data.data?.processing_info;
    if (!info || info.state === 'succeeded') return;
    if (info.state === 'failed')
      throw unprocessable(info.error?.message ?? info.error?.name ?? 'no reason given');
    if (clock.now() > deadline) throw unclear('status');
    await pause(clock, Math.max(1, info.check_after_secs ?? 1) * 1000);
    answer = await client.call({
      method: 'GET',
      path: '/2/media/upload',
      query: { command: 'STATUS', media_id: id },
      window: 'GET /2/media/upload',
    });
  }
}

function unprocessable(why: string): BridgeError {
  return new BridgeError('refused-by-x', say('file.notProcessed', { why }));
}

function unclear(step: string): BridgeError {
  return new BridgeError('x-unavailable', `X's answer to media ${step} cannot be understood`, {
    retryable: true,
    agentMessage: say('file.notTaken'),
  });
}
