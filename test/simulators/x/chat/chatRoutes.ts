import { Router, type Request, type Response } from 'express';
import { answer, operation, type ApiContext } from '../answers';
import { addMedia } from './chatMedia';
import { inConversation, refuse, route } from './inConversation';
import {
  ChatRefusal,
  type ChatConversation,
  type ChatEvent,
  type ChatWorld,
  type PostedKeys,
} from './chatWorld';

const paths = {
  publicKeys: '/2/users/{id}/public_keys',
  conversations: '/2/chat/conversations',
  conversation: '/2/chat/conversations/{id}',
  events: '/2/chat/conversations/{id}/events',
  keys: '/2/chat/conversations/{id}/keys',
  messages: '/2/chat/conversations/{id}/messages',
  deletion: '/2/chat/conversations/{id}/messages/delete',
  read: '/2/chat/conversations/{id}/read',
  typing: '/2/chat/conversations/{id}/typing',
};

/** X's API of encrypted chat. */
export function chatRoutes(
  context: ApiContext,
  chat: ChatWorld,
  backupOf: (userId: string) => object,
): Router {
  const router = Router();
  addPublicKeys(router, context, chat, backupOf);
  addConversations(router, context, chat);
  addMessages(router, context, chat);
  addMedia(router, context, chat);
  return router;
}

function addPublicKeys(
  router: Router,
  context: ApiContext,
  chat: ChatWorld,
  backupOf: (userId: string) => object,
): void {
  router.get(
    route(paths.publicKeys),
    operation(context, paths.publicKeys, (request, response, user) => {
      const id = String(request.params['id']);
      const fields = request.query['public_key.fields'];
      const asked = (typeof fields === 'string' ? fields : 'public_key_version').split(',');
      const registered = chat.registry.get(id) ?? [];
      const data = [...registered].reverse().map((key) => {
        const whole = {
          public_key_version: key.version,
          public_key: key.publicKey,
          signing_public_key: key.signingPublicKey,
          identity_public_key_signature: key.signature,
          // Nobody gets the way to somebody else's backup.
          // The way to the backup is for one version of the keys.
          ...(id === user.id ? { juicebox_config: key === registered.at(-1) ? backupOf(id) : {} } : {}),
        };
        return Object.fromEntries(Object.entries(whole).filter(([name]) => asked.includes(name)));
      });
      answer(request, response, paths.publicKeys, 200, data.length > 0 ? { data } : {});
    }),
  );
  router.post(
    route(paths.publicKeys),
    operation(context, paths.publicKeys, async (request, response, user) => {
      const { public_key: key } = request.body as { public_key: Record<string, string> };
      if (request.params['id'] !== user.id) {
        refuse(response, 403, 'keys can only be registered for the own user');
        return;
      }
      await attempt(response, async () => {
        const version = await chat.register(user.id, {
          publicKey: key['public_key'] ?? '',
          signingPublicKey: key['signing_public_key'] ?? '',
          signature: key['identity_public_key_signature'] ?? '',
        });
        answer(request, response, paths.publicKeys, 200, {
          data: {
            ...(chat.hidesVersions ? {} : { public_key_version: version }),
            juicebox_config: backupOf(user.id),
          },
        });
      });
    }),
  );
}

function addConversations(router: Router, context: ApiContext, chat: ChatWorld): void {
  router.get(
    paths.conversations,
    operation(context, paths.conversations, (request, response, user) => {
      const own = [...chat.conversations.values()]
        .filter(({ memberIds, events }) => memberIds.includes(user.id) && events.length > 0)
        .sort((one, other) => other.updatedAt - one.updatedAt);
      const { items, next } = pageOf(own, request, context.maxPageSize);
      const data = items.map(({ id, updatedAt }) => ({
        id: id.replace(':', '-'),
        type: id.startsWith('g') ? 'group' : 'direct',
        updated_at: new Date(updatedAt).toISOString(),
      }));
      const meta = {
        result_count: data.length,
        has_message_requests: chat.hasRequests,
        ...(next === undefined ? {} : { next_token: next }),
      };
      answer(request, response, paths.conversations, 200, { ...(data.length > 0 ? { data } : {}), meta });
    }),
  );
  router.get(
    route(paths.conversation),
    inConversation(context, chat, paths.conversation, (request, response, conversation) => {
      const { id, memberIds, adminIds, name, ttlMs, updatedAt } = conversation;
      const expansions = textOf(request.query['expansions']).split(',');
      const fields = textOf(request.query['chat_conversation.fields']).split(',');
      answer(request, response, paths.conversation, 200, {
        data: {
          id: id.replace(':', '-'),
          type: id.startsWith('g') ? 'group' : 'direct',
          updated_at: new Date(updatedAt).toISOString(),
          ...(name !== undefined && fields.includes('group_name') ? { group_name: name } : {}),
          ...(ttlMs !== undefined && fields.includes('message_ttl_ms') ? { message_ttl_ms: ttlMs } : {}),
          ...(expansions.includes('member_ids') ? { member_ids: memberIds } : {}),
          ...(expansions.includes('admin_ids') ? { admin_ids: adminIds } : {}),
        },
      });
    }),
  );
  router.get(
    route(paths.events),
    inConversation(context, chat, paths.events, (request, response, conversation) => {
      const { items, next } = pageOf([...conversation.events].reverse(), request, context.maxPageSize);
      const data = items.map((event) => eventItem(event, conversation));
      const more = next === undefined ? { has_more: false } : { has_more: true, next_token: next };
      answer(request, response, paths.events, 200, {
        ...(data.length > 0 ? { data } : {}),
        meta: {
          result_count: data.length,
          ...more,
          ...(chat.keysBeside && conversation.keyChanges.length > 0
            ? { conversation_key_events: conversation.keyChanges }
            : {}),
        },
      });
    }),
  );
}

function addMessages(router: Router, context: ApiContext, chat: ChatWorld): void {
  router.post(
    route(paths.keys),
    inConversation(context, chat, paths.keys, (request, response, conversation, user) =>
      attempt(response, async () => {
        const body = request.body as {
          conversation_key_version: string;
          conversation_participant_keys: Record<string, string>[];
          action_signatures?: PostedAction[];
        };
        const event = await chat.addKeys(conversation, user.id, {
          version: body.conversation_key_version,
          participants: body.conversation_participant_keys.map((each) => ({
            userId: each['user_id'] ?? '',
            sealedKey: each['encrypted_conversation_key'] ?? '',
            publicKeyVersion: each['public_key_version'] ?? '',
          })),
          action: actionIn(body.action_signatures),
        });
        answer(request, response, paths.keys, 200, {
          data: { conversation_id: conversation.id, sequence_id: event.sequenceId },
        });
      }),
    ),
  );
  router.post(
    route(paths.messages),
    inConversation(context, chat, paths.messages, (request, response, conversation, user) =>
      attempt(response, async () => {
        const body = request.body as Record<string, string>;
        const recipient = conversation.memberIds.find((id) => id !== user.id);
        const refuses = context.world.users.get(recipient ?? '')?.refuses;
        if (refuses) throw new ChatRefusal(refuses.message);
        const event = await chat.post(conversation, user.id, {
          messageId: body['message_id'] ?? '',
          content: Buffer.from(body['encoded_message_create_event'] ?? '', 'base64'),
          signature: Buffer.from(body['encoded_message_event_signature'] ?? '', 'base64'),
        });
        answer(request, response, paths.messages, 201, { data: { encoded_message_event: event.encoded } });
      }),
    ),
  );
  router.post(
    route(paths.deletion),
    inConversation(context, chat, paths.deletion, (request, response, conversation, user) =>
      attempt(response, async () => {
        const body = request.body as {
          sequence_ids: string[];
          delete_message_action: string;
          action_signatures: PostedAction[];
        };
        if (body.delete_message_action !== 'delete_for_all')
          throw new ChatRefusal('only what everybody loses is simulated');
        const action = actionIn(body.action_signatures);
        await chat.deleteForAll(conversation, user.id, body.sequence_ids, action);
        answer(request, response, paths.deletion, 200, { data: { deleted: true } });
      }),
    ),
  );
  router.post(
    route(paths.read),
    inConversation(context, chat, paths.read, (request, response, conversation, user) => {
      const body = request.body as { seen_until_sequence_id: string };
      conversation.readUpTo.set(user.id, body.seen_until_sequence_id);
      answer(request, response, paths.read, 200, { data: { success: true } });
    }),
  );
  router.post(
    route(paths.typing),
    inConversation(context, chat, paths.typing, (request, response, conversation, user) => {
      conversation.typedBy.push(user.id);
      answer(request, response, paths.typing, 200, { data: { success: true } });
    }),
  );
}

interface PostedAction {
  message_id: string;
  encoded_message_event_detail: string;
  message_event_signature: Record<string, string>;
}

function actionIn([action]: PostedAction[] = []): PostedKeys['action'] {
  if (!action) throw new ChatRefusal('action_signatures are missing');
  const signature = action.message_event_signature;
  return {
    messageId: action.message_id,
    detail: Buffer.from(action.encoded_message_event_detail, 'base64'),
    signature: signature['signature'] ?? '',
    signatureVersion: signature['signature_version'] ?? '',
    publicKeyVersion: signature['public_key_version'] ?? '',
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

async function attempt(response: Response, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ChatRefusal)) throw error;
    refuse(response, 400, error.message);
  }
}

/** X writes the two users of a conversation in either order (X docs: xchat-xdk, event payloads). */
export function otherSpelling(id: string): string {
  return id.split(':').reverse().join('-');
}

/** An event as X hands it out. */
function eventItem(event: ChatEvent, { token, id }: ChatConversation): object {
  return {
    id: event.id,
    sender_id: event.senderId,
    conversation_id: otherSpelling(id),
    conversation_token: token,
    created_at: new Date(event.at).toISOString(),
    encoded_event: event.encoded,
  };
}

function pageOf<T>(all: T[], request: Request, longest: number): { items: T[]; next: string | undefined } {
  const from = Number(request.query['pagination_token'] ?? 0);
  const size = Math.min(Number(request.query['max_results'] ?? 10), longest);
  const next = from + size < all.length ? String(from + size) : undefined;
  return { items: all.slice(from, from + size), next };
}
