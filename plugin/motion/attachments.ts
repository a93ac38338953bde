import FormData from 'form-data';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { BridgeError } from '../core/errors';
import type { FileStream } from '../core/gateways';
import type { HostClient } from './client';
import { say } from '../texts/text';

const idOf = z.union([z.string().min(1), z.number()]).transform(String);
const attachment = z.object({
  id: idOf,
  name: z.string().nullish(),
  basename: z.string().nullish(),
  type: z.string().nullish(),
});

/** A host that takes no byte for so long, or does not answer after the last one, has gone away. Milliseconds. */
const maxPauseMs = 60_000;

/**
 * Puts a file into the host (`POST /attachments`, multipart), as it streams in. It may take any time, as long as it goes on.
 * @returns the attachment's id
 * @throws BridgeError; `refused-by-host` when the host does not take such a file
 */
export async function putAttachment(client: HostClient, file: FileStream): Promise<string> {
  const stalled = new AbortController();
  let unwatch = () => {};
  const goesOn = () => {
    unwatch();
    unwatch = client.after(maxPauseMs, () => stalled.abort());
  };
  const form = new FormData();
  form.append('file', file.stream.on('data', goesOn).pause(), {
    filename: file.name,
    contentType: file.type,
    ...(file.size === undefined ? {} : { knownLength: file.size }),
  });
  const failed = new Promise<never>((_, reject) => {
    file.stream.once('error', () =>
      reject(new BridgeError('media-unavailable', 'the media stopped coming from X', { retryable: true })),
    );
  });
  try {
    const upload = client.call<unknown>({
      method: 'POST',
      path: '/attachments',
      name: 'POST /attachments',
      data: form,
      headers: {
        ...form.getHeaders(),
        ...(file.size === undefined ? {} : { 'content-length': String(form.getLengthSync()) }),
      },
      timeout: maxPauseMs,
      signal: stalled.signal,
    });
    goesOn();
    const response = await Promise.race([upload, failed]);
    return readAttachment(response.data).id;
  } finally {
    unwatch();
    failed.catch(() => undefined);
    file.stream.destroy();
  }
}

/**
 * Opens a file an agent attached (`GET /attachments/:id` and `/download`) for reading.
 * @returns the stream, with the names by which the host may mention it in the message's text
 * @throws BridgeError `refused-by-host` when there is no such attachment
 */
export async function openAttachment(
  client: HostClient,
  id: string,
): Promise<FileStream & { aliases: string[] }> {
  const path = `/attachments/${encodeURIComponent(id)}`;
  const found = await client
    .call<unknown>({ method: 'GET', path, name: 'GET /attachments/:id', timeout: 10_000 })
    .catch(notFound(id));
  const { name, basename, type } = readAttachment(found.data);
  const download = await client
    .call<Readable>({
      method: 'GET',
      path: `${path}/download`,
      name: 'GET /attachments/:id/download',
      // Without it a proxy may compress, and the length would not be the file's.
      headers: { 'accept-encoding': 'identity' },
      responseType: 'stream',
      timeout: 30_000,
    })
    .catch(notFound(id));
  const length: unknown = download.headers['content-length'];
  const compressed = download.headers['content-encoding'] !== undefined;
  return {
    name: name ?? basename ?? `attachment ${id}`,
    aliases: basename ? [basename] : [],
    type: type ?? 'application/octet-stream',
    size: typeof length === 'string' && /^\d+$/.test(length) && !compressed ? Number(length) : undefined,
    stream: client.steady(download.data),
  };
}

function readAttachment(data: unknown): z.infer<typeof attachment> {
  const read = attachment.safeParse(data);
  if (read.success) return read.data;
  throw new BridgeError(
    'host-unavailable',
    "XCALLY Motion's answer about an attachment cannot be understood",
    {
      retryable: true,
    },
  );
}

function notFound(id: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof BridgeError) || error.status !== 404) throw error;
    throw new BridgeError('refused-by-host', say('motion.attachmentGone', { id }), { status: 404 });
  };
}
