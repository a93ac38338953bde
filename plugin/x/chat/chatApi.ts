import { z } from 'zod';
import type { EncryptedReply } from '../../core/chat';
import { BridgeError } from '../../core/errors';
import type { XClient } from '../api/client';
import { listOf } from '../api/fields';
import { isRecord } from '../../core/isRecord';
import { readProblem } from '../api/readProblem';
import { readAnswer } from '../api/readAnswer';
import { readWrapper } from './messageEvent';
import type { PreparedAction, PreparedKeys } from './protocol';
import { say } from '../../texts/text';

/** Encrypted chat on X's side (X docs: X Chat). All methods throw BridgeError. */

const added = z.object({ data: z.object({ sequence_id: z.string().regex(/^\d{1,19}$/) }) });

/** Makes a conversation's new key known to both sides. @returns X's number of the change, where X tells */
export async function addConversationKeys(
  client: XClient,
  prepared: PreparedKeys,
): Promise<string | undefined> {
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
      action_signatures: prepared.actions.map(signedAction),
    },
    changesThings: true,
  });
  refuseErrors(answer, 'the key of the conversation');
  return added.safeParse(answer).data?.data.sequence_id;
}

const signedAction = (action: PreparedAction) => ({
  message_id: action.messageId,
  encoded_message_event_detail: action.detail,
  message_event_signature: {
    signature: action.signature,
    signature_version: action.signatureVersion,
    public_key_version: action.publicKeyVersion,
  },
});

const sent = z.object({ data: z.object({ encoded_message_event: z.string() }) });

/** Sends a message. X drops one whose signed id it has already. @returns X's number of it, where X tells */
export async function sendMessage(
  client: XClient,
  { conversationId, messageId, content, signature }: EncryptedReply,
  token: string | undefined,
): Promise<string | undefined> {
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
  const event = sent.safeParse(answer).data?.data.encoded_message_event;
  return event === undefined ? undefined : readWrapper(event).sequenceId;
}

const deleted = z.object({ data: z.object({ deleted: z.boolean() }) });

/** Takes messages of the account back, for everybody in the conversation. */
export async function deleteMessages(
  client: XClient,
  conversationId: string,
  sequences: string[],
  action: PreparedAction,
): Promise<void> {
  const answer = await client.call({
    method: 'POST',
    path: `/2/chat/conversations/${inPath(conversationId)}/messages/delete`,
    window: 'POST /2/chat/conversations/:id/messages/delete',
    body: {
      sequence_ids: sequences,
      delete_message_action: 'delete_for_all',
      action_signatures: [signedAction(action)],
    },
  });
  refuseErrors(answer, 'that the message is deleted');
  if (deleted.safeParse(answer).data?.data.deleted !== true)
    throw new BridgeError('refused-by-x', 'X did not delete the message');
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
  const why = detail === '' ? 'it gives no reason' : detail;
  throw new BridgeError('refused-by-x', `X did not take ${what}: ${why}`, {
    agentMessage: say('chat.notTaken', { what, detail: why }),
  });
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
  const { data, meta } = readAnswer(page, answer);
  return {
    events: data,
    keyChanges: [...(meta?.conversation_key_events ?? []), ...data.flatMap(keyChangeOf)],
    next: meta?.next_token ?? undefined,
  };
}

const details = z.object({
  data: z.object({
    group_name: z.string().optional().catch(undefined),
    member_ids: z.array(z.string()).optional().catch(undefined),
    admin_ids: z.array(z.string()).optional().catch(undefined),
    message_ttl_ms: z.number().positive().optional().catch(undefined),
  }),
});

/** What X tells of a conversation; each only where it does. */
export interface ConversationDetails {
  /** As it was written: encrypted with a key of the conversation, or in plain. */
  name?: string | undefined;
  memberIds?: string[] | undefined;
  adminIds?: string[] | undefined;
  /** Messages disappear after so many milliseconds. */
  ttlMs?: number | undefined;
}

/** Who is in a conversation, and what it is called. */
export async function fetchConversation(
  client: XClient,
  conversationId: string,
): Promise<ConversationDetails> {
  const answer = await client.call({
    method: 'GET',
    path: `/2/chat/conversations/${inPath(conversationId)}`,
    window: 'GET /2/chat/conversations/:id',
    query: {
      'chat_conversation.fields': 'id,type,group_name,message_ttl_ms',
      expansions: 'member_ids,admin_ids',
    },
  });
  // X answers 200 with errors alone where the account is in the conversation no longer: then it does not tell.
  const told = details.safeParse(answer).data?.data;
  return {
    name: told?.group_name,
    memberIds: told?.member_ids,
    adminIds: told?.admin_ids,
    ttlMs: told?.message_ttl_ms,
  };
}

const inbox = z.object({
  data: listOf(
    z.object({
      id: z.string().regex(/^(?:g\d{1,19}|\d{1,19}(?:[:-]\d{1,19})?)$/),
      updated_at: z.string().optional(),
    }),
  ),
  meta: z
    .object({
      next_token: z.string().nullish(),
      has_message_requests: z.boolean().nullish().catch(undefined),
    })
    .nullish(),
});

export interface ConversationNews {
  id: string;
  /** Milliseconds since 1970; undefined where X does not say. */
  updatedAt: number | undefined;
}

/** A page of the account's conversations, those with the latest news first; message requests are not among them. */
export async function fetchConversations(
  client: XClient,
  next?: string,
): Promise<{ conversations: ConversationNews[]; hasRequests: boolean; next: string | undefined }> {
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
  const { data, meta } = readAnswer(inbox, answer);
  const conversations = data.map(({ id, updated_at: at }) => {
    const updatedAt = Date.parse(at ?? '');
    return { id, updatedAt: Number.isNaN(updatedAt) ? undefined : updatedAt };
  });
  return {
    conversations,
    hasRequests: meta?.has_message_requests === true,
    next: meta?.next_token ?? undefined,
  };
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
