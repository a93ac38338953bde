import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import type { XClient } from '../api/client';
import { readAnswer } from '../api/readAnswer';

const subscribed = z.object({ data: z.object({ subscribed: z.boolean() }) });

/**
 * Subscribes the account's user to a webhook (X docs: Account Activity API v2), unless that is so already.
 * @returns whether the subscription had been missing
 * @throws BridgeError
 */
export async function ensureSubscriptionV2(client: XClient, webhookId: string): Promise<boolean> {
  const path = `/2/account_activity/webhooks/${webhookId}/subscriptions/all`;
  const pattern = '/2/account_activity/webhooks/:webhook_id/subscriptions/all';
  const state = readAnswer(subscribed, await client.call({ method: 'GET', path, window: `GET ${pattern}` }));
  if (state.data.subscribed) return false;
  return subscribeUnlessThere(() =>
    client.call({ method: 'POST', path, body: {}, window: `POST ${pattern}` }),
  );
}

/** The same in a dev environment of v1.1: 204 says yes, 404 says no. */
export async function ensureSubscriptionV1(client: XClient, environment: string): Promise<boolean> {
  const path = `/1.1/account_activity/all/${encodeURIComponent(environment)}/subscriptions.json`;
  const pattern = '/1.1/account_activity/all/:env/subscriptions.json';
  try {
    await client.call({ method: 'GET', path, window: `GET ${pattern}` });
    return false;
  } catch (error) {
    if (!(error instanceof BridgeError) || error.status !== 404) throw error;
  }
  return subscribeUnlessThere(() => client.call({ method: 'POST', path, window: `POST ${pattern}` }));
}

async function subscribeUnlessThere(subscribe: () => Promise<unknown>): Promise<boolean> {
  try {
    await subscribe();
    return true;
  } catch (error) {
    const isThere =
      error instanceof BridgeError && (/^Duplicate/.test(error.problem ?? '') || error.status === 409);
    if (!isThere) throw error;
    return false;
  }
}
