import { readAnswer } from '../api/readAnswer';
import { z } from 'zod';
import type { XClient } from '../api/client';
import type { XCall } from '../api/signedRequests';
import { idText, listOf } from '../api/fields';

/** A webhook as X knows it. */
export interface RegisteredWebhook {
  id: string;
  url: string;
  /** An invalid one has failed the challenge, and X sends it nothing. */
  valid: boolean;
}

/** X's registration of webhooks, alike in v2 and v1.1. All methods throw BridgeError. */
export interface WebhookApi {
  list(): Promise<RegisteredWebhook[]>;
  /** Registers an address; X calls it for the challenge first. */
  create(url: string): Promise<RegisteredWebhook>;
  /** Has X repeat the challenge. */
  validate(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
}

const webhook = z.object({ id: idText, url: z.string(), valid: z.boolean().default(false) });
const one = z.object({ data: webhook });
const many = z.object({ data: listOf(webhook) });
const validity = z.object({ data: z.object({ valid: z.boolean() }) });

/** X calls the address before it answers. Milliseconds. */
const timeout = 30_000;

/** Webhooks of the app (X docs: v2 webhooks), signed with the app's own token. */
export function webhooksV2(client: XClient): WebhookApi {
  const all = '/2/webhooks';
  const ask = (method: XCall['method'], id?: string, more: Partial<XCall> = {}) => {
    const [path, pattern] = id === undefined ? [all, all] : [`${all}/${id}`, `${all}/:webhook_id`];
    return client.call({ method, path, window: `${method} ${pattern}`, ...more });
  };
  const query = { 'webhook_config.fields': 'id,url,valid,created_at' };
  return {
    list: async () => readAnswer(many, await ask('GET', undefined, { query })).data,
    create: async (url) => readAnswer(one, await ask('POST', undefined, { body: { url }, timeout })).data,
    validate: async (id) => readAnswer(validity, await ask('PUT', id, { timeout })).data.valid,
    remove: async (id) => {
      await ask('DELETE', id);
    },
  };
}

/** Webhooks of a dev environment (X docs: Account Activity API v1.1), signed in the user's name. */
export function webhooksV1(client: XClient, environment: string): WebhookApi {
  const base = '/1.1/account_activity/all';
  const ask = (method: XCall['method'], id?: string, more: Partial<XCall> = {}) => {
    const end = (name: string) => `/webhooks${id === undefined ? '' : `/${name}`}.json`;
    const path = `${base}/${encodeURIComponent(environment)}${end(id ?? '')}`;
    return client.call({ method, path, window: `${method} ${base}/:env${end(':id')}`, ...more });
  };
  return {
    list: async () => readAnswer(z.array(webhook), await ask('GET')),
    create: async (url) => readAnswer(webhook, await ask('POST', undefined, { query: { url }, timeout })),
    validate: async (id) => {
      await ask('PUT', id, { timeout });
      return true;
    },
    remove: async (id) => {
      await ask('DELETE', id);
    },
  };
}
