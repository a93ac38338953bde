import type { MediaType } from '../media/mediaType';
import type { ChatWorkers } from './chatWorkers';

export interface FrameSize {
  width: number;
  height: number;
}

/** What is told where a video does not say at its beginning how large it is: the usual shape. */
const usualFilm: FrameSize = { width: 1280, height: 720 };

/** How large a picture or video is shown, from its first bytes. */
export async function frameSize(
  head: Buffer,
  mime: MediaType['mime'],
  workers: ChatWorkers,
): Promise<FrameSize> {
  if (mime === 'video/mp4') return filmSize(head) ?? usualFilm;
  return (await workers.call('measureImage', { head: Uint8Array.from(head) })) ?? { width: 0, height: 0 };
}

/** Where a track header has its width, counted from its end (ISO/IEC 14496-12, 8.3.2). */
const widthFromEnd = 8;

/** The frame of the first track with a picture, as its header says (ISO/IEC 14496-12, `tkhd`); 16.16 fixed point. */
function filmSize(head: Buffer): FrameSize | undefined {
  for (let at = head.indexOf('tkhd'); at >= 4; at = head.indexOf('tkhd', at + 4)) {
    const end = at - 4 + head.readUInt32BE(at - 4);
    if (end > head.length || end - widthFromEnd < at) return undefined;
    const width = head.readUInt16BE(end - widthFromEnd);
    const height = head.readUInt16BE(end - widthFromEnd + 4);
    if (width > 0 && height > 0) return { width, height };
  }
  return undefined;
}
