import { z } from 'zod';
import type { XClient } from '../api/client';
import { readAnswer } from '../api/readAnswer';

/** X keeps what it delivered, or tried to, for a day (X docs: webhooks, replay). Milliseconds. */
export const replayReach = 24 * 60 * 60_000;

/** The end of a replay must lie this far back. Milliseconds. */
export const replayRest = 10 * 60_000;

const job = z.object({ data: z.object({ job_id: z.union([z.string(), z.number()]).transform(String) }) });

/**
 * Has X deliver a span of time to the webhook again (`POST /2/webhooks/replay`); the end of the job comes as an
 * event.
 * @param from milliseconds since 1970; taken down to the minute
 * @param to milliseconds since 1970; taken down to the minute, which itself is left out
 * @returns the job's id
 * @throws BridgeError
 */
export async function startReplay(
  client: XClient,
  webhookId: string,
  from: number,
  to: number,
): Promise<string> {
  const path = '/2/webhooks/replay';
  const body = { webhook_id: webhookId, from_date: minute(from), to_date: minute(to) };
  const answer = await client.call({ method: 'POST', path, body, window: `POST ${path}` });
  return readAnswer(job, answer).data.job_id;
}

/** `yyyymmddhhmm`, UTC. */
export function minute(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(0, 12);
}
