import { z } from 'zod';
import { BridgeError } from '../core/errors';
import type { HostMessage, Notification, NotifyReceipt } from '../core/gateways';
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

const page = z.object({
  count: z.number().optional().catch(undefined),
  rows: z.array(
    z.object({
      id,
      direction: z.string().default(''),
      body: z.string().nullish(),
      createdAt: z.string().nullish(),
    }),
  ),
});
type Row = z.infer<typeof page>['rows'][number];

/** So many pages of an interaction are read at most; a thousand messages are more than a look-up is about. */
const maxPages = 10;

/**
 * The messages of an interaction since a time (`GET /openchannel/interactions/:id/messages`), and maybe some before it. A
 * host may hand them out in pages, the oldest or the newest first.
 * @param since milliseconds since 1970, by the host's clock
 * @throws BridgeError
 */
export async function messagesOf(
  client: HostClient,
  interactionId: string,
  since: number,
): Promise<HostMessage[]> {
  const first = await readPage(client, interactionId, undefined);
  const { rows, count = rows.length } = first;
  const found = [...rows];
  // What a host gives unasked is the most that it gives.
  const size = rows.length;
  const oldestFirst = timeOf(rows[0]) <= timeOf(rows.at(-1));
  let offset = oldestFirst ? Math.max(size, count - size) : size;
  for (let pages = 1; pages < maxPages && found.length < count; pages += 1) {
    const { rows: more } = await readPage(client, interactionId, { limit: size, offset });
    // A host that pays no heed to the offset shows the same again.
    if (more.length === 0 || found.some(({ id: known }) => known === more[0]?.id)) break;
    found.push(...more);
    if (Math.min(...more.map(timeOf)) < since) break;
    offset = oldestFirst ? Math.max(size, offset - size) : offset + more.length;
  }
  return found.map(hostMessage);
}

async function readPage(
  client: HostClient,
  interactionId: string,
  asked: { limit: number; offset: number } | undefined,
) {
  const paging = asked ? `?limit=${asked.limit}&offset=${asked.offset}` : '';
  const response = await client.call<unknown>({
    method: 'GET',
    path: `/openchannel/interactions/${encodeURIComponent(interactionId)}/messages${paging}`,
    name: 'GET /openchannel/interactions/:id/messages',
    timeout: 10_000,
  });
  const read = page.safeParse(response.data);
  if (read.success) return read.data;
  throw new BridgeError('refused-by-host', "XCALLY Motion's list of messages cannot be understood");
}

const timeOf = (row: Row | undefined) => Date.parse(row?.createdAt ?? '') || 0;

function hostMessage(row: Row): HostMessage {
  const { id: messageId, direction, body } = row;
  return { id: messageId, direction, body: body ?? '', createdAt: timeOf(row) || undefined };
}

/** Whether the host certainly counts an interaction as closed (`GET /openchannel/interactions/:id`). @throws BridgeError */
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
