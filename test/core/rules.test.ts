import type { Tables } from '../../plugin/core/ports';
import { backoff } from '../../plugin/core/backoff';
import { expandLinks, removeLink, withoutNul } from '../../plugin/core/links';
import { mapValueOf, readMapValue } from '../../plugin/core/mapValue';
import { notifyParts } from '../../plugin/core/inbound/notifyParts';
import { PendingWrites } from '../../plugin/core/pendingWrites';
import type { InboundMessage } from '../../plugin/core/messages';

test('back-off doubles from 1 second to 5 minutes, with up to half of it taken away at random', () => {
  expect([1, 2, 3, 4].map((attempt) => backoff(attempt, 1))).toEqual([1000, 2000, 4000, 8000]);
  expect(backoff(2, 0)).toBe(1000);
  expect(backoff(5, 0)).toBe(8000);
  expect(backoff(40, 1)).toBe(300_000);
  expect(backoff(1, 0)).toBe(1000);
});

test('links are shown expanded, those not known as they are', () => {
  const links = [{ url: 'https://t.co/abc', expanded: 'https://example.com/$&' }];
  expect(expandLinks('see https://t.co/abc, https://t.co/other', links)).toBe(
    'see https://example.com/$&, https://t.co/other',
  );
  expect(expandLinks('https://t.co/abcd', links)).toBe('https://t.co/abcd');
});

test('the link to attached media is taken out, wherever it stands', () => {
  expect(removeLink('look https://t.co/m', 'https://t.co/m')).toBe('look');
  expect(removeLink('look https://t.co/m here', 'https://t.co/m')).toBe('look here');
  expect(removeLink('https://t.co/m', 'https://t.co/m')).toBe('');
  expect(removeLink('look', '')).toBe('look');
});

test('NUL characters are taken out', () => expect(withoutNul('a\0b')).toBe('ab'));

test('a customer is known on the host by handle or id', () => {
  expect(mapValueOf({ id: '1', username: 'jane' }, 'username')).toBe('jane');
  expect(mapValueOf({ id: '1', username: 'jane' }, 'id')).toBe('1');
  expect(mapValueOf({ id: '1' }, 'username')).toBe('1');
});

test.each([
  ['@jane', 'username', { value: 'jane' }],
  [' jane ', 'username', { value: 'jane' }],
  ['https://x.com/jane?s=20', 'username', { value: 'jane' }],
  ['https://twitter.com/@jane/', 'username', { value: 'jane' }],
  ['1700000000000000021', 'username', { value: '1700000000000000021', id: '1700000000000000021' }],
  ['1700000000000000021', 'id', { value: '1700000000000000021', id: '1700000000000000021' }],
  ['12345', 'username', { value: '12345', mayBeEither: true }],
  ['jane doe', 'username', undefined],
  ['x'.repeat(30), 'username', undefined],
] as const)('the Map Key value %p (%s) means %p', (raw, use, expected) => {
  expect(readMapValue(raw, use)).toEqual(expected);
});

const message = (changes: Partial<InboundMessage>): InboundMessage => ({
  account: 'a',
  messageId: '7',
  conversation: 'dm:1',
  sender: { id: '1' },
  text: 'hello',
  media: [],
  sentAt: 0,
  ...changes,
});
const photo = { kind: 'photo' as const, url: 'u' };

test('a notify call never has an empty body, and one attachment each', () => {
  expect(notifyParts(message({}), [])).toEqual([{ body: 'hello' }]);
  expect(notifyParts(message({ text: '' }), [])).toEqual([
    { body: '[The customer sent a message without text.]' },
  ]);
  expect(notifyParts(message({ text: '', media: [photo] }), ['9'])).toEqual([
    { body: 'photo-7-1.jpg', attachmentId: '9' },
  ]);
  expect(notifyParts(message({ media: [photo, photo] }), ['8', '9'])).toEqual([
    { body: 'hello', attachmentId: '8' },
    { body: 'photo-7-2.jpg', attachmentId: '9' },
  ]);
});

test('media that could not be had become a line in the text', () => {
  expect(notifyParts(message({ media: [photo] }), [null])).toEqual([
    { body: 'hello\n[The customer sent a photo that could not be loaded from X.]' },
  ]);
});

test('an outcome that could not be written is written later, once', async () => {
  const pendingWrites = new PendingWrites((writes) => writes({} as Tables));
  let works = false;
  let written = 0;
  const write = () => {
    if (!works) return Promise.reject(new Error('disk full'));
    written += 1;
    return Promise.resolve();
  };
  await expect(pendingWrites.write('first', 1, write)).rejects.toThrow('disk full');
  await expect(pendingWrites.settle(1)).rejects.toThrow('disk full');
  works = true;
  await pendingWrites.settleAll('another');
  expect(written).toBe(0);
  expect(await pendingWrites.settle(1)).toBe(true);
  expect(await pendingWrites.settle(1)).toBe(false);
  expect(written).toBe(1);
});
