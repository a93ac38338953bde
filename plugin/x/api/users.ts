import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import type { XUser } from '../../core/messages';
import type { XClient } from './client';
import { userFields, userOf, userShape } from '../parse/profile';

const userAnswer = z.object({ data: userShape.extend({ id: z.string() }).optional() });

/** Looks up a user by handle. @returns undefined when X knows nobody by it (200 with `errors`, or 404) */
export function userByHandle(client: XClient, handle: string): Promise<XUser | undefined> {
  return lookUp(
    client,
    `/2/users/by/username/${encodeURIComponent(handle)}`,
    'GET /2/users/by/username/:username',
  );
}

/** Looks up a user by id (`GET /2/users/:id`). */
export function userById(client: XClient, id: string): Promise<XUser | undefined> {
  return lookUp(client, `/2/users/${encodeURIComponent(id)}`, 'GET /2/users/:id');
}

/** Who the account's own keys belong to (`GET /2/users/me`). */
export function ownUser(client: XClient): Promise<XUser | undefined> {
  return lookUp(client, '/2/users/me', 'GET /2/users/me');
}

async function lookUp(client: XClient, path: string, window: string): Promise<XUser | undefined> {
  let answer: unknown;
  try {
    const query = { 'user.fields': userFields };
    answer = await client.call({ method: 'GET', path, query, window, timeout: 5_000 });
  } catch (error) {
    if (error instanceof BridgeError && error.status === 404) return undefined;
    throw error;
  }
  const read = userAnswer.safeParse(answer);
  if (!read.success)
    throw new BridgeError('x-unavailable', `X's answer to ${window} cannot be understood`, {
      retryable: true,
    });
  const user = read.data.data;
  return user && userOf(user.id, user);
}
