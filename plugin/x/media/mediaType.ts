import { filetypeinfo } from 'magic-bytes.js';
import type { FileKind } from '../../core/messages';

/** The files X takes in a message or a post, with X's category for it and its size limit in bytes. */
export interface MediaType {
  mime: 'image/png' | 'image/jpeg' | 'image/gif' | 'video/mp4';
  category: FileKind;
  limit: number;
}

const mebibyte = 1024 * 1024;

/** X docs: media upload, limits. */
const mediaTypes: MediaType[] = [
  { mime: 'image/png', category: 'image', limit: 5 * mebibyte },
  { mime: 'image/jpeg', category: 'image', limit: 5 * mebibyte },
  { mime: 'image/gif', category: 'gif', limit: 15 * mebibyte },
  { mime: 'video/mp4', category: 'video', limit: 512 * mebibyte },
];

/** A file's type by its first bytes, not its name or claimed type; undefined for anything X does not take. */
export function mediaTypeOf(head: Buffer): MediaType | undefined {
  // The most specific guess stands first: QuickTime and HEIC share MP4's container, and are not MP4.
  const [best] = filetypeinfo(head).flatMap(({ mime }) => (mime === undefined ? [] : [mime]));
  return mediaTypes.find(({ mime }) => mime === best);
}
