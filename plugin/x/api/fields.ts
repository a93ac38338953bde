import { isRecord } from '../../core/isRecord';
import { z } from 'zod';
import type { LinkEntity } from '../../core/links';
import type { InboundMedia } from '../../core/messages';
import { phrase } from '../../texts/text';

/** Pieces that X's shapes have in common. */

/** An id of X: digits, as text; a number only where no digit can have been lost. */
export const idText = z.union([
  z.string().regex(/^\d{1,20}$/, 'is not an id'),
  z
    .number()
    .int()
    .nonnegative()
    .refine((value) => Number.isSafeInteger(value))
    .transform(String),
]);

/** A list in an answer of X, which writes an empty one as `[]`, as `{}`, or not at all. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => (isNothing(value) ? [] : value), z.array(item));
}

const isNothing = (value: unknown) =>
  value === undefined || value === null || (isRecord(value) && Object.keys(value).length === 0);

const link = z.object({ url: z.string().nullish(), expanded_url: z.string().nullish() });

/** A list of links; one that cannot be read must not take the words around it down. */
export const linkList = z.array(link).nullish().catch(undefined);

export function linkEntities(list: z.infer<typeof linkList>): LinkEntity[] {
  return (list ?? []).flatMap(({ url, expanded_url }) =>
    url ? [{ url, expanded: expanded_url ?? url }] : [],
  );
}

/** What stands in for an attachment that cannot be shown. */
export const strangeAttachment = () => phrase('message.unknownAttachment');

/** A size of a film, by X's names of v1.1 or v2. */
interface FilmVariant {
  bitrate?: number | undefined;
  bit_rate?: number | null | undefined;
  content_type?: string | null | undefined;
  url?: string | null | undefined;
}

/** Films come in several sizes; the agent gets the best one that is a whole file (mp4, not a playlist). */
export function inboundMedia(
  type: InboundMedia['kind'],
  picture: string | undefined,
  variants: FilmVariant[],
): InboundMedia | undefined {
  const rate = (each: FilmVariant) => each.bitrate ?? each.bit_rate ?? 0;
  const [best] = variants
    .filter((each) => each.content_type === 'video/mp4' && each.url)
    .sort((one, other) => rate(other) - rate(one));
  if (type !== 'photo' && best?.url) return { kind: type, url: best.url };
  return picture === undefined ? undefined : { kind: 'photo', url: picture };
}

const variant = z.object({
  bitrate: z.number().default(0),
  content_type: z.string().optional(),
  url: z.string(),
});

/** Media in X's v1.1 shape. */
export const formerMedia = z.object({
  type: z.enum(['photo', 'video', 'animated_gif']),
  media_url_https: z.string(),
  url: z.string().default(''),
  video_info: z.object({ variants: z.array(variant) }).optional(),
});

export const formerMediaOf = (each: z.infer<typeof formerMedia>) =>
  inboundMedia(each.type, each.media_url_https, each.video_info?.variants ?? []);

/** Where an event is wrong and how, without quoting it: it holds a customer's words. */
export function faultOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return 'cannot be read';
  return error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`).join('; ');
}

/** Kinds come from outside and become labels of a metric, so their form is bounded. */
export function kindLabel(kind: string): string {
  return /^[\w.]{1,64}$/.test(kind) ? kind : 'unreadable_kind';
}
