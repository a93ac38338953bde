import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { EncryptedMessage } from '../../core/inbound/events';
import { readWrapper } from '../chat/messageEvent';
import { idText } from '../api/fields';
import { toldTime } from '../api/toldTime';

const base64 = z.string().min(1).max(1_000_000);

/**
 * Two users, or `g` and a number for a group. X writes the two in either order, with a colon or a hyphen (X docs: event
 * payloads, xchat-xdk); what is signed has a colon and the smaller number first.
 */
const conversationId = z
  .string()
  .regex(/^(?:g\d{1,19}|\d{1,19}[:-]\d{1,19})$/)
  .transform((id) => {
    const [one = '', other] = id.split(/[:-]/);
    if (other === undefined) return id;
    return BigInt(one) < BigInt(other) ? `${one}:${other}` : `${other}:${one}`;
  });

const chatPayload = z.object({
  conversation_id: conversationId,
  conversation_token: z.string().max(10_000).optional().catch(undefined),
  sender_id: idText,
  encoded_event: base64,
  conversation_key_change_event: base64.nullish().catch(undefined),
  created_at: z.string().optional().catch(undefined),
});

/**
 * Reads the payload of `chat.received` (X docs: X Chat events), or an event of a conversation as X hands it out.
 * The message itself stays closed.
 * @throws ZodError when it is none
 */
export function readChat(payload: unknown, now: number): EncryptedMessage {
  const read = chatPayload.parse(payload);
  const event = read.encoded_event;
  const { sequenceId, messageId, createdAt, kind } = readWrapper(event);
  return {
    // What is signed in it is not known yet; the same bytes are certainly the same message.
    id: createHash('sha256').update(event).digest('hex').slice(0, 32),
    senderId: read.sender_id,
    at: toldTime(createdAt ?? read.created_at, now),
    kind,
    messageId,
    closed: {
      event,
      keyChanges: read.conversation_key_change_event ? [read.conversation_key_change_event] : [],
      conversationId: read.conversation_id,
      ...(read.conversation_token === undefined ? {} : { token: read.conversation_token }),
      ...(sequenceId === undefined ? {} : { sequence: sequenceId }),
    },
  };
}
