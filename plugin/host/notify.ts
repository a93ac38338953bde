import { z } from 'zod';
import { BridgeError } from '../bridge/errors';
import type { HostMessage, Notification, NotifyReceipt } from '../bridge/sides';
import type { HostClient } from './client';

const id = z.union([z.string().min(1), z.number()]).transform(String);

/** What is known of the answer to notify; hosts differ, so every field may be missing. */
const stored = z.object({
  id: id.optional().catch(undefined),
  OpenchannelInteractionId: id.nullish().catch(undefined),
  InteractionId: id.nullish().catch(undefined),
});

/** Which of its two names a host has for the call that takes a message. */
export type NotifyVerb = 'notify' | 'receive';

/**
 * Hands one message to an Open Channel account (`POST /openchannel/accounts/:id/notify`; `/receive` on old
 * hosts). Not idempotent.
 * @throws BridgeError; `outcomeUnknown` tells when the host may have stored it all the same
 */
export async function notify(
  client: HostClient,
  accountId: number,
  verb: NotifyVerb,
  { contact, attachmentId, from, body, mapKey, threadId }: Notification,
): Promise<NotifyReceipt> {
  const response = await client.call<unknown>({
    method: 'POST',
    path: `/openchannel/accounts/${accountId}/${verb}`,
    name: `POST /openchannel/accounts/:id/${verb}`,
    data: {
      ...contact,
      from,
      body,
      mapKey,
      ...(threadId === undefined ? {} : { threadId }),
      ...(attachmentId === undefined ? {} : { AttachmentId: attachmentIdOf(attachmentId) }),
    },
    timeout: 30_000,
    changesThings: true,
  });
  const read = stored.safeParse(response.data);
  const { id: messageId, OpenchannelInteractionId, InteractionId } = read.data ?? {};
  return { messageId, interactionId: OpenchannelInteractionId ?? InteractionId ?? undefined };
}

/** The host's ids are numbers; an id of another form goes as it came. */
function attachmentIdOf(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) && String(number) === value ? number : value;
}

const messages = z.object({
  rows: z.array(
    z.object({
      id,
      direction: z.string().default(''),
      body: z.string().nullish(),
      createdAt: z.string().nullish(),
    }),
  ),
});

/** The messages of an interaction (`GET /openchannel/interactions/:id/messages`). */
export async function messagesOf(client: HostClient, interactionId: string): Promise<HostMessage[]> {
  const response = await client.call<unknown>({
    method: 'GET',
    path: `/openchannel/interactions/${encodeURIComponent(interactionId)}/messages`,
    name: 'GET /openchannel/interactions/:id/messages',
    timeout: 10_000,
  });
  const read = messages.safeParse(response.data);
  if (!read.success)
    throw new BridgeError('refused-by-host', "the host's list of messages cannot be understood", {
      retryable: false,
    });
  return read.data.rows.map(({ id: messageId, direction, body, createdAt }) => {
    const at = Date.parse(createdAt ?? '');
    return { id: messageId, direction, body: body ?? '', createdAt: Number.isNaN(at) ? undefined : at };
  });
}

/** Whether the host surely counts an interaction as closed (`GET /openchannel/interactions/:id`). @throws BridgeError */
export async function isClosed(client: HostClient, interactionId: string): Promise<boolean> {
  const response = await client.call<unknown>({
    method: 'GET',
    path: `/openchannel/interactions/${encodeURIComponent(interactionId)}`,
    name: 'GET /openchannel/interactions/:id',
    timeout: 5_000,
  });
  const read = z.object({ closed: z.union([z.boolean(), z.number()]) }).safeParse(response.data);
  return read.success && Boolean(read.data.closed);
}
