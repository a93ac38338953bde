import { z } from 'zod';
import type { PersonKeys, SealedAnswer } from '../../bridge/chat';
import { BridgeError } from '../../bridge/errors';
import type { XClient } from '../client';
import { isRecord, listOf } from '../fields';
import { readProblem } from '../readProblem';
import { read } from '../webhookApi';
import { readWrapper } from './messageEvent';
import type { PreparedKeys } from './protocol';
import type { Registration } from 'chat-xdk-engine';

/** Encrypted chat on X's side (X docs: X Chat). All methods throw BridgeError. */

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
  const { data } = read(publicKeys, (await getOrNothing(client, userId, query)) ?? {});
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
  const { data } = read(publicKeys, (await getOrNothing(client, ownId, query)) ?? {});
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

/** Registers public keys for the account's own user. @returns the version X gave them */
export async function registerKeys(
  client: XClient,
  ownId: string,
  { publicKey: key, version: proposed = '0', generateVersion }: Registration,
): Promise<string> {
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
  if (result.success) return result.data.data?.public_key_version ?? proposed;
  throw new BridgeError('x-unavailable', 'X took the keys but its answer cannot be understood', {
    retryable: true,
    outcomeUnknown: true,
  });
}

/** Makes a conversation's new key known to both sides. */
export async function addConversationKeys(client: XClient, prepared: PreparedKeys): Promise<void> {
  const answer = await client.call({
    method: 'POST',
    path: `/2/chat/conversations/${inPath(prepared.conversationId)}/keys`,
    window: 'POST /2/chat/conversations/:id/keys',
    body: {
      conversation_key_version: prepared.version,
      conversation_participant_keys: prepared.participants.map((each) => ({
        user_id: each.userId,
        encrypted_conversation_key: each.sealedKey,
        public_key_version: each.publicKeyVersion,
      })),
      action_signatures: prepared.actions.map((each) => ({
        message_id: each.messageId,
        encoded_message_event_detail: each.detail,
        message_event_signature: {
          signature: each.signature,
          signature_version: each.signatureVersion,
          public_key_version: each.publicKeyVersion,
        },
      })),
    },
    changesThings: true,
  });
  refuseErrors(answer, 'the key of the conversation');
}

/** Sends a message. X drops one whose signed id it has already. */
export async function sendMessage(
  client: XClient,
  { conversationId, messageId, content, signature }: SealedAnswer,
  token: string | undefined,
): Promise<void> {
  const answer = await client.call({
    method: 'POST',
    path: `/2/chat/conversations/${inPath(conversationId)}/messages`,
    window: 'POST /2/chat/conversations/:id/messages',
    body: {
      message_id: messageId,
      encoded_message_create_event: content,
      encoded_message_event_signature: signature,
      ...(token === undefined ? {} : { conversation_token: token }),
    },
    changesThings: true,
  });
  refuseErrors(answer, 'the encrypted message');
}

/**
 * An answer of 200 may hold errors in the place of what was asked for (OpenAPI: every answer has `errors` beside `data`).
 * @throws BridgeError `refused-by-x`
 */
export function refuseErrors(answer: unknown, what: string): void {
  if (!isRecord(answer) || answer['data'] !== undefined) return;
  const errors = answer['errors'];
  if (!Array.isArray(errors) || errors.length === 0) return;
  const { detail } = readProblem(answer);
  const words = `X did not take ${what}: ${detail === '' ? 'it gives no reason' : detail}`;
  throw new BridgeError('refused-by-x', words, { agentMessage: `${words}.` });
}

const page = z.object({
  data: listOf(z.unknown()),
  meta: z
    .object({
      conversation_key_events: z.array(z.string()).nullish().catch(undefined),
      next_token: z.string().nullish(),
    })
    .nullish(),
});

export interface EventsPage {
  /** As X hands them out, the newest first. */
  events: unknown[];
  keyChanges: string[];
  next: string | undefined;
}

/** X shows changes of a key among the events as well (X docs: troubleshooting, "safe debugging"). */
function keyChangeOf(event: unknown): string[] {
  const encoded = isRecord(event) ? event['encoded_event'] : undefined;
  return typeof encoded === 'string' && readWrapper(encoded).kind === 'keyChange' ? [encoded] : [];
}

/** A page of a conversation's events, with the changes of its key beside and among them. */
export async function fetchEvents(
  client: XClient,
  conversationId: string,
  next?: string,
): Promise<EventsPage> {
  const answer = await client.call({
    method: 'GET',
    path: `/2/chat/conversations/${inPath(conversationId)}/events`,
    window: 'GET /2/chat/conversations/:id/events',
    query: {
      'chat_message_event.fields': 'id,sender_id,conversation_id,conversation_token,created_at,encoded_event',
      max_results: '100',
      ...(next === undefined ? {} : { pagination_token: next }),
    },
  });
  const { data, meta } = read(page, answer ?? {});
  return {
    events: data,
    keyChanges: [...(meta?.conversation_key_events ?? []), ...data.flatMap(keyChangeOf)],
    next: meta?.next_token ?? undefined,
  };
}

const inbox = z.object({
  data: listOf(
    z.object({
      id: z.string().regex(/^(?:g\d{1,19}|\d{1,19}(?:[:-]\d{1,19})?)$/),
      updated_at: z.string().optional(),
    }),
  ),
  meta: z.object({ next_token: z.string().nullish() }).nullish(),
});

export interface ConversationNews {
  id: string;
  /** Milliseconds since 1970; undefined where X does not say. */
  updatedAt: number | undefined;
}

/** A page of the account's conversations, those with the latest news first. */
export async function fetchConversations(
  client: XClient,
  next?: string,
): Promise<{ conversations: ConversationNews[]; next: string | undefined }> {
  const path = '/2/chat/conversations';
  const answer = await client.call({
    method: 'GET',
    path,
    window: `GET ${path}`,
    query: {
      'chat_conversation.fields': 'id,type,updated_at',
      max_results: '100',
      ...(next === undefined ? {} : { pagination_token: next }),
    },
  });
  const { data, meta } = read(inbox, answer ?? {});
  const conversations = data.map(({ id, updated_at: at }) => {
    const updatedAt = Date.parse(at ?? '');
    return { id, updatedAt: Number.isNaN(updatedAt) ? undefined : updatedAt };
  });
  return { conversations, next: meta?.next_token ?? undefined };
}

/** Shows the customer that what they wrote was read, up to an event. */
export async function markRead(client: XClient, conversationId: string, sequence: string): Promise<void> {
  await client.call({
    method: 'POST',
    path: `/2/chat/conversations/${inPath(conversationId)}/read`,
    window: 'POST /2/chat/conversations/:id/read',
    body: { seen_until_sequence_id: sequence },
  });
}

/** Shows the customer that somebody writes. */
export async function showTyping(client: XClient, conversationId: string): Promise<void> {
  await client.call({
    method: 'POST',
    path: `/2/chat/conversations/${inPath(conversationId)}/typing`,
    window: 'POST /2/chat/conversations/:id/typing',
  });
}

/** In addresses a hyphen stands where the signed id has a colon. */
export function inPath(conversationId: string): string {
  return conversationId.replace(':', '-');
}
