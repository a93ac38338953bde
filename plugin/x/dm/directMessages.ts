import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import { expandLinks, removeLink } from '../../core/links';
import type { DirectTarget, SentMessage } from '../../core/gateways';
import type { XClient } from '../api/client';
import { listOf } from '../api/fields';
import { readAnswer } from '../api/readAnswer';
import { say } from '../../texts/text';

/** The id alone (X docs, OpenAPI), or the whole event (X's local emulator). */
const sendAnswer = z.object({
  data: z
    .object({ dm_event_id: z.string().optional(), id: z.string().optional() })
    .transform(({ dm_event_id, id }) => dm_event_id ?? id)
    .pipe(z.string()),
});

/** A conversation's address, and its part of the name of a rate limit window. */
function addressOf(target: DirectTarget): { path: string; pattern: string } {
  return 'userId' in target
    ? {
        path: `/2/dm_conversations/with/${target.userId}`,
        pattern: '/2/dm_conversations/with/:participant_id',
      }
    : { path: `/2/dm_conversations/${target.groupId}`, pattern: '/2/dm_conversations/:id' };
}

/** Sends a Direct Message. Not idempotent: `outcomeUnknown` tells when it may have been sent all the same. */
export async function sendDirectMessage(
  client: XClient,
  target: DirectTarget,
  text: string,
  mediaId: string | undefined,
): Promise<string> {
  const { path, pattern } = addressOf(target);
  const answer = await client.call({
    method: 'POST',
    path: `${path}/messages`,
    window: `POST ${pattern}/messages`,
    body: {
      ...(text === '' ? {} : { text }),
      ...(mediaId === undefined ? {} : { attachments: [{ media_id: mediaId }] }),
    },
    changesThings: true,
  });
  const sent = sendAnswer.safeParse(answer);
  if (sent.success) return sent.data.data;
  throw new BridgeError('x-unavailable', 'X took the message but its answer cannot be understood', {
    retryable: true,
    outcomeUnknown: true,
    agentMessage: say('x.unclear'),
  });
}

const eventsAnswer = z.object({
  data: listOf(
    z.object({
      id: z.string(),
      text: z.string().default(''),
      sender_id: z.string().optional(),
      created_at: z.string().optional(),
      attachments: z.object({ media_keys: z.array(z.string()).nullish() }).optional(),
      entities: z
        .object({
          urls: z.array(z.object({ url: z.string(), expanded_url: z.string().optional() })).nullish(),
        })
        .optional(),
    }),
  ),
  meta: z.object({ next_token: z.string().optional() }).optional(),
});

/** Of the fifteen reads that X allows in a window, so that other look-ups find some left: a thousand messages. */
const maxPages = 10;

type DmEvent = z.infer<typeof eventsAnswer>['data'][number];

/** Our own messages since a time (ms since 1970), newest first, with links as they were written. */
export async function sentMessages(
  client: XClient,
  target: DirectTarget,
  ownId: string | undefined,
  since: number,
): Promise<SentMessage[]> {
  const events = await eventsSince(client, target, since);
  return events
    .filter(({ sender_id: sender }) =>
      'userId' in target ? sender !== undefined && sender !== target.userId : sender === ownId,
    )
    .map(sentMessage)
    .filter(({ sentAt }) => sentAt >= since);
}

/** Page by page, newest first, back to a time. @throws BridgeError, also where the time is out of reach */
async function eventsSince(client: XClient, target: DirectTarget, since: number): Promise<DmEvent[]> {
  const { path, pattern } = addressOf(target);
  const events: DmEvent[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const answer = await client.call({
      method: 'GET',
      path: `${path}/dm_events`,
      window: `GET ${pattern}/dm_events`,
      query: {
        'dm_event.fields': 'id,text,created_at,attachments,entities',
        // The sender is no field of its own: X shows it only as an expansion.
        expansions: 'sender_id,attachments.media_keys',
        event_types: 'MessageCreate',
        max_results: '100',
        ...(token === undefined ? {} : { pagination_token: token }),
      },
    });
    const { data, meta } = readAnswer(eventsAnswer, answer);
    events.push(...data);
    token = meta?.next_token;
    if (token === undefined || data.some(({ created_at }) => Date.parse(created_at ?? '') < since))
      return events;
  }
  throw new BridgeError('refused-by-x', 'the conversation on X has too many messages to look through');
}

function sentMessage(event: DmEvent): SentMessage {
  const mediaKeys = event.attachments?.media_keys ?? [];
  const links = (event.entities?.urls ?? []).map(({ url, expanded_url }) => ({
    url,
    expanded: expanded_url ?? url,
  }));
  const stub = /https:\/\/t\.co\/[A-Za-z0-9]+$/.exec(event.text)?.[0] ?? '';
  const said = mediaKeys.length > 0 ? removeLink(event.text, stub) : event.text;
  const sentAt = Date.parse(event.created_at ?? '');
  return { id: event.id, text: expandLinks(said, links), mediaKeys, sentAt };
}
