import type { Registration } from 'chat-xdk-engine';
import { z } from 'zod';
import type { PersonKeys } from '../../core/chat';
import { BridgeError } from '../../core/errors';
import type { XClient } from '../api/client';
import { listOf } from '../api/fields';
import { readAnswer } from '../api/readAnswer';

/** People's public keys on X's side (X docs: X Chat, encryption keys). All methods throw BridgeError. */

const version = z.string().regex(/^\d{1,19}$/);
const base64 = z.string().min(1);
const publicKey = z.object({
  public_key_version: version,
  public_key: base64,
  signing_public_key: base64,
  identity_public_key_signature: base64,
});
const publicKeys = z.object({ data: listOf(z.unknown()) });

/** A user's public keys as X tells them; one that is not whole is left out. */
export async function fetchPublicKeys(client: XClient, userId: string): Promise<PersonKeys[]> {
  const query = {
    'public_key.fields': 'public_key_version,public_key,signing_public_key,identity_public_key_signature',
  };
  const { data } = readAnswer(publicKeys, (await getOrNothing(client, userId, query)) ?? {});
  return data.flatMap((each) => {
    const key = publicKey.safeParse(each).data;
    if (!key) return [];
    return {
      version: key.public_key_version,
      identity: key.public_key,
      signing: key.signing_public_key,
      signature: key.identity_public_key_signature,
    };
  });
}

const backup = z.object({ public_key_version: version, juicebox_config: z.record(z.string(), z.unknown()) });

/** How to reach the backup of the newest of the account's own keys; undefined when X has none. */
export async function fetchBackupConfig(client: XClient, ownId: string): Promise<unknown> {
  const query = { 'public_key.fields': 'public_key_version,juicebox_config' };
  const { data } = readAnswer(publicKeys, (await getOrNothing(client, ownId, query)) ?? {});
  const backups = data.flatMap((each) => {
    const read = backup.safeParse(each).data;
    return read ? [read] : [];
  });
  // A realm's tokens are for one version of the keys (X docs: handling private keys).
  backups.sort((one, other) => Number(BigInt(other.public_key_version) - BigInt(one.public_key_version)));
  return backups[0]?.juicebox_config;
}

/** Someone who never used encrypted chat has no keys: X says so with 404 or with nothing. */
async function getOrNothing(
  client: XClient,
  userId: string,
  query: Record<string, string>,
): Promise<unknown> {
  try {
    return await client.call({
      method: 'GET',
      path: `/2/users/${userId}/public_keys`,
      query,
      window: 'GET /2/users/:id/public_keys',
    });
  } catch (error) {
    if (error instanceof BridgeError && error.status === 404) return undefined;
    throw error;
  }
}

const registered = z.object({ data: z.object({ public_key_version: version.optional() }).optional() });

/**
 * Registers public keys for the account's own user.
 * @returns the version X gave them; undefined where X chose one and does not say which
 */
export async function registerKeys(
  client: XClient,
  ownId: string,
  { publicKey: key, version: proposed = '0', generateVersion }: Registration,
): Promise<string | undefined> {
  const answer = await client.call({
    method: 'POST',
    path: `/2/users/${ownId}/public_keys`,
    window: 'POST /2/users/:id/public_keys',
    body: {
      public_key: {
        public_key: key.publicKey,
        signing_public_key: key.signingPublicKey,
        identity_public_key_signature: key.identityPublicKeySignature,
        registration_method: key.registrationMethod,
        ...(key.signingPublicKeySignature === undefined
          ? {}
          : { signing_public_key_signature: key.signingPublicKeySignature }),
        ...(key.publicKeyFingerprint === undefined
          ? {}
          : { public_key_fingerprint: key.publicKeyFingerprint }),
      },
      version: proposed,
      generate_version: generateVersion,
    },
    changesThings: true,
  });
  const result = registered.safeParse(answer ?? {});
  if (result.success) return result.data.data?.public_key_version ?? (generateVersion ? undefined : proposed);
  throw new BridgeError('x-unavailable', 'X took the keys but its answer cannot be understood', {
    retryable: true,
    outcomeUnknown: true,
  });
}
