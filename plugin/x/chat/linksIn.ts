/** What ends a sentence is no part of an address in it. */
const link = /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}]/g;

/** Where the links in a text are, so that X's app makes them ones: first and last byte of UTF-8, and the kind. */
export function linksIn(text: string): [number, number, 'url'][] {
  return [...text.matchAll(link)].map(({ index, 0: found }) => {
    const begin = Buffer.byteLength(text.slice(0, index));
    return [begin, begin + Buffer.byteLength(found), 'url'];
  });
}
