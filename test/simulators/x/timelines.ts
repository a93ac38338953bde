import { Router, type Request, type Response } from 'express';
import { answer, operation, refuse, type ApiContext } from './answers';
import { dmEvent } from './dmEvents';
import { ownPosts } from './postRoutes';
import { v2Includes, v2Media, v2Post } from './postShapes';
import { askedFields, v2User } from './users';
import type { SimDirectMessage, SimMedia, SimPost, SimUser } from './world';

const paths = {
  events: '/2/dm_events',
  mentions: '/2/users/{id}/mentions',
  own: '/2/users/{id}/tweets',
  quotes: '/2/tweets/{id}/quote_tweets',
};

/** Direct Messages can be read back this far. Milliseconds. */
const messageReach = 30 * 24 * 60 * 60_000;

/** What can be read back, newest first and page by page. */
export function timelineRoutes(context: ApiContext, mediaUrl: (media: SimMedia) => string): Router {
  const { maxPageSize: longest } = context;
  const router = Router();
  const { world } = context;
  router.get(
    '/2/dm_events',
    operation(context, paths.events, (request, response, user) => {
      const groups = world.groups.filter(({ memberIds }) => memberIds.includes(user.id)).map(({ id }) => id);
      const all = world.messages.filter(
        ({ senderId, recipientId, groupId, at, shownAt = 0 }) =>
          shownAt <= world.now() &&
          at > world.now() - messageReach &&
          (groupId === undefined ? [senderId, recipientId].includes(user.id) : groups.includes(groupId)),
      );
      const page = pageOf(all, request, response, { usual: 100, longest });
      if (!page) return;
      const { items, meta } = page;
      answer(request, response, paths.events, 200, {
        ...(items.length > 0 ? { data: items.map((each) => dmEvent(each, request)) } : {}),
        ...includesOf(items, request, (id) => world.users.get(id), mediaUrl),
        meta,
      });
    }),
  );
  const postPage = (path: string, find: (request: Request) => SimPost[]) =>
    operation(context, path, (request, response) => {
      const page = pageOf(find(request), request, response, { usual: 10, longest });
      if (!page) return;
      const { items, meta } = page;
      if (path === paths.mentions) context.mentionsRead.push(items.length);
      answer(request, response, path, 200, {
        ...(items.length > 0 ? { data: items.map((each) => shownPost(each, context, request)) } : {}),
        ...(asked(request, 'expansions').length > 0 && items.length > 0
          ? { includes: v2Includes(items, world, 'post', mediaUrl, askedFields(request)) }
          : {}),
        meta:
          path === paths.mentions && items.length > 0
            ? { ...meta, newest_id: items[0]?.id, oldest_id: items.at(-1)?.id }
            : meta,
      });
    });
  router.get(
    '/2/users/:id/mentions',
    postPage(paths.mentions, (request) => mentionsOf(context, request)),
  );
  router.get(
    '/2/tweets/:id/quote_tweets',
    postPage(paths.quotes, ({ params }) =>
      world.posts.filter(({ quotes, deleted }) => quotes?.id === params['id'] && !deleted),
    ),
  );
  router.get(
    '/2/users/:id/tweets',
    operation(context, paths.own, (request, response) => {
      const page = pageOf(ownPosts(context, request), request, response, { usual: 10, longest });
      if (!page) return;
      const { items, meta } = page;
      answer(request, response, paths.own, 200, {
        ...(items.length > 0 ? { data: items.map((each) => shownPost(each, context, request)) } : {}),
        meta,
      });
    }),
  );
  return router;
}

function mentionsOf({ world }: ApiContext, request: Request): SimPost[] {
  const id = String(request.params['id']);
  const { since_id: sinceId, start_time: start } = request.query;
  return world.posts.filter(
    (post) =>
      !post.deleted &&
      (post.shownAt ?? 0) <= world.now() &&
      world.mentionedIn(post).some((user) => user.id === id) &&
      (typeof sinceId !== 'string' || BigInt(post.id) > BigInt(sinceId)) &&
      (typeof start !== 'string' || post.at >= Date.parse(start)),
  );
}

/** X shows who wrote a post, and what it refers to, only where the expansion is asked for. */
function shownPost(post: SimPost, { world }: ApiContext, request: Request): object {
  const expansions = asked(request, 'expansions');
  const fields = ['id', 'text', ...asked(request, 'post.fields')];
  for (const name of ['author_id', 'in_reply_to_user_id', 'referenced_posts', 'edit_history_post_ids'])
    if (expansions.includes(name)) fields.push(name);
  const whole = Object.entries(v2Post(post, world, 'post'));
  return Object.fromEntries(whole.filter(([name]) => fields.includes(name)));
}

function includesOf(
  messages: SimDirectMessage[],
  request: Request,
  userOf: (id: string) => SimUser | undefined,
  mediaUrl: (media: SimMedia) => string,
): object {
  const expansions = asked(request, 'expansions');
  const senders = expansions.includes('sender_id')
    ? [...new Set(messages.map(({ senderId }) => senderId))]
    : [];
  const users = senders.flatMap((id) => userOf(id) ?? []).map((user) => v2User(user, askedFields(request)));
  const files = expansions.includes('attachments.media_keys')
    ? messages.flatMap(({ media }) => media ?? [])
    : [];
  const media = files.map((each) => v2Media(each, mediaUrl));
  if (users.length + media.length === 0) return {};
  return { includes: { ...(users.length > 0 ? { users } : {}), ...(media.length > 0 ? { media } : {}) } };
}

const asked = (request: Request, name: string): string[] => {
  const list = request.query[name];
  return typeof list === 'string' ? list.split(',') : [];
};

/** A page, newest first. Tokens say after which id to go on, so that what is new does not shift the pages. */
export function pageOf<T extends { id: string }>(
  all: T[],
  request: Request,
  response: Response,
  { usual, longest }: { usual: number; longest: number },
) {
  const size = Math.min(longest, Number(request.query['max_results'] ?? usual));
  const token = request.query['pagination_token'];
  const before = typeof token === 'string' ? /^after-(\d{15,19})$/.exec(token)?.[1] : '';
  if (before === undefined) {
    refuse(response, 'Invalid Request', 'pagination_token is not known.');
    return undefined;
  }
  const newestFirst = [...all].sort((one, other) => (BigInt(other.id) > BigInt(one.id) ? 1 : -1));
  const rest = before === '' ? newestFirst : newestFirst.filter(({ id }) => BigInt(id) < BigInt(before));
  const items = rest.slice(0, size);
  const last = items.at(-1);
  const meta = {
    result_count: items.length,
    ...(last && rest.length > size ? { next_token: `after-${last.id}` } : {}),
  };
  return { items, meta };
}
