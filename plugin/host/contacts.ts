import { z } from 'zod';
import { BridgeError } from '../bridge/errors';
import type { HostClient } from './client';

const contacts = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

/**
 * Whether the contact manager surely has a contact with this value in that field
 * (`GET /cm/contacts?<field>=<value>`). Hosts differ in which filters they know, so the rows themselves decide.
 * @returns false also where the host does not tell
 */
export async function hasContact(client: HostClient, field: string, value: string): Promise<boolean> {
  const query = new URLSearchParams({ [field]: value, limit: '100' });
  try {
    const response = await client.call<unknown>({
      method: 'GET',
      path: `/cm/contacts?${query.toString()}`,
      name: 'GET /cm/contacts',
      timeout: 5_000,
    });
    const read = contacts.safeParse(response.data);
    const plain = value.trim().toLowerCase();
    const holds = (found: unknown) => typeof found === 'string' && found.trim().toLowerCase() === plain;
    return read.data?.rows.some((row) => holds(row[field])) ?? false;
  } catch (error) {
    if (error instanceof BridgeError) return false;
    throw error;
  }
}
