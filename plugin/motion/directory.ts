import { z } from 'zod';
import { BridgeError } from '../core/errors';
import type { HostClient } from './client';

/** An Open Channel account as the host lists it. */
export interface OpenChannelAccount {
  id: number;
  name: string;
  mapKey: string;
  replyUrl: string;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const row = z.object({ id: z.coerce.number(), name: text, mapKey: text, replyUrl: text });
const list = z.object({ rows: z.array(row) });
const whoami = z.object({ name: z.string().optional(), role: z.string().optional() });

/** How long the host may take for what an admin waits for, in milliseconds. */
const timeout = 8_000;

/** The host's Open Channel accounts (`GET /openchannel/accounts`). @throws BridgeError */
export async function openChannelAccounts(client: HostClient): Promise<OpenChannelAccount[]> {
  const path = '/openchannel/accounts';
  const response = await client.call<unknown>({ method: 'GET', path, name: `GET ${path}`, timeout });
  const read = list.safeParse(response.data);
  if (read.success) return read.data.rows;
  throw new BridgeError(
    'host-unavailable',
    "XCALLY Motion's list of Open Channel accounts cannot be understood",
    {
      retryable: true,
    },
  );
}

/**
 * Enters the address that the host calls for replies (`PUT /openchannel/accounts/:id`). Hosts may not let the user do that.
 * @throws BridgeError
 */
export async function changeReplyUrl(client: HostClient, id: number, replyUrl: string): Promise<void> {
  await client.call<unknown>({
    method: 'PUT',
    path: `/openchannel/accounts/${id}`,
    name: 'PUT /openchannel/accounts/:id',
    data: { replyUrl },
    timeout,
  });
}

/** Who the host takes us for (`GET /users/whoami`). @throws BridgeError */
export async function hostUser(client: HostClient): Promise<{ name?: string; role?: string }> {
  const path = '/users/whoami';
  const response = await client.call<unknown>({ method: 'GET', path, name: `GET ${path}`, timeout });
  const read = whoami.safeParse(response.data);
  if (!read.success) return {};
  const { name, role } = read.data;
  return { ...(name === undefined ? {} : { name }), ...(role === undefined ? {} : { role }) };
}
