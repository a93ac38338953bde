import type { ChatConversation, ChatEvent } from './chat/chatWorld';
import { envelopeOf } from './envelopes';
import { v1Post, v2Includes, v2Post } from './postShapes';
import type { SimDirectMessage, SimMedia, SimPost, World } from './world';

/** Something that happens on X. */
export type SimEvent =
  | { kind: 'message'; message: SimDirectMessage }
  | { kind: 'post' | 'post-deleted'; post: SimPost }
  | { kind: 'like'; userId: string; post: SimPost }
  | { kind: 'read' | 'typing'; userId: string; brandId: string; messageId?: string }
  /** A message of X Chat, closed to X as well. */
  | { kind: 'chat'; event: ChatEvent; conversation: ChatConversation }
  | { kind: 'handle'; userId: string; before: string; after: string }
  | { kind: 'revoked'; userId: string };

/** What X Activity makes of an event for one user: an event type, and what is delivered. */
export interface ActivityEvent {
  type: string;
  data: Record<string, unknown>;
}

export interface EventContext {
  world: World;
  mediaUrl: (media: SimMedia) => string;
}

/** The X Activity events of one user that something gives rise to. */
export function activityEvents(event: SimEvent, userId: string, context: EventContext): ActivityEvent[] {
  const make = (type: string, data: object): ActivityEvent => ({
    type,
    data: { event_uuid: context.world.newId(), event_type: type, filter: { user_id: userId }, ...data },
  });
  switch (event.kind) {
    case 'message': {
      if (!isBetween(event.message, userId)) return [];
      const { world, mediaUrl } = context;
      const { data } = envelopeOf('activity', world, userId, [event.message], mediaUrl) as {
        data: Record<string, unknown> & { event_type: string };
      };
      return [{ type: data.event_type, data }];
    }
    case 'post':
      return postTypes(event.post, userId, context.world).map((type) =>
        make(type, postData(event.post, context)),
      );
    case 'post-deleted':
      return event.post.authorId === userId
        ? [make('post.delete', { payload: { id: event.post.id, author_id: event.post.authorId } })]
        : [];
    case 'like':
      return event.post.authorId === userId
        ? [make('like.create', { payload: { id: 'like', liked_tweet_id: event.post.id } })]
        : [];
    case 'chat':
      return event.conversation.memberIds.includes(userId)
        ? [
            make(event.event.senderId === userId ? 'chat.sent' : 'chat.received', {
              payload: chatPayload(event),
            }),
          ]
        : [];
    case 'read':
    case 'typing':
      return event.brandId === userId
        ? [
            make(event.kind === 'read' ? 'dm.read' : 'dm.indicate_typing', {
              payload: markLists(event, context),
            }),
          ]
        : [];
    case 'handle': {
      const { before, after } = event;
      return event.userId === userId ? [make('profile.update.handle', { payload: { before, after } })] : [];
    }
    case 'revoked':
      return event.userId === userId ? [make('oauth.revoke', { payload: { user_id: userId } })] : [];
  }
}

/** What Account Activity delivers of it to one user; undefined for nothing. */
export function accountActivity(event: SimEvent, userId: string, context: EventContext): object | undefined {
  const { world, mediaUrl } = context;
  switch (event.kind) {
    case 'message':
      return isBetween(event.message, userId)
        ? envelopeOf('account-activity', world, userId, [event.message], mediaUrl)
        : undefined;
    case 'post':
      return concerns(event.post, userId, world)
        ? { for_user_id: userId, tweet_create_events: [v1Post(event.post, world, mediaUrl)] }
        : undefined;
    case 'post-deleted':
      return concerns(event.post, userId, world)
        ? {
            for_user_id: userId,
            tweet_delete_events: [
              {
                status: { id: event.post.id, user_id: event.post.authorId },
                timestamp_ms: String(world.now()),
              },
            ],
          }
        : undefined;
    case 'like':
      return event.post.authorId === userId
        ? { for_user_id: userId, favorite_events: [{ id: 'like', user: { id_str: event.userId } }] }
        : undefined;
    case 'chat':
    case 'handle':
      return undefined;
    case 'read':
    case 'typing':
      return event.brandId === userId ? { for_user_id: userId, ...markLists(event, context) } : undefined;
    case 'revoked':
      return event.userId === userId
        ? { user_event: { revoke: { target: { app_id: '1' }, source: { user_id: userId } } } }
        : undefined;
  }
}

/** Group conversations are not pushed. */
const isBetween = ({ senderId, recipientId, groupId }: SimDirectMessage, userId: string) =>
  groupId === undefined && [senderId, recipientId].includes(userId);

function postTypes(post: SimPost, userId: string, world: World): string[] {
  if (post.repostOf) return [];
  return [
    ...(world.mentionedIn(post).some(({ id }) => id === userId) ? ['post.mention.create'] : []),
    ...(post.inReplyTo?.authorId === userId ? ['post.reply.create'] : []),
    ...(post.quotes?.authorId === userId ? ['post.quote.create'] : []),
    ...(post.authorId === userId ? ['post.create'] : []),
  ];
}

/** Account Activity delivers whatever a user has to do with. */
const concerns = (post: SimPost, userId: string, world: World): boolean =>
  post.authorId === userId ||
  [post.inReplyTo, post.quotes, post.repostOf].some((each) => each?.authorId === userId) ||
  world.mentionedIn(post).some(({ id }) => id === userId);

const postData = (post: SimPost, { world, mediaUrl }: EventContext) => ({
  payload: v2Post(post, world, 'tweet'),
  includes: v2Includes([post], world, 'tweet', mediaUrl),
});

function chatPayload({ event, conversation }: Extract<SimEvent, { kind: 'chat' }>) {
  return {
    // As in X's sample: the larger number first.
    conversation_id: conversation.id.split(':').reverse().join(':'),
    conversation_token: conversation.token,
    sender_id: event.senderId,
    encoded_event: event.encoded,
    conversation_key_version: event.keyVersion,
    ...(event.keyChange === undefined ? {} : { conversation_key_change_event: event.keyChange }),
  };
}

function markLists(
  event: { kind: 'read' | 'typing'; userId: string; brandId: string; messageId?: string },
  { world }: EventContext,
) {
  const mark = {
    created_timestamp: String(world.now()),
    sender_id: event.userId,
    target: { recipient_id: event.brandId },
    ...(event.messageId === undefined ? {} : { last_read_event_id: event.messageId }),
  };
  const list =
    event.kind === 'read' ? 'direct_message_mark_read_events' : 'direct_message_indicate_typing_events';
  return { [list]: [mark], users: {} };
}
