import { z } from 'zod';
import type { InboundMedia, XUser } from '../../core/messages';
import { idText, inboundMedia } from '../api/fields';
import { isRecord } from '../../core/isRecord';
import { userOf, userShape } from './profile';

const user = userShape.extend({ id: idText });

const media = z.object({
  media_key: z.string(),
  type: z.enum(['photo', 'video', 'animated_gif']),
  url: z.string().optional(),
  preview_image_url: z.string().optional(),
  variants: z
    .array(
      z.object({
        bit_rate: z.number().nullish(),
        content_type: z.string().nullish(),
        url: z.string().nullish(),
      }),
    )
    .nullish(),
});

/** What X v2 delivers beside its objects, by id. */
export interface Includes {
  users: Map<string, XUser>;
  media: Map<string, InboundMedia>;
  /** Posts as they came. */
  posts: Map<string, unknown>;
}

/** Reads `includes`; what cannot be read is left out, as X leaves out what it may not show. */
export function readIncludes(includes: unknown): Includes {
  const found: Includes = { users: new Map(), media: new Map(), posts: new Map() };
  if (!isRecord(includes)) return found;
  for (const item of listOf(includes['users'])) {
    // Some deliveries wrap each user in `data`.
    const read = user.safeParse(isRecord(item) && isRecord(item['data']) ? item['data'] : item);
    if (read.success) found.users.set(read.data.id, userOf(read.data.id, read.data));
  }
  for (const item of listOf(includes['media'])) addMedia(found, item);
  for (const item of [...listOf(includes['posts']), ...listOf(includes['tweets'])])
    if (isRecord(item) && typeof item['id'] === 'string') found.posts.set(item['id'], item);
  return found;
}

function addMedia({ media: found }: Includes, item: unknown): void {
  const { data } = media.safeParse(item);
  if (!data) return;
  const usable = inboundMedia(data.type, data.url ?? data.preview_image_url, data.variants ?? []);
  if (usable) found.set(data.media_key, usable);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
