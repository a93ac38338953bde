import { z } from 'zod';
import { BridgeError } from '../core/errors';
import type { HostClient } from './client';

const contacts = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });
const contactId = z.union([z.string().min(1), z.number()]).transform(String);

/** How long the host may take, in milliseconds. */
const timeout = 5_000;

/**
 * Whether the contact manager certainly has a contact with this value in that field.
 * @returns false also where the host does not tell
 */
export async function hasContact(client: HostClient, field: string, value: string): Promise<boolean> {
  try {
    return (await contactWith(client, field, value)) !== undefined;
  } catch (error) {
    if (error instanceof BridgeError) return false;
    throw error;
  }
}

/**
 * Changes fields of the contact with this value in that field (`PUT /cm/contacts/:id`); the others stay.
 * @returns false where there is no such contact
 * @throws BridgeError, also where the host knows no such call
 */
export async function updateContact(
  client: HostClient,
  field: string,
  value: string,
  fields: Record<string, string>,
): Promise<boolean> {
  const read = contactId.safeParse((await contactWith(client, field, value))?.['id']);
  if (!read.success) return false;
  await client.call({
    method: 'PUT',
    path: `/cm/contacts/${encodeURIComponent(read.data)}`,
    name: 'PUT /cm/contacts/:id',
    data: fields,
    timeout,
  });
  return true;
}

/**
 * Looks a contact up (`GET /cm/contacts?<field>=<value>`). Hosts differ in which filters they know, so the rows
 * themselves decide.
 */
async function contactWith(
  client: HostClient,
  field: string,
  value: string,
): Promise<Record<string, unknown> | undefined> {
  const query = new URLSearchParams({ [field]: value, limit: '100' });
  const response = await client.call<unknown>({
    method: 'GET',
    path: `/cm/contacts?${query.toString()}`,
    name: 'GET /cm/contacts',
    timeout,
  });
  const plain = value.trim().toLowerCase();
  const holds = (found: unknown) => typeof found === 'string' && found.trim().toLowerCase() === plain;
  return contacts.safeParse(response.data).data?.rows.find((row) => holds(row[field]));
}
