import { readIncludes } from '../../plugin/x/parse/includes';
import { readPost } from '../../plugin/x/parse/readPost';
import { readTweet } from '../../plugin/x/parse/readTweet';

const now = 1_700_000_000_000;
const post = (changes: object = {}) => ({
  id: '1990000000000000005',
  text: '@brand hello',
  author_id: '21',
  created_at: '2026-07-24T21:23:23.000Z',
  conversation_id: '1990000000000000001',
  ...changes,
});
const includes = readIncludes({
  users: [{ id: '21', username: 'jane_doe', name: 'Jane' }, { data: { id: '22', username: 'max' } }, 7],
  media: [
    { media_key: '3_1', type: 'photo', url: 'https://pbs.twimg.com/media/a.jpg' },
    {
      media_key: '7_1',
      type: 'video',
      variants: [
        { content_type: 'application/x-mpegURL', url: 'https://video.twimg.com/a.m3u8' },
        { bit_rate: 1, content_type: 'video/mp4', url: 'https://video.twimg.com/small.mp4' },
        { bit_rate: 2, content_type: 'video/mp4', url: 'https://video.twimg.com/large.mp4' },
      ],
    },
    { media_key: '3_2', type: 'photo' },
  ],
  tweets: [{ id: '9', text: 'first line\nsecond &amp; last', author_id: '22' }],
});
const link = 'https://x.com/jane_doe/status/1990000000000000005';

test('a post, with what it belongs to', () =>
  expect(readPost(post(), includes, now)).toEqual({
    messageId: '1990000000000000005',
    conversation: 'post:1990000000000000005',
    sender: { id: '21', username: 'jane_doe', name: 'Jane' },
    text: `@brand hello\n${link}`,
    media: [],
    sentAt: Date.parse('2026-07-24T21:23:23.000Z'),
    post: { relatesTo: ['1990000000000000001'] },
  }));

test.each(['post', 'tweet'])('the fields as X names them with "%s"', (name) => {
  const read = readPost(
    post({
      text: 'cut off…',
      [`note_${name}`]: {
        text: 'the whole of it https://t.co/q',
        entities: { urls: [{ url: 'https://t.co/q', expanded_url: 'https://twitter.com/max/status/9' }] },
      },
      [`referenced_${name}s`]: [
        { type: 'replied_to', id: '3' },
        { type: 'quoted', id: '9' },
      ],
      [`edit_history_${name}_ids`]: ['4', '1990000000000000005'],
    }),
    includes,
    now,
  );
  expect(read?.text).toBe(`the whole of it\n> @max: first line\n> second & last\n${link}`);
  expect(read?.post?.relatesTo).toEqual(['3', '4', '1990000000000000001']);
});

test('pictures, the best of the films, and what cannot be shown', () => {
  const attachments = { media_keys: ['3_1', '7_1', '3_2', '3_9'] };
  const read = readPost(post({ attachments }), includes, now);
  expect(read?.media).toEqual([
    { kind: 'photo', url: 'https://pbs.twimg.com/media/a.jpg' },
    { kind: 'video', url: 'https://video.twimg.com/large.mp4' },
  ]);
  expect(read?.text).toContain('[The customer sent an attachment that this channel cannot show.]');
});

test.each(['retweeted', 'reposted'])('a repost (%s) is none', (type) =>
  expect(readPost(post({ referenced_tweets: [{ type, id: '9' }] }), includes, now)).toBeUndefined(),
);

test('an unknown author and a quoted post that X does not show', () => {
  const read = readPost(
    post({ author_id: '99', referenced_tweets: [{ type: 'quoted', id: '8' }] }),
    includes,
    now,
  );
  expect(read?.sender).toEqual({ id: '99' });
  expect(read?.text).toBe(
    '@brand hello\n> https://x.com/i/status/8\nhttps://x.com/i/status/1990000000000000005',
  );
});

test('a post that cannot be read names what is wrong, not what it says', () => {
  expect(() => readPost({ ...post(), id: 7.5 }, includes, now)).toThrow();
  expect(() => readTweet({ id_str: '1', text: 'secret' }, now)).toThrow(/user/);
});
