import { z } from 'zod';
import { withoutNul } from '../../core/links';
import type { XProfile, XUser } from '../../core/messages';

/** What X tells of a person beside their name, in its two shapes. What cannot be read counts as not told. */

const address = z.string().max(2000).transform(withoutNul).nullish().catch(undefined);
const flag = z.boolean().nullish().catch(undefined);
const number = z.number().nonnegative().nullish().catch(undefined);
const text = z.string().nullish().catch(undefined);

/** What is asked for of a v2 user; X has one price for all of it. */
export const userFields = 'id,name,username,created_at,profile_image_url,public_metrics,verified';

const word = z.string().transform(withoutNul).optional();

/** A v2 user (X docs: users, fields). */
export const userShape = z.object({
  username: word,
  name: word,
  profile_image_url: address,
  verified: flag,
  public_metrics: z.object({ followers_count: number }).nullish().catch(undefined),
  created_at: text,
});

/** A v1.1 user, as Account Activity delivers it. */
export const formerUserShape = z.object({
  screen_name: word,
  name: word,
  profile_image_url_https: address,
  verified: flag,
  followers_count: number,
  created_at: text,
  created_timestamp: z.union([z.string(), z.number()]).nullish().catch(undefined),
});

type ToldUser = Partial<z.infer<typeof userShape>>;

/** A user with no more than was told. @param lang of what they wrote */
export function userOf(id: string, told: ToldUser, lang?: string): XUser {
  const { username, name } = told;
  const profile = profileOf(told, lang);
  return {
    id,
    ...(username ? { username } : {}),
    ...(name ? { name } : {}),
    ...(Object.keys(profile).length > 0 ? { profile } : {}),
  };
}

/** The same of a v1.1 user. */
export function formerUserOf(
  id: string,
  told: Partial<z.infer<typeof formerUserShape>>,
  lang?: string,
): XUser {
  const now = {
    username: told.screen_name,
    name: told.name,
    profile_image_url: told.profile_image_url_https,
    verified: told.verified,
    public_metrics: { followers_count: told.followers_count },
    created_at: told.created_timestamp?.toString() ?? told.created_at,
  };
  return userOf(id, now, lang);
}

/** X's words for "no language": und, zxx, and its own from qaa to qtz. */
const noLanguage = /^(?:und|zxx|art|q[a-t][a-z])$/;

/** @param lang of what they wrote */
export function profileOf(told: ToldUser, lang?: string): XProfile {
  const { profile_image_url: avatar, verified, public_metrics: metrics, created_at: created } = told;
  const followers = metrics?.followers_count;
  const since = timeOf(created);
  const isLanguage = lang !== undefined && /^[a-z]{2,3}(?:-[A-Za-z]+)?$/.test(lang) && !noLanguage.test(lang);
  return {
    ...(avatar ? { avatar } : {}),
    ...(typeof verified === 'boolean' ? { verified } : {}),
    ...(typeof followers === 'number' ? { followers } : {}),
    ...(since === undefined ? {} : { since }),
    ...(isLanguage ? { language: lang } : {}),
  };
}

function timeOf(told: string | null | undefined): number | undefined {
  const at = told && /^\d+$/.test(told) ? Number(told) : Date.parse(told ?? '');
  return Number.isNaN(at) ? undefined : at;
}
