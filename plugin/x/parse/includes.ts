import { z } from 'zod';
import { withoutNul } from '../../core/links';
import type { InboundMedia, XProfile, XUser } from '../../core/messages';
import { idText, inboundMedia } from '../api/fields';
import { isRecord } from '../../core/isRecord';
import { profileFields, profileOf } from './profile';

const text = z.string().transform(withoutNul);
const user = z.object({ id: idText, username: text.optional(), name: text.optional(), ...profileFields });

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
    if (read.success) found.users.set(read.data.id, userOf({ ...read.data, profile: profileOf(read.data) }));
  }
  for (const item of listOf(includes['media'])) addMedia(found, item);
  for (const item of [...listOf(includes['posts']), ...listOf(includes['tweets'])])
    if (isRecord(item) && typeof item['id'] === 'string') found.posts.set(item['id'], item);
  return found;
}

function addMedia({ media: found }: Includes, item: unknown): void {
  const read = media.safeParse(item);
  if (!read.success) return;
  const { media_key: key, type, url, preview_image_url: preview, variants } = read.data;
  const films = (variants ?? []).flatMap((each) =>
    each.url
      ? [{ bitrate: each.bit_rate ?? 0, contentType: each.content_type ?? undefined, url: each.url }]
      : [],
  );
  const usable = inboundMedia(type, url ?? preview, films);
  if (usable) found.set(key, usable);
}

/** A user with no more than was told. */
export function userOf({
  id,
  username,
  name,
  profile = {},
}: {
  id: string;
  username?: string | undefined;
  name?: string | undefined;
  profile?: XProfile;
}): XUser {
  return {
    id,
    ...(username ? { username } : {}),
    ...(name ? { name } : {}),
    ...(Object.keys(profile).length > 0 ? { profile } : {}),
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
