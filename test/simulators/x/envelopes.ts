import { randomUUID } from 'node:crypto';
import { v1User, v2User } from './users';
import { profileOf, type SimDirectMessage, type SimMedia, type SimUser, type World } from './world';

export type EnvelopeShape = 'activity' | 'account-activity';

/** How X wraps Direct Messages for one subscribed user, in the shape of the API they come by. */
export function envelopeOf(
  shape: EnvelopeShape,
  world: World,
  forUserId: string,
  messages: SimDirectMessage[],
  mediaUrl: (media: SimMedia) => string,
): object {
  const items = messages.map((message) => directMessageItem(message, mediaUrl));
  const users = [...new Set(messages.flatMap(({ senderId, recipientId }) => [senderId, recipientId]))]
    .map((id) => world.users.get(id))
    .filter((user): user is SimUser => user !== undefined);
  if (shape === 'account-activity')
    return {
      for_user_id: forUserId,
      direct_message_events: items,
      apps: {},
      users: Object.fromEntries(users.map((user) => [user.id, accountActivityUser(user)])),
    };
  const sent = messages.every(({ senderId }) => senderId === forUserId);
  return {
    data: {
      event_uuid: randomUUID(),
      event_type: sent ? 'dm.sent' : 'dm.received',
      filter: { user_id: forUserId, direction: sent ? 'outbound' : 'inbound' },
      payload: {
        direct_message_events: items,
        users: Object.fromEntries(
          users.map((user) => [user.id, { data: v2User(user, world.eventsTellProfiles ? undefined : []) }]),
        ),
      },
    },
  };
}

const accountActivityUser = (user: SimUser) => ({
  id: user.id,
  created_timestamp: String(profileOf(user).since),
  ...v1User(user),
});

function directMessageItem(message: SimDirectMessage, mediaUrl: (media: SimMedia) => string): object {
  const { media, stub } = message;
  return {
    type: 'message_create',
    id: message.id,
    created_timestamp: String(message.at),
    message_create: {
      target: { recipient_id: message.recipientId },
      sender_id: message.senderId,
      message_data: {
        text: message.text,
        entities: {
          hashtags: [],
          symbols: [],
          user_mentions: [],
          urls: message.links.map(({ url, expanded }) => ({
            url,
            expanded_url: expanded,
            indices: [0, url.length],
          })),
        },
        ...(media && stub
          ? { attachment: { type: 'media', media: mediaItem(media, stub, mediaUrl(media)) } }
          : {}),
      },
    },
  };
}

function mediaItem(media: SimMedia, stub: string, address: string): object {
  const film = {
    video_info: {
      aspect_ratio: [16, 9],
      variants: [
        { content_type: 'application/x-mpegURL', url: `${address}?playlist` },
        { bitrate: 320_000, content_type: 'video/mp4', url: `${address}?size=small` },
        { bitrate: 2_176_000, content_type: 'video/mp4', url: address },
      ],
    },
  };
  return {
    id_str: media.id,
    media_url_https: media.type === 'photo' ? address : `${address}?thumbnail`,
    url: stub,
    display_url: 'pic.x.com/x',
    expanded_url: `https://x.com/messages/media/${media.id}`,
    type: media.type,
    ...(media.type === 'photo' ? {} : film),
  };
}
