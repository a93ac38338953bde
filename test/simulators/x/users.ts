import type { Request } from 'express';
import { profileOf, type SimUser } from './world';

/** A user in the v2 shape with no more than what was asked for, as X does; events bring all of it. */
export function v2User(user: SimUser, fields?: string[]): Record<string, unknown> {
  const { avatar, verified, followers, since } = profileOf(user);
  const whole = {
    id: user.id,
    username: user.username,
    name: user.name,
    created_at: new Date(since).toISOString(),
    profile_image_url: avatar,
    verified,
    public_metrics: { followers_count: followers, following_count: 3, post_count: 5, listed_count: 0 },
  };
  const always = ['id', 'username', 'name'];
  if (!fields) return whole;
  return Object.fromEntries(
    Object.entries(whole).filter(([name]) => always.includes(name) || fields.includes(name)),
  );
}

/** A user in the v1.1 shape, as Account Activity delivers it. */
export function v1User(user: SimUser): Record<string, unknown> {
  const { avatar, verified, followers } = profileOf(user);
  return {
    name: user.name,
    screen_name: user.username,
    protected: false,
    verified,
    followers_count: followers,
    profile_image_url_https: avatar,
  };
}

/** The fields of users a call asks for. */
export function askedFields({ query }: Request): string[] {
  const list = query['user.fields'];
  return typeof list === 'string' ? list.split(',') : [];
}
