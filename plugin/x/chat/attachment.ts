import type { MediaAttachment } from 'chat-xdk-engine';
import type { UploadedFile } from '../../core/messages';

/** The library's numbers for kinds of files. */
const mediaTypes = { image: 1, gif: 2, video: 3, file: 5 };

/** What a message says of its file. */
export function attachmentOf({ id, kind, sealed }: UploadedFile): MediaAttachment {
  const { width = 0, height = 0, bytes = 0, name = '' } = sealed ?? {};
  return {
    attachment_type: 'media',
    media_hash_key: id,
    width,
    height,
    filesize_bytes: bytes,
    filename: name,
    media_type: mediaTypes[kind],
  };
}
