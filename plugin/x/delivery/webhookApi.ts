import { readAnswer } from '../api/readAnswer';
import { z } from 'zod';
import type { XClient } from '../api/client';
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

/** Webhooks of the app (X docs: v2 webhooks), signed with the app's own token. */
export function webhooksV2(client: XClient): WebhookApi {
  const window = { all: '/2/webhooks', one: '/2/webhooks/:webhook_id' };
  return {
    list: async () => {
      const query = { 'webhook_config.fields': 'id,url,valid,created_at' };
      const path = window.all;
      return readAnswer(many, await client.call({ method: 'GET', path, query, window: `GET ${path}` })).data;
    },
    create: async (url) => {
      const path = window.all;
      const call = {
        method: 'POST',
        path,
        body: { url },
        window: `POST ${path}`,
        timeout: 30_000,
      } as const;
      return readAnswer(one, await client.call(call)).data;
    },
    validate: async (id) => {
      const path = `/2/webhooks/${id}`;
      const call = { method: 'PUT', path, window: `PUT ${window.one}`, timeout: 30_000 } as const;
      return readAnswer(validity, await client.call(call)).data.valid;
    },
    remove: async (id) => {
      await client.call({ method: 'DELETE', path: `/2/webhooks/${id}`, window: `DELETE ${window.one}` });
    },
  };
}

/** Webhooks of a dev environment (X docs: Account Activity API v1.1), signed in the user's name. */
export function webhooksV1(client: XClient, environment: string): WebhookApi {
  const base = `/1.1/account_activity/all/${encodeURIComponent(environment)}/webhooks`;
  const pattern = '/1.1/account_activity/all/:env/webhooks';
  return {
    list: async () => {
      const call = { method: 'GET', path: `${base}.json`, window: `GET ${pattern}.json` } as const;
      return readAnswer(z.array(webhook), await client.call(call));
    },
    create: async (url) => {
      const call = { method: 'POST', path: `${base}.json`, query: { url }, timeout: 30_000 } as const;
      return readAnswer(webhook, await client.call({ ...call, window: `POST ${pattern}.json` }));
    },
    validate: async (id) => {
      const call = { method: 'PUT', path: `${base}/${id}.json`, timeout: 30_000 } as const;
      await client.call({ ...call, window: `PUT ${pattern}/:id.json` });
      return true;
    },
    remove: async (id) => {
      await client.call({
        method: 'DELETE',
        path: `${base}/${id}.json`,
        window: `DELETE ${pattern}/:id.json`,
      });
    },
  };
}
