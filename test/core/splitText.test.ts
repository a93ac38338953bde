import { splitText } from '../../plugin/core/outbound/splitText';

test('a text that fits stays whole, an empty one too', () => {
  expect(splitText('hello\n\nworld', 12)).toEqual(['hello\n\nworld']);
  expect(splitText('', 10)).toEqual(['']);
});

test('between paragraphs, before anything else', () =>
  expect(splitText('One. Two is longer.\n\nThree is here.', 30)).toEqual([
    'One. Two is longer.',
    'Three is here.',
  ]));

test('between sentences, where there is no paragraph', () =>
  expect(splitText('This is one sentence. This is another one.', 30)).toEqual([
    'This is one sentence.',
    'This is another one.',
  ]));

test('between words, where the sentence is too long', () =>
  expect(splitText('no full stop anywhere in this long text', 20)).toEqual([
    'no full stop',
    'anywhere in this',
    'long text',
  ]));

test('never inside a grapheme', () => {
  const family = '👨‍👩‍👧‍👦';
  const parts = splitText(family.repeat(10), 20);
  expect(parts.join('')).toBe(family.repeat(10));
  for (const part of parts) {
    expect(Array.from(part).length).toBeLessThanOrEqual(20);
    expect(part.length % family.length).toBe(0);
  }
});

test('never inside a link that fits into a part', () => {
  const address = 'https://example.com/a/path.with.dots?and=more';
  const parts = splitText(`short words ${address} and then some more words`, 50);
  expect(parts.some((part) => part.includes(address))).toBe(true);
  expect(parts.join(' ')).toBe(`short words ${address} and then some more words`);
});

test('a link that is longer than a part is cut, for nothing else is left', () => {
  const parts = splitText(`https://example.com/${'x'.repeat(50)}`, 20);
  expect(parts.join('')).toBe(`https://example.com/${'x'.repeat(50)}`);
});

test('nothing is lost and no part is too long, whatever the text', () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const pieces = [
    'word ',
    'Sentence. ',
    '\n\n',
    '\n',
    '😀',
    '你好',
    'https://example.com/a ',
    '👨‍👩‍👧',
    'é',
    '  ',
  ];
  for (let run = 0; run < 200; run += 1) {
    const text = Array.from({ length: 60 }, () => pieces[Math.floor(random() * pieces.length)]!)
      .join('')
      .trim();
    const parts = splitText(text, 40);
    const squeeze = (value: string) => value.replace(/\s+/g, '');
    expect(squeeze(parts.join(''))).toBe(squeeze(text));
    for (const part of parts) expect(Array.from(part).length).toBeLessThanOrEqual(40);
  }
});
