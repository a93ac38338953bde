import busboy from 'busboy';
import { randomUUID } from 'node:crypto';
import type { Request, Router } from 'express';
import { answer, operation, type ApiContext } from '../answers';
import type { ChatWorld } from './chatWorld';
import { inConversation, refuse, route } from './inConversation';

const paths = {
  initialize: '/2/chat/media/upload/initialize',
  append: '/2/chat/media/upload/{id}/append',
  finalize: '/2/chat/media/upload/{id}/finalize',
  download: '/2/chat/media/{id}/{media_hash_key}',
};

interface Session {
  conversationId: string;
  hashKey: string;
  total: number;
  segments: Map<number, Buffer>;
}

/** X's storage of encrypted files. */
export function addMedia(router: Router, context: ApiContext, chat: ChatWorld): void {
  const sessions = new Map<string, Session>();
  router.post(
    paths.initialize,
    operation(context, paths.initialize, (request, response, user) => {
      const body = request.body as { conversation_id: string; total_bytes: number };
      const conversation = chat.find(body.conversation_id, user.id);
      if (!conversation || body.total_bytes <= 0) {
        refuse(response, 400, 'the conversation is not known, or total_bytes is not positive');
        return;
      }
      const id = context.world.newId();
      const hashKey = randomUUID().replaceAll('-', '');
      sessions.set(id, {
        conversationId: conversation.id,
        hashKey,
        total: body.total_bytes,
        segments: new Map(),
      });
      answer(request, response, paths.initialize, 200, {
        data: { session_id: id, media_hash_key: hashKey, conversation_id: conversation.id },
      });
    }),
  );
  router.post(
    route(paths.append),
    operation(context, paths.append, async (request, response) => {
      const { fields, content } = await readForm(request);
      const session = sessions.get(String(request.params['id']));
      const index = Number(fields.get('segment_index') ?? NaN);
      if (session?.hashKey !== fields.get('media_hash_key') || !session || !fields.has('conversation_id')) {
        refuse(response, 400, 'the upload session is not known');
        return;
      }
      if (!Number.isInteger(index) || index < 0 || index > 999 || content.length === 0) {
        refuse(response, 400, 'a segment needs a number from 0 to 999, and bytes');
        return;
      }
      session.segments.set(index, content);
      answer(request, response, paths.append, 200, {
        data: { expires_at: Math.floor(context.world.now() / 1000) + 3_600 },
      });
    }),
  );
  router.post(
    route(paths.finalize),
    operation(context, paths.finalize, (request, response) => {
      const body = request.body as { media_hash_key: string; num_parts: string };
      const session = sessions.get(String(request.params['id']));
      const parts = [...(session?.segments ?? [])].sort(([one], [other]) => one - other);
      const content = Buffer.concat(parts.map(([, segment]) => segment));
      const whole =
        parts.every(([index], place) => index === place) && String(parts.length) === body.num_parts;
      if (!session || !whole || content.length !== session.total) {
        refuse(response, 400, 'a segment is missing, or the size is not as announced');
        return;
      }
      const { conversationId, hashKey } = session;
      chat.files.set(hashKey, { conversationId, hashKey, content });
      answer(request, response, paths.finalize, 200, { data: { success: true } });
    }),
  );
  router.get(
    route(paths.download),
    inConversation(context, chat, paths.download, (request, response, conversation) => {
      const file = chat.files.get(String(request.params['media_hash_key']));
      if (file?.conversationId !== conversation.id) {
        refuse(response, 404, 'there is no such file');
        return;
      }
      response.type('application/octet-stream').send(file.content);
    }),
  );
}

function readForm(request: Request): Promise<{ fields: Map<string, string>; content: Buffer }> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    const chunks: Buffer[] = [];
    const reader = busboy({ headers: request.headers });
    reader.on('field', (name, value) => fields.set(name, value));
    reader.on('file', (_name, stream) => stream.on('data', (chunk: Buffer) => chunks.push(chunk)));
    reader.on('error', reject);
    reader.on('close', () => resolve({ fields, content: Buffer.concat(chunks) }));
    request.pipe(reader);
  });
}
