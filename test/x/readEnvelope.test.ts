import { readEnvelope } from '../../plugin/x/parse/readEnvelope';
import { parseJson } from '../../plugin/x/api/parseJson';

const now = 1_700_000_000_000;
const brand = '900000000000000001';
const jane = '1700000000000000021';

interface Changes {
  id?: unknown;
  sender?: unknown;
  text?: unknown;
  data?: object;
}

const item = ({ id = '1990000000000000001', sender = jane, text = 'hello', data = {} }: Changes = {}) => ({
  type: 'message_create',
  id,
  created_timestamp: '1700000001234',
  message_create: { target: { recipient_id: brand }, sender_id: sender, message_data: { text, ...data } },
});
const accountActivity = (...events: unknown[]) => ({
  for_user_id: brand,
  direct_message_events: events,
  users: { [jane]: { id: jane, name: 'Jane Doe', screen_name: 'jane_doe' } },
});
const xActivity = (type: string, ...events: unknown[]) => ({
  data: {
    event_uuid: 'u',
    event_type: type,
    filter: { user_id: brand, direction: 'inbound' },
    payload: {
      direct_message_events: events,
      users: { [jane]: { data: { id: jane, name: 'Jane Doe', username: 'jane_doe' } } },
    },
  },
});

const first = (body: unknown) => readEnvelope(body, now)[0]!;

test('Account Activity and X Activity give the same message', () => {
  const expected = {
    messageId: '1990000000000000001',
    conversation: `dm:${jane}`,
    sender: { id: jane, username: 'jane_doe', name: 'Jane Doe' },
    text: 'hello',
    media: [],
    sentAt: 1700000001234,
  };
  expect(first(accountActivity(item())).messages).toEqual([expected]);
  expect(first(xActivity('dm.received', item())).messages).toEqual([expected]);
});

test('several events in one call, a malformed one between them', () => {
  const batch = first(
    accountActivity(item({ id: '1' }), { type: 'message_create', id: '2' }, item({ id: '3' }), null, 7),
  );
  expect(batch.messages.map(({ messageId }) => messageId)).toEqual(['1', '3']);
  expect(batch.malformed).toHaveLength(3);
  expect(batch.malformed[0]?.reason).toContain('message_create: ');
});

test('several X Activity events in one call', () => {
  const body = {
    data: [
      xActivity('dm.received', item({ id: '1' })).data,
      xActivity('dm.received', item({ id: '2' })).data,
    ],
  };
  expect(
    readEnvelope(body, now).flatMap(({ messages }) => messages.map(({ messageId }) => messageId)),
  ).toEqual(['1', '2']);
});

test("the brand's own messages are told apart in both shapes", () => {
  for (const body of [
    accountActivity(item({ sender: brand })),
    xActivity('dm.sent', item({ sender: brand })),
  ]) {
    expect(first(body).messages).toEqual([]);
    expect(first(body).own).toHaveLength(1);
  }
});

test('other kinds are counted by name', () => {
  const body = { for_user_id: brand, follow_events: [{}, {}], favorite_events: [{}], users: {}, apps: {} };
  expect(first(body).others).toEqual({ follow_events: 2, favorite_events: 1 });
  expect(first(xActivity('like.create')).others).toEqual({ 'like.create': 1 });
  expect(first({ user_event: { something: {} } }).others).toEqual({ user_event: 1 });
  expect(first({ 'bad kind"\n': [1] }).others).toEqual({ unreadable_kind: 1 });
  expect(first({ constructor: [1], ['__proto__x']: 1 }).others).toEqual({ constructor: 1, __proto__x: 1 });
});

test('read marks and typing are kept as signs of presence, those of the account itself are no news', () => {
  const mark = (sender_id: string) => ({
    created_timestamp: '1700000000500',
    sender_id,
    target: { recipient_id: brand },
    last_read_event_id: '77',
  });
  const body = {
    for_user_id: brand,
    direct_message_mark_read_events: [mark(jane), mark(brand)],
    direct_message_indicate_typing_events: [{ created_timestamp: '1700000000600', sender_id: jane }],
  };
  const marks = [
    { kind: 'read', at: 1700000000500 },
    { kind: 'typing', at: 1700000000600 },
  ];
  expect(first(body).marks).toEqual(marks);
  const event = (event_type: string, payload: object) =>
    first({ data: { event_type, filter: { user_id: brand }, payload } }).marks;
  expect(event('dm.read', { direct_message_mark_read_events: [mark(jane)] })).toEqual([marks[0]]);
  expect(event('dm.read', mark(jane))).toEqual([marks[0]]);
});

test('a revocation, a replay that ended, deleted posts', () => {
  const revoked = first({ user_event: { revoke: { target: { app_id: '1' }, source: { user_id: brand } } } });
  expect([revoked.revoked, revoked.forUserId]).toEqual([true, brand]);
  expect(first({ data: { event_type: 'oauth.revoke', filter: { user_id: brand } } }).revoked).toBe(true);
  expect(first({ replay_job_status: { job_id: '5', job_state: 'Incomplete' } }).replay).toEqual({
    jobId: '5',
    complete: false,
  });
  expect(
    first({ for_user_id: brand, tweet_delete_events: [{ status: { id: '9', user_id: jane } }] }).deletedPosts,
  ).toEqual(['9']);
  const deleted = { data: { event_type: 'post.delete', payload: { id: '9', author_id: jane } } };
  expect(first(deleted).deletedPosts).toEqual(['9']);
});

test.each([
  null,
  7,
  'text',
  [],
  { data: 7 },
  { data: { event_type: 'dm.received' } },
  { data: null },
  { direct_message_events: {} },
])('the body %j is malformed, not a crash', (body) => expect(first(body).malformed).toHaveLength(1));

test('links are expanded and the stub of a photo is taken out', () => {
  const data = {
    entities: { urls: [{ url: 'https://t.co/a', expanded_url: 'https://example.com/a?b=c' }] },
    attachment: {
      type: 'media',
      media: {
        id_str: '5',
        type: 'photo',
        media_url_https: 'https://ton.twitter.com/5.jpg',
        url: 'https://t.co/m',
      },
    },
  };
  const [message] = first(
    accountActivity(item({ text: 'see https://t.co/a https://t.co/m', data })),
  ).messages;
  expect(message?.text).toBe('see https://example.com/a?b=c');
  expect(message?.media).toEqual([{ kind: 'photo', url: 'https://ton.twitter.com/5.jpg' }]);
});

test('of a video the mp4 with the highest bitrate is taken, never the playlist', () => {
  const variants = [
    { content_type: 'application/x-mpegURL', url: 'list' },
    { bitrate: 832000, content_type: 'video/mp4', url: 'middle' },
    { bitrate: 2176000, content_type: 'video/mp4', url: 'best' },
    { bitrate: 320000, content_type: 'video/mp4', url: 'small' },
  ];
  const media = {
    id_str: '5',
    type: 'video',
    media_url_https: 'thumb',
    url: 'https://t.co/m',
    video_info: { variants },
  };
  const [message] = first(
    accountActivity(item({ text: 'https://t.co/m', data: { attachment: { type: 'media', media } } })),
  ).messages;
  expect(message).toMatchObject({ text: '', media: [{ kind: 'video', url: 'best' }] });
});

test('an attachment that cannot be read leaves the words alone', () => {
  const [message] = first(
    accountActivity(item({ data: { attachment: { type: 'location', location: {} } } })),
  ).messages;
  expect(message?.text).toBe('hello\n[The customer sent an attachment that this channel cannot show.]');
});

test('ids keep all their digits, even where they come as numbers', () => {
  const json = JSON.stringify(accountActivity(item({ id: 'ID', sender: 'SENDER' })));
  const body = parseJson(
    json.replace('"ID"', '1990000000000000123').replace('"SENDER"', '1700000000000000021'),
  );
  expect(first(body).messages[0]).toMatchObject({
    messageId: '1990000000000000123',
    conversation: `dm:${jane}`,
  });
});

test('a number that has lost digits is refused, a small one is taken', () => {
  expect(first(accountActivity(item({ id: 2 ** 60 }))).malformed).toHaveLength(1);
  expect(first(accountActivity(item({ id: 42 }))).messages[0]?.messageId).toBe('42');
});

test('NUL characters and missing texts do no harm', () => {
  expect(first(accountActivity(item({ text: 'a\0b' }))).messages[0]?.text).toBe('ab');
  expect(first(accountActivity(item({ text: null }))).messages[0]?.text).toBe('');
});

test('a fault is told without quoting the customer', () => {
  const { malformed } = first(accountActivity(item({ id: 'my credit card is 1234' })));
  expect(JSON.stringify(malformed)).not.toContain('1234');
});
