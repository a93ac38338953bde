/** Cuts closer to the beginning than this would leave too little for a message of its own. */
const minShare = 0.5;

const link = /\bhttps?:\/\/\S+/g;
const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Splits a text that is too long for one message: between paragraphs where possible, else between sentences, else
 * between words; never inside a grapheme, and inside a link only where the link alone is too long.
 * @param longest characters of a part, counted as X does: code points
 */
export function splitText(text: string, longest: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (lengthOf(rest) > longest) {
    const cut = cutOf(rest, longest);
    parts.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return [...parts, rest].filter((part, index) => part !== '' || index === 0);
}

const lengthOf = (text: string) => Array.from(text).length;

/** Where to cut, in UTF-16 units: after the part that goes first. */
function cutOf(text: string, longest: number): number {
  const room = Array.from(text).slice(0, longest).join('');
  const least = room.length * minShare;
  const outside = outsideLinks(text, room.length);
  const candidates = [() => paragraphEnds(room), () => sentenceEnds(text, room), () => wordEnds(text, room)];
  for (const ends of candidates) {
    const cut = lastOf(ends().filter((end) => end >= least && outside(end)));
    if (cut !== undefined) return cut;
  }
  const boundaries = graphemeEnds(text, room);
  return lastOf(boundaries.filter(outside)) ?? lastOf(boundaries) ?? room.length;
}

const paragraphEnds = (room: string) => [...room.matchAll(/\n\s*\n|\n/g)].map(({ index }) => index);

const wordEnds = (text: string, room: string) => [
  ...[...room.matchAll(/\s+/g)].map(({ index }) => index),
  ...(/^\s/.test(text.slice(room.length)) ? [room.length] : []),
];

function sentenceEnds(text: string, room: string): number[] {
  const ends: number[] = [];
  for (const { index, segment } of sentences.segment(text)) {
    const end = index + segment.trimEnd().length;
    if (end > room.length) break;
    ends.push(end);
  }
  return ends;
}

function graphemeEnds(text: string, room: string): number[] {
  const ends: number[] = [];
  for (const { index, segment } of graphemes.segment(text)) {
    if (index + segment.length > room.length) break;
    ends.push(index + segment.length);
  }
  return ends;
}

/** Tells of a place whether it is outside every link, where the text before it is not empty. */
function outsideLinks(text: string, end: number): (at: number) => boolean {
  const links = [...text.matchAll(link)]
    .map(({ index, 0: address }) => [index, index + address.length] as const)
    .filter(([from]) => from < end);
  return (at) => at > 0 && !links.some(([from, to]) => at > from && at < to);
}

const lastOf = (numbers: number[]): number | undefined => numbers.at(-1);
