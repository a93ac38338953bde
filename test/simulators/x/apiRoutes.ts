import { Router } from 'express';
import { answer, oldError, operation, type ApiContext } from './answers';
import { conversationId, dmEvent } from './dmEvents';
import { pageOf } from './timelines';
import { askedFields, v2User } from './users';
import type { SimDirectMessage, SimMedia, SimUser } from './world';

const paths = {
  me: '/2/users/me',
  byName: '/2/users/by/username/{username}',
  byId: '/2/users/{id}',
  send: '/2/dm_conversations/with/{participant_id}/messages',
  events: '/2/dm_conversations/with/{participant_id}/dm_events',
  sendToGroup: '/2/dm_conversations/{dm_conversation_id}/messages',
  groupEvents: '/2/dm_conversations/{id}/dm_events',
};

const eventPages = ({ maxPageSize: longest }: ApiContext) => ({ usual: 100, longest });

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
      const conversation = { dm_conversation_id: conversationId(user.id, recipient.id) };
      if (context.emulator)
        response.status(201).json({
          data: { id: message.id, ...conversation, event_type: 'MessageCreate', text: message.text },
        });
      else answer(request, response, paths.send, 201, { data: { ...conversation, dm_event_id: message.id } });
    }),
  );
  router.get(
    '/2/dm_conversations/with/:participant_id/dm_events',
    operation(context, paths.events, (request, response, user) => {
      const other = String(request.params['participant_id']);
      const page = pageOf(context.world.between(user.id, other), request, response, eventPages(context));
      if (!page) return;
      const data = page.items.map((message) => dmEvent(message, request));
      answer(request, response, paths.events, 200, { ...(data.length > 0 ? { data } : {}), meta: page.meta });
    }),
  );
  addGroups(router, context);
  return router;
}

function addGroups(router: Router, context: ApiContext): void {
  const groupOf = (id: unknown, user: SimUser) =>
    context.world.groups.find((group) => group.id === id && group.memberIds.includes(user.id));
  router.post(
    '/2/dm_conversations/:dm_conversation_id/messages',
    operation(context, paths.sendToGroup, (request, response, user) => {
      const group = groupOf(request.params['dm_conversation_id'], user);
      if (!group) {
        oldError(response, 403, 349, 'You cannot send messages to this conversation.');
        return;
      }
      const { text = '', attachments = [] } = request.body as {
        text?: string;
        attachments?: { media_id: string }[];
      };
      const media = context.world.media.get(attachments[0]?.media_id ?? '');
      const message = context.world.addGroupMessage(group, user.id, text, media);
      answer(request, response, paths.sendToGroup, 201, {
        data: { dm_conversation_id: group.id, dm_event_id: message.id },
      });
    }),
  );
  router.get(
    '/2/dm_conversations/:id/dm_events',
    operation(context, paths.groupEvents, (request, response, user) => {
      const group = groupOf(request.params['id'], user);
      const all = context.world.messages.filter(({ groupId }) => group !== undefined && groupId === group.id);
      const page = pageOf(all, request, response, eventPages(context));
      if (!page) return;
      const data = page.items.map((message) => dmEvent(message, request));
      answer(request, response, paths.groupEvents, 200, {
        ...(data.length > 0 ? { data } : {}),
        meta: page.meta,
      });
    }),
  );
}

function addUsers(router: Router, context: ApiContext): void {
  router.get(
    '/2/users/me',
    operation(context, paths.me, (request, response, user) => {
      answer(request, response, paths.me, 200, { data: v2User(user, askedFields(request)) });
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
        user ? { data: v2User(user, askedFields(request)) } : notFound('username', username),
      );
    }),
  );
  router.get(
    '/2/users/:id',
    operation(context, paths.byId, (request, response) => {
      const id = String(request.params['id']);
      const user = context.world.users.get(id);
      answer(
        request,
        response,
        paths.byId,
        200,
        user ? { data: v2User(user, askedFields(request)) } : notFound('id', id),
      );
    }),
  );
}

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

/** Whether an uploaded file may go along: uploaded for this use, and not too long ago. */
export function isUsable(media: SimMedia | undefined, use: 'dm_' | 'tweet_', now: number): boolean {
  return media?.category?.startsWith(use) === true && now < (media.expiresAt ?? 0);
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
  const media = attachments[0] && world.media.get(attachments[0].media_id);
  if (attachments[0] && !isUsable(media, 'dm_', world.now()))
    return { status: 400, code: 324, message: 'The validation of media ids failed.' };
  return undefined;
}
