import { sameText } from '../../plugin/core/sameText';

test('what is another text stays another text', () => {
  expect(sameText('ok', 'OK')).toBe(false);
  expect(sameText('1 < 2', '1 > 2')).toBe(false);
  expect(sameText('see example.com', 'see example.org')).toBe(false);
});
