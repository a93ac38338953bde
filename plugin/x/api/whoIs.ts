import axios from 'axios';
import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import type { SignedInUser } from './oauth2Tokens';
import { plainCall, reach } from './plainCall';
import { readProblem } from './readProblem';
import { say } from '../../texts/text';

const userAnswer = z.object({ data: z.object({ id: z.string(), username: z.string() }) });

/** Asks X whose an OAuth 2.0 access token is. @throws BridgeError `x-unavailable` when X does not tell */
export async function whoIs(apiBaseUrl: string, accessToken: string): Promise<SignedInUser> {
  const { status, data } = await reach(
    axios.get<unknown>(`${apiBaseUrl.replace(/\/+$/, '')}/2/users/me`, {
      ...plainCall,
      headers: { authorization: `Bearer ${accessToken}` },
    }),
  );
  const read = userAnswer.safeParse(data);
  if (status === 200 && read.success) return { userId: read.data.data.id, handle: read.data.data.username };
  const { detail } = readProblem(data);
  const words =
    status === 403 ? say('connect.whoRefused', { detail }) : say('connect.whoUnclear', { status });
  throw new BridgeError('x-unavailable', words, { status, retryable: true });
}
