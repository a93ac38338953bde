import { Router, type Request } from 'express';
import { answer, oldError, operation, type ApiContext } from './answers';
import type { SimDirectMessage, SimUser } from './world';

const paths = {
  me: '/2/users/me',
  byName: '/2/users/by/username/{username}',
  byId: '/2/users/{id}',
  send: '/2/dm_conversations/with/{participant_id}/messages',
  events: '/2/dm_conversations/with/{participant_id}/dm_events',
};

/** X's users and Direct Messages. */
export function apiRoutes(context: ApiContext, onSent: (message: SimDirectMessage) => void): Router {
  const router = Router();
  addUsers(router, context);
  router.post(
    '/2/dm_conversations/with/:participant_id/messages',
    operation(context, paths.send, (request, response, user) => {
      const recipient = context.world.users.get(String(request.params['participant_id']));
      const { text = '', attachments = [] } = request.body as {
        text?: string;
        attachments?: { media_id: string }[];
      };
      const refusal = refuseMessage(context, recipient, text, attachments);
      if (refusal || !recipient) {
        const { status, code, message } = refusal ?? { status: 404, code: 34, message: 'Not found' };
        oldError(response, status, code, message);
        return;
      }
      const media = context.world.media.get(attachments[0]?.media_id ?? '');
      const message = context.world.addMessage(user.id, recipient.id, text, media);
      onSent(message);
      answer(request, response, paths.send, 201, {
        data: { dm_conversation_id: conversationId(user.id, recipient.id), dm_event_id: message.id },
      });
    }),
  );
  router.get(
    '/2/dm_conversations/with/:participant_id/dm_events',
    operation(context, paths.events, (request, response, user) => {
      const other = String(request.params['participant_id']);
      const data = context.world
        .between(user.id, other)
        .reverse()
        .slice(0, 100)
        .map((message) => dmEvent(message, request));
      answer(request, response, paths.events, 200, {
        ...(data.length > 0 ? { data } : {}),
        meta: { result_count: data.length },
      });
    }),
  );
  return router;
}

function addUsers(router: Router, context: ApiContext): void {
  router.get(
    '/2/users/me',
    operation(context, paths.me, (request, response, user) => {
      answer(request, response, paths.me, 200, { data: publicUser(user) });
    }),
  );
  router.get(
    '/2/users/by/username/:username',
    operation(context, paths.byName, (request, response) => {
      const username = String(request.params['username']);
      const user = context.world.userByName(username);
      answer(
        request,
        response,
        paths.byName,
        200,
        user ? { data: publicUser(user) } : notFound('username', username),
      );
    }),
  );
  router.get(
    '/2/users/:id',
    operation(context, paths.byId, (request, response) => {
      const id = String(request.params['id']);
      const user = context.world.users.get(id);
      answer(request, response, paths.byId, 200, user ? { data: publicUser(user) } : notFound('id', id));
    }),
  );
}

const publicUser = ({ id, username, name }: SimUser) => ({ id, username, name });

function notFound(parameter: string, value: string): object {
  return {
    errors: [
      {
        type: 'https://api.x.com/2/problems/resource-not-found',
        title: 'Not Found Error',
        detail: `Could not find user with ${parameter}: [${value}].`,
        resource_type: 'user',
        parameter,
        value,
      },
    ],
  };
}

interface Refusal {
  status: number;
  code: number;
  message: string;
}

function refuseMessage(
  { world }: ApiContext,
  recipient: SimUser | undefined,
  text: string,
  attachments: { media_id: string }[],
): Refusal | undefined {
  if (!recipient) return { status: 404, code: 34, message: 'Sorry, that page does not exist.' };
  if (recipient.refuses) return recipient.refuses;
  if (Array.from(text).length > 10_000)
    return {
      status: 400,
      code: 354,
      message: 'The text of your direct message is over the max character limit.',
    };
  if (attachments.length > 1)
    return { status: 400, code: 386, message: 'Too many attachment types were included.' };
  if (attachments[0] && !world.media.has(attachments[0].media_id))
    return { status: 400, code: 324, message: 'The validation of media ids failed.' };
  return undefined;
}

/** An event with no more than what was asked for, as X does. */
function dmEvent(message: SimDirectMessage, request: Request): object {
  const asked = (name: string) => {
    const list = request.query[name];
    return typeof list === 'string' ? list.split(',') : [];
  };
  const fields = ['id', 'event_type', 'text', ...asked('dm_event.fields')];
  if (asked('expansions').includes('sender_id')) fields.push('sender_id');
  return Object.fromEntries(Object.entries(wholeEvent(message)).filter(([name]) => fields.includes(name)));
}

function wholeEvent(message: SimDirectMessage): object {
  return {
    id: message.id,
    event_type: 'MessageCreate',
    text: message.text,
    sender_id: message.senderId,
    created_at: new Date(message.at).toISOString(),
    dm_conversation_id: conversationId(message.senderId, message.recipientId),
    ...(message.media ? { attachments: { media_keys: [message.media.key] } } : {}),
    ...(message.links.length > 0
      ? {
          entities: {
            urls: message.links.map(({ url, expanded }) => ({
              start: 0,
              end: 0,
              url,
              expanded_url: expanded,
            })),
          },
        }
      : {}),
  };
}

/** The two ids with a hyphen, the smaller number first. */
function conversationId(one: string, other: string): string {
  return BigInt(one) < BigInt(other) ? `${one}-${other}` : `${other}-${one}`;
}
