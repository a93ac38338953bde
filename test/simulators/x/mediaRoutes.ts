import busboy from 'busboy';
import { Router, type Request, type Response } from 'express';
import { answer, operation, problem, type ApiContext } from './answers';
import type { SimMedia } from './world';

const paths = {
  initialize: '/2/media/upload/initialize',
  append: '/2/media/upload/{id}/append',
  finalize: '/2/media/upload/{id}/finalize',
  status: '/2/media/upload',
  metadata: '/2/media/metadata',
};

const megabyte = 1024 * 1024;
const segmentLimit = 5 * megabyte;
const categories: Record<string, { types: string[]; limit: number }> = {
  dm_image: { types: ['image/png', 'image/jpeg', 'image/webp'], limit: 5 * megabyte },
  dm_gif: { types: ['image/gif'], limit: 15 * megabyte },
  dm_video: { types: ['video/mp4', 'video/quicktime'], limit: 512 * megabyte },
  tweet_image: { types: ['image/png', 'image/jpeg', 'image/webp'], limit: 5 * megabyte },
  tweet_gif: { types: ['image/gif'], limit: 15 * megabyte },
  tweet_video: { types: ['video/mp4', 'video/quicktime'], limit: 512 * megabyte },
};

interface Upload {
  id: string;
  mime: string;
  category: string;
  total: number;
  segments: Map<number, { bytes: number; content: Buffer | undefined }>;
  statusCalls: number;
  done?: SimMedia;
}

export interface MediaOptions {
  /** How many status calls a video takes; 0 for none. */
  processingSteps: number;
  /** Why X cannot process videos, when it cannot. */
  processingError?: string;
  /** Whether uploaded bytes are kept; large files are only counted. */
  keepBytes: boolean;
}

/** X's chunked upload, with its rules on sizes, types and segments. */
export function mediaRoutes(context: ApiContext, options: MediaOptions): Router {
  const router = Router();
  const uploads = new Map<string, Upload>();
  router.post(
    paths.initialize,
    operation(context, paths.initialize, (request, response) =>
      initialize(context, uploads, request, response),
    ),
  );
  router.post(
    '/2/media/upload/:id/append',
    operation(context, paths.append, (request, response) =>
      append(context, uploads, options, request, response),
    ),
  );
  router.post(
    '/2/media/upload/:id/finalize',
    operation(context, paths.finalize, (request, response) =>
      finalize(context, uploads, options, request, response),
    ),
  );
  router.get(
    paths.status,
    operation(context, paths.status, (request, response) => {
      const upload = uploads.get(request.query['media_id'] as string);
      if (!upload?.done) {
        refuse(response, 'the media id is not known, or not finalized');
        return;
      }
      upload.statusCalls += 1;
      answer(request, response, paths.status, 200, {
        data: { id: upload.id, processing_info: processing(upload, options) },
      });
    }),
  );
  router.post(
    paths.metadata,
    operation(context, paths.metadata, (request, response) => {
      const body = request.body as { id: string; metadata?: { alt_text?: { text: string } } };
      const media = context.world.media.get(body.id);
      const text = body.metadata?.alt_text?.text ?? '';
      if (!media || text === '' || text.length > 1000 || media.mime === 'video/mp4') {
        refuse(response, 'the media id is not known, or takes no such text');
        return;
      }
      media.altText = text;
      answer(request, response, paths.metadata, 200, { data: { id: body.id } });
    }),
  );
  return router;
}

function initialize(
  { world }: ApiContext,
  uploads: Map<string, Upload>,
  request: Request,
  response: Response,
): void {
  const body = request.body as { media_type?: string; media_category?: string; total_bytes?: number };
  const { media_type: mime = '', media_category: category = '', total_bytes: total = 0 } = body;
  const rule = categories[category];
  if (!rule?.types.includes(mime)) refuse(response, `media type ${mime} does not fit category ${category}`);
  else if (total <= 0) refuse(response, 'total_bytes must be positive');
  else if (total > rule.limit) refuse(response, `file size exceeds ${rule.limit} bytes`);
  else {
    const id = world.newId();
    uploads.set(id, { id, mime, category, total, segments: new Map(), statusCalls: 0 });
    answer(request, response, paths.initialize, 200, {
      data: { id, media_key: `3_${id}`, expires_after_secs: 86_400 },
    });
  }
}

async function append(
  { emulator }: ApiContext,
  uploads: Map<string, Upload>,
  options: MediaOptions,
  request: Request,
  response: Response,
): Promise<void> {
  const asJson = request.is('application/json') !== false;
  if (emulator && !asJson) {
    request.resume();
    refuse(response, 'The body must be JSON with media and segment_index.');
    return;
  }
  const { fields, bytes, content } = asJson
    ? readJsonSegment(request)
    : await readMultipart(request, options.keepBytes);
  const upload = uploads.get(String(request.params['id']));
  const index = Number(fields.get('segment_index') ?? NaN);
  if (!upload || upload.done) refuse(response, 'the media id is not known, or finalized already');
  else if (!Number.isInteger(index) || index < 0 || index > 999)
    refuse(response, 'segment_index must be 0 to 999');
  else if (bytes === 0 || bytes > segmentLimit) refuse(response, `a segment has 1 to ${segmentLimit} bytes`);
  else {
    upload.segments.set(index, { bytes, content });
    answer(request, response, paths.append, 200, {
      data: { expires_at: Math.floor(Date.now() / 1000) + 86_400 },
    });
  }
}

function finalize(
  { world }: ApiContext,
  uploads: Map<string, Upload>,
  options: MediaOptions,
  request: Request,
  response: Response,
): void {
  const upload = uploads.get(String(request.params['id']));
  const segments = upload ? [...upload.segments].sort(([one], [other]) => one - other) : [];
  const bytes = segments.reduce((sum, [, segment]) => sum + segment.bytes, 0);
  if (!upload) refuse(response, 'the media id is not known');
  else if (segments.some(([index], position) => index !== position)) refuse(response, 'a segment is missing');
  else if (bytes !== upload.total) refuse(response, `${bytes} bytes came, ${upload.total} were announced`);
  else {
    const content = options.keepBytes
      ? Buffer.concat(segments.map(([, segment]) => segment.content ?? Buffer.alloc(0)))
      : undefined;
    upload.done = {
      ...world.newMedia(upload.mime, content, bytes, upload.id),
      category: upload.category,
      expiresAt: world.now() + 86_400_000,
    };
    const broken = upload.mime === 'video/mp4' && options.processingError !== undefined;
    const slow = broken || (upload.mime === 'video/mp4' && options.processingSteps > 0);
    if (!broken) world.media.set(upload.id, upload.done);
    const info = slow ? { processing_info: { state: 'pending', check_after_secs: 1 } } : {};
    answer(request, response, paths.finalize, 200, { data: { id: upload.id, size: bytes, ...info } });
  }
}

function processing(upload: Upload, { processingSteps, processingError }: MediaOptions): object {
  if (upload.statusCalls < processingSteps)
    return {
      state: 'in_progress',
      check_after_secs: 1,
      progress_percent: Math.floor((100 * upload.statusCalls) / processingSteps),
    };
  if (processingError !== undefined)
    return { state: 'failed', error: { code: 1, name: 'InvalidMedia', message: processingError } };
  return { state: 'succeeded', progress_percent: 100 };
}

function refuse(response: Response, detail: string): void {
  problem(response, 400, 'https://api.x.com/2/problems/invalid-request', 'Invalid Request', detail);
}

interface Multipart {
  fields: Map<string, string>;
  bytes: number;
  content: Buffer | undefined;
}

/** The other form of a segment: base64 in JSON. */
function readJsonSegment({ body }: Request): Multipart {
  const { media = '', segment_index: index } = body as { media?: string; segment_index?: number };
  const content = Buffer.from(media, 'base64');
  return { fields: new Map([['segment_index', String(index)]]), bytes: content.length, content };
}

function readMultipart(request: Request, keep: boolean): Promise<Multipart> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const reader = busboy({ headers: request.headers });
    reader.on('field', (name, value) => fields.set(name, value));
    reader.on('file', (name, stream) => {
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (keep && name === 'media') chunks.push(chunk);
      });
    });
    reader.on('error', reject);
    reader.on('close', () => resolve({ fields, bytes, content: keep ? Buffer.concat(chunks) : undefined }));
    request.pipe(reader);
  });
}
