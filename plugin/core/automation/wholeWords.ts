const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * The first of some words, or groups of words, that stands in a text as a whole word, in any case and any script:
 * words end where Unicode says (UAX #29), in scripts without blanks where the dictionary says.
 */
export function wordIn(text: string, words: string[]): string | undefined {
  if (words.length === 0) return undefined;
  const folded = fold(text);
  const ends = wordEnds(folded);
  return words.find((word) => standsIn(folded, fold(word), ends));
}

function standsIn(text: string, word: string, ends: Set<number>): boolean {
  if (word === '') return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (ends.has(at) && ends.has(at + word.length)) return true;
  return false;
}

/** Unicode takes `no.agent` for one word; people who forget the blank mean two. */
const between = /(?![_'’])[\p{P}\p{S}]/gu;

function wordEnds(text: string): Set<number> {
  const ends = new Set([0]);
  for (const { index, segment } of segmenter.segment(text)) ends.add(index + segment.length);
  for (const { index, 0: sign } of text.matchAll(between)) ends.add(index).add(index + sign.length);
  return ends;
}

/** What differs only in case or width becomes the same: ß and SS, both sigmas, İ and i. */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('\u0307', '')
    .replaceAll('ς', 'σ')
    .replace(/\s+/g, ' ')
    .trim();
}
