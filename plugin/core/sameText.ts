/** The five characters that are escaped in HTML, as X and Motion may show them. */
const escapes: readonly (readonly [string, string])[] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&amp;', '&'],
];

/**
 * Whether two texts are one, as far as the other side may have changed it: white space folded and trimmed, `&amp;` for
 * `&`, another Unicode form of the same characters, a link with or without `https://` and a final slash.
 */
export function sameText(one: string, other: string): boolean {
  return comparable(one) === comparable(other);
}

/** The form in which texts are compared. */
export function comparable(text: string): string {
  return escapes
    .reduce((plain, [escaped, character]) => plain.replaceAll(escaped, character), text)
    .normalize('NFC')
    .replace(/https?:\/\/(?=\S)/gi, '')
    .replace(/\/(?=\s|$)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
