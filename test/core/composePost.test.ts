import { composePost, initialsOf, weightedLength } from '../../plugin/core/outbound/composePost';

const link = 'https://twitter.com/messages/compose?recipient_id=900000000000000001';
const compose = (text: string, changes: object = {}) =>
  composePost(text, { deepLink: link, agentName: 'Ada Lovelace', longest: 280, ...changes });

test.each([
  ['Ada Lovelace', '- A.L'],
  ['ada', '- A.'],
  ['  Ana María  Núñez ', '- A.M'],
  ['Łukasz Ślusarz', '- Ł.Ś'],
  ['王 小明', '- 王.小'],
  ['', ''],
])('the initials of "%s"', (name, initials) => expect(initialsOf(name)).toBe(initials));

test('X counts: Chinese, Japanese, Korean and emoji 2, a link 23', () => {
  expect(weightedLength('abc')).toBe(3);
  expect(weightedLength('你好')).toBe(4);
  expect(weightedLength('👨‍👩‍👧')).toBe(2);
  expect(weightedLength(`a ${link}`)).toBe(25);
});

test('everything fits', () =>
  expect(compose('hello')).toEqual({ text: 'hello - A.L', deepLink: link, dropped: [] }));

test('the link goes first, the initials after it, and a text that is too long alone is refused', () => {
  const dropped = 'the link to private messages';
  const whole = 280 - 6 - 24;
  expect(compose('a'.repeat(whole))).toMatchObject({ deepLink: link, dropped: [] });
  expect(compose('a'.repeat(whole + 1))).toMatchObject({ deepLink: undefined, dropped: [dropped] });
  expect(compose('a'.repeat(280))).toEqual({
    text: 'a'.repeat(280),
    deepLink: undefined,
    dropped: [dropped, 'your initials'],
  });
  expect(compose('a'.repeat(283))).toEqual({ tooMany: 3 });
});

test('what was not asked for is not missed', () =>
  expect(compose('a'.repeat(280), { deepLink: undefined, agentName: undefined })).toMatchObject({
    dropped: [],
  }));

test('a file without words', () =>
  expect(compose('')).toEqual({ text: '- A.L', deepLink: link, dropped: [] }));
