const brandId = '900000000000000001';
const user = { id: '1700000000000000021', username: 'jane_doe', name: 'Jane Doe' };
const message = {
  type: 'message_create',
  id: '2000000000000000001',
  created_timestamp: '1795303837774',
  message_create: {
    target: { recipient_id: brandId },
    sender_id: user.id,
    message_data: {
      text: 'hello https://t.co/abc',
      entities: {
        urls: [{ url: 'https://t.co/abc', expanded_url: 'https://example.com', indices: [6, 22] }],
      },
    },
  },
};
const post = {
  id: '2000000000000000002',
  text: '@brand hello',
  author_id: user.id,
  created_at: '2026-11-21T10:00:00.000Z',
  conversation_id: '2000000000000000002',
  entities: { mentions: [{ start: 0, end: 6, username: 'brand', id: brandId }] },
};
const tweet = {
  id_str: '2000000000000000003',
  text: '@brand hello',
  created_at: 'Sat Nov 21 10:00:00 +0000 2026',
  user: { id_str: user.id, screen_name: 'jane_doe', name: 'Jane Doe', followers_count: 3 },
  entities: { user_mentions: [{ id_str: brandId, screen_name: 'brand' }], urls: [] },
};
const activity = (type: string, payload: object) => ({
  data: { event_uuid: '1', event_type: type, filter: { user_id: brandId }, payload },
});

/** Events of every kind, as X sends them. */
export const envelopes: readonly object[] = [
  activity('dm.received', { direct_message_events: [message], users: { [user.id]: { data: user } } }),
  activity('post.mention.create', { data: post, includes: { users: [user] } }),
  activity('post.delete', { id: post.id }),
  activity('chat.received', {
    conversation_id: `${user.id}:${brandId}`,
    sender_id: user.id,
    encoded_event: 'AAAA',
    sequence_id: '1',
  }),
  activity('dm.read', { direct_message_mark_read_events: [{ sender_id: user.id, created_timestamp: '1' }] }),
  { for_user_id: brandId, direct_message_events: [message], users: { [user.id]: user } },
  { for_user_id: brandId, tweet_create_events: [tweet] },
  { for_user_id: brandId, tweet_delete_events: [{ status: { id: tweet.id_str, user_id: user.id } }] },
  { user_event: { revoke: { date_time: 'x', target: { app_id: '1' }, source: { user_id: brandId } } } },
];

/** Calls of the host, as it makes them. */
export const replyCalls: readonly object[] = [
  {
    body: 'Hello 😀',
    AttachmentId: null,
    Contact: { id: 1, twitter: user.id, firstName: 'Jane' },
    Interaction: { id: 5, threadId: null },
    User: { id: 7, fullname: 'Ada Lovelace', name: 'ada' },
  },
  {
    body: '',
    AttachmentId: '7,8',
    contact: { twitter: '@jane_doe' },
    Interaction: { id: '5', threadId: post.id },
  },
];
