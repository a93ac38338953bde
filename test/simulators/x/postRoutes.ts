import { Router, type Request, type Response } from 'express';
import { parseTweet } from 'twitter-text';
import { isUsable } from './apiRoutes';
import { answer, oldError, operation, problem, refuse, type ApiContext } from './answers';
import type { SimMedia, SimPost, SimUser } from './world';

const path = '/2/tweets';

export interface PostRules {
  /** Apps without a contract may answer only who mentions or quotes them. */
  needsSummons: boolean;
  /** Whether the app may add an address for private messages to a post. */
  takesDeepLink: boolean;
  /** Weighted characters. */
  longest: number;
}

interface NewPost {
  text?: string;
  reply?: { in_reply_to_tweet_id: string };
  media?: { media_ids: string[] };
  direct_message_deep_link?: string;
}

/** Publishing answers, with X's rules on length, summons, media and repetition. */
export function postRoutes(context: ApiContext, rules: PostRules, onPost: (post: SimPost) => void): Router {
  const router = Router();
  router.post(
    path,
    operation(context, path, (request, response, user) => {
      const body = request.body as NewPost;
      const inReplyTo = context.world.posts.find(({ id }) => id === body.reply?.in_reply_to_tweet_id);
      if (isRefused(body, inReplyTo, user, context, rules, response)) return;
      const media = (body.media?.media_ids ?? []).map((id) => context.world.media.get(id));
      const post = context.world.addPost(user.id, named(body.text ?? '', inReplyTo, context), {
        media: media.filter((each): each is SimMedia => each !== undefined),
        ...(inReplyTo ? { inReplyTo } : {}),
        ...(body.direct_message_deep_link ? { deepLink: body.direct_message_deep_link } : {}),
      });
      onPost(post);
      answer(request, response, path, 201, { data: { id: post.id, text: body.text ?? '' } });
    }),
  );
  return router;
}

/** X puts the name of who is answered in front. */
function named(text: string, inReplyTo: SimPost | undefined, { world }: ApiContext): string {
  const author = inReplyTo && world.users.get(inReplyTo.authorId);
  return author ? `@${author.username} ${text}`.trim() : text;
}

function isRefused(
  body: NewPost,
  inReplyTo: SimPost | undefined,
  user: SimUser,
  context: ApiContext,
  rules: PostRules,
  response: Response,
): boolean {
  const { world } = context;
  const { text = '', media, direct_message_deep_link: deepLink } = body;
  const files = (media?.media_ids ?? []).map((id) => world.media.get(id));
  if (text === '' && files.length === 0) refuse(response, 'Invalid Request', 'A post needs a text or media.');
  else if (parseTweet(text).weightedLength > rules.longest)
    oldError(response, 403, 186, 'Tweet needs to be a bit shorter.');
  else if (deepLink !== undefined && !rules.takesDeepLink)
    refuse(response, 'Invalid Request', 'direct_message_deep_link is not available to this client.');
  else if (body.reply && (!inReplyTo || inReplyTo.deleted))
    oldError(response, 403, 385, 'You attempted to reply to a Tweet that is deleted or not visible to you.');
  else if (rules.needsSummons && inReplyTo && !isSummons(inReplyTo, user, context))
    problem(
      response,
      403,
      'about:blank',
      'Forbidden',
      'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.',
    );
  else if (files.some((file) => !isUsable(file, 'tweet_', world.now())))
    oldError(response, 400, 324, 'The validation of media ids failed.');
  else if (files.length > 1 && files.some((file) => file?.category !== 'tweet_image'))
    oldError(response, 400, 324, 'Only images may go together in one post.');
  else if (isRepeated(text, inReplyTo, user, context)) oldError(response, 403, 187, 'Status is a duplicate.');
  else return false;
  return true;
}

const isSummons = (post: SimPost, user: SimUser, { world }: ApiContext) =>
  world.mentionedIn(post).some(({ id }) => id === user.id) || post.quotes?.authorId === user.id;

const isRepeated = (text: string, inReplyTo: SimPost | undefined, user: SimUser, context: ApiContext) =>
  text !== '' &&
  context.world.posts.some(
    (each) =>
      each.authorId === user.id &&
      !each.deleted &&
      each.inReplyTo === inReplyTo &&
      each.text === named(text, inReplyTo, context),
  );

/** The posts of a user since a time, for the timeline. */
export function ownPosts({ world }: ApiContext, request: Request): SimPost[] {
  const { start_time: start } = request.query;
  return world.posts.filter(
    ({ authorId, deleted, at }) =>
      authorId === request.params['id'] && !deleted && (typeof start !== 'string' || at >= Date.parse(start)),
  );
}
