import { Readable } from 'node:stream';
import { z } from 'zod';
import type { ChatConversation, ConversationKey } from '../../core/chat';
import { BridgeError, reasonOf } from '../../core/errors';
import type { SealedMedia, UploadedFile } from '../../core/messages';
import type { FileStream } from '../../core/gateways';
import { steadyStream } from '../../core/steadyStream';
import { appendSegment, segmentLength, type AppendPorts } from '../media/appendSegment';
import { measureFile, tempFolder } from '../media/measureFile';
import { mediaTypeOf } from '../media/mediaType';
import { segmentsOf } from '../media/segments';
import { interrupted } from '../media/uploadMedia';
import { readAnswer } from '../api/readAnswer';
import { inPath, refuseErrors } from './chatApi';
import { cipherStream } from './cipherStream';
import { frameSize } from './frameSize';
import type { ChatWorkers } from './chatWorkers';
import { say } from '../../texts/text';

export interface ChatMediaOptions extends AppendPorts {
  account: string;
  workers: ChatWorkers;
  dataDir: string;
}

const finalized = z.object({ data: z.object({ success: z.boolean() }) });

const downloadTimeout = 30_000;

/** X Chat takes files of any kind and names no limit (X docs: X Chat media): that of X's largest media counts. Bytes. */
const largestFile = 512 * 1024 * 1024;

const begunUpload = z.object({
  data: z.object({ session_id: z.string(), media_hash_key: z.string().regex(/^[A-Za-z0-9]{1,50}$/) }),
});

/**
 * Encrypts a file as it comes from the host and gives it to X (X docs: X Chat media). Its encrypted form goes through
 * the disk once, since X wants to know its size first; the plain one never touches it.
 * @throws BridgeError `unsupported-file` when it is empty, or `file-too-large`, before anything is uploaded
 */
export async function uploadChatFile(
  file: FileStream,
  conversation: ChatConversation,
  key: ConversationKey,
  options: ChatMediaOptions,
): Promise<UploadedFile> {
  const { account, workers, dataDir } = options;
  const { head, stream } = await peek(file.stream);
  if (head.length === 0) throw new BridgeError('unsupported-file', say('file.empty', { name: file.name }));
  if ((file.size ?? 0) > largestFile) throw tooLarge(file.name);
  const type = mediaTypeOf(head);
  const counted = new Counted(stream, largestFile, () => tooLarge(file.name));
  const closed = cipherStream(counted.stream, { account, direction: 'encrypt', key }, workers);
  const measured = await measureFile({ ...file, size: undefined, stream: closed }, tempFolder(dataDir)).catch(
    (error: unknown) => {
      throw counted.fault ?? error;
    },
  );
  try {
    const missing = file.size !== undefined && counted.bytes !== file.size;
    if (missing) throw interrupted(file, `${counted.bytes} of ${file.size} bytes came`);
    const id = await upload(measured, conversation.id, options);
    const size = type ? await frameSize(head, type.mime, workers) : {};
    const { name } = file;
    const sealed = {
      keyVersion: conversation.keyVersion,
      width: 0,
      height: 0,
      ...size,
      bytes: counted.bytes,
      name,
    };
    return { id, kind: type?.category ?? 'file', sealed };
  } finally {
    measured.stream.destroy();
  }
}

async function upload(
  file: FileStream & { size: number },
  conversationId: string,
  ports: ChatMediaOptions,
): Promise<string> {
  const { client } = ports;
  const path = '/2/chat/media/upload/initialize';
  const about = { conversation_id: inPath(conversationId) };
  const begun = await client.call({
    method: 'POST',
    path,
    window: `POST ${path}`,
    body: { ...about, total_bytes: file.size },
  });
  const { session_id: id, media_hash_key: hashKey } = readAnswer(begunUpload, begun).data;
  const fields = { ...about, media_hash_key: hashKey };
  const session = `/2/chat/media/upload/${id}`;
  const target = { upload: session, window: 'POST /2/chat/media/upload/:id/append', fields };
  let index = 0;
  for await (const segment of segmentsOf(file.stream, segmentLength)) {
    await appendSegment({ ...target, index, bytes: segment }, ports);
    index += 1;
  }
  const answer = await client.call({
    method: 'POST',
    path: `${session}/finalize`,
    window: 'POST /2/chat/media/upload/:id/finalize',
    body: { ...fields, num_parts: String(index) },
  });
  refuseErrors(answer, 'the file');
  // X says by this whether the file is whole (OpenAPI: `success` is required).
  if (finalized.safeParse(answer).data?.data.success === false)
    throw new BridgeError('refused-by-x', 'X did not take the file', {
      agentMessage: say('chat.fileNotTaken'),
    });
  return hashKey;
}

/**
 * Opens a customer's file for reading: it is decrypted as it comes from X.
 * @throws BridgeError `media-unavailable`, retryable when X may have it later
 */
export async function openChatFile(
  { conversationId, hashKey }: SealedMedia,
  key: ConversationKey,
  name: string,
  { account, client, workers, clock }: ChatMediaOptions,
): Promise<FileStream> {
  const sealed = await client
    .open({
      method: 'GET',
      path: `/2/chat/media/${inPath(conversationId)}/${hashKey}`,
      window: 'GET /2/chat/media/:id/:media_hash_key',
      headers: { 'accept-encoding': 'identity' },
      timeout: downloadTimeout,
    })
    .catch((error: unknown) => {
      throw unavailable(
        `cannot be had (${reasonOf(error)})`,
        error instanceof BridgeError && error.retryable,
      );
    });
  const opened = cipherStream(
    steadyStream(sealed.stream, clock),
    { account, direction: 'decrypt', key },
    workers,
  );
  const { head, stream } = await peek(opened).catch(() => {
    throw unavailable('could not be decrypted', true);
  });
  return { name, type: mediaTypeOf(head)?.mime ?? 'application/octet-stream', size: undefined, stream };
}

function tooLarge(name: string): BridgeError {
  const megabytes = largestFile / (1024 * 1024);
  return new BridgeError('file-too-large', say('chat.fileTooLarge', { name, megabytes }));
}

function unavailable(what: string, retryable: boolean): BridgeError {
  return new BridgeError('media-unavailable', `an encrypted file on X ${what}`, { retryable });
}

/** The first piece of a stream, and the whole of it again. */
async function peek(stream: Readable): Promise<{ head: Buffer; stream: Readable }> {
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await pieces.next();
  const head = first.done ? Buffer.alloc(0) : first.value;
  const whole = Readable.from(again(head, pieces), { objectMode: false });
  whole.once('close', () => stream.destroy());
  return { head, stream: whole };
}

async function* again(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Counts what goes through, and breaks it off with a fault where it becomes too much. */
class Counted {
  bytes = 0;
  fault: BridgeError | undefined;
  readonly stream: Readable;

  constructor(source: Readable, limit: number, refuse: () => BridgeError) {
    this.stream = Readable.from(this.count(source, limit, refuse), { objectMode: false });
    this.stream.once('close', () => source.destroy());
  }

  private async *count(source: Readable, limit: number, refuse: () => BridgeError): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      this.bytes += chunk.length;
      if (this.bytes > limit) throw (this.fault = refuse());
      yield chunk;
    }
  }
}
