import { z } from 'zod';
import { withoutNul } from '../../core/links';
import type { XProfile } from '../../core/messages';

/** What X tells of a person beside their name, in its two shapes. What cannot be read counts as not told. */

const address = z.string().max(2000).transform(withoutNul).nullish().catch(undefined);
const flag = z.boolean().nullish().catch(undefined);
const number = z.number().nonnegative().nullish().catch(undefined);
const text = z.string().nullish().catch(undefined);

/** What is asked for of a v2 user; X has one price for all of it. */
export const userFields = 'id,name,username,created_at,profile_image_url,public_metrics,verified';

/** Of a v2 user (X docs: users, fields). */
export const profileFields = {
  profile_image_url: address,
  verified: flag,
  public_metrics: z.object({ followers_count: number }).nullish().catch(undefined),
  created_at: text,
};

/** Of a v1.1 user, as Account Activity delivers it. */
export const formerProfileFields = {
  profile_image_url_https: address,
  verified: flag,
  followers_count: number,
  created_at: text,
  created_timestamp: z.union([z.string(), z.number()]).nullish().catch(undefined),
};

type Told = z.infer<z.ZodObject<typeof profileFields>>;
type FormerTold = z.infer<z.ZodObject<typeof formerProfileFields>>;

/** @param lang of what they wrote */
export function profileOf(told: Partial<Told>, lang?: string): XProfile {
  const { profile_image_url: avatar, verified, public_metrics: metrics, created_at: created } = told;
  return profile({ avatar, verified, followers: metrics?.followers_count, since: created, lang });
}

/** @param lang of what they wrote */
export function formerProfileOf(told: Partial<FormerTold>, lang?: string): XProfile {
  const { profile_image_url_https: avatar, verified, followers_count: followers } = told;
  return profile({ avatar, verified, followers, since: told.created_timestamp ?? told.created_at, lang });
}

interface Facts {
  avatar: string | null | undefined;
  verified: boolean | null | undefined;
  followers: number | null | undefined;
  since: string | number | null | undefined;
  lang: string | undefined;
}

/** X's words for "no language": und, zxx, and its own from qaa to qtz. */
const noLanguage = /^(?:und|zxx|art|q[a-t][a-z])$/;

function profile({ avatar, verified, followers, since, lang }: Facts): XProfile {
  const at = timeOf(since);
  return {
    ...(avatar ? { avatar } : {}),
    ...(typeof verified === 'boolean' ? { verified } : {}),
    ...(typeof followers === 'number' ? { followers } : {}),
    ...(at === undefined ? {} : { since: at }),
    ...(lang !== undefined && /^[a-z]{2,3}(?:-[A-Za-z]+)?$/.test(lang) && !noLanguage.test(lang)
      ? { language: lang }
      : {}),
  };
}

function timeOf(told: string | number | null | undefined): number | undefined {
  if (told === undefined || told === null) return undefined;
  const at = /^\d+$/.test(String(told)) ? Number(told) : Date.parse(String(told));
  return Number.isNaN(at) ? undefined : at;
}
