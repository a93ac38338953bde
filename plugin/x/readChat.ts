import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { EncryptedMessage } from '../bridge/events';
import { idText } from './fields';

const chatPayload = z.object({ sender_id: idText, encoded_event: z.string().min(1) });

/**
 * Reads the payload of `chat.received` (X docs: X Chat events). The message itself stays closed.
 * @throws ZodError when it is none
 */
export function readChat(payload: unknown, now: number): EncryptedMessage {
  const { sender_id: senderId, encoded_event: event } = chatPayload.parse(payload);
  // X's id of the message is inside; what is signed and closed is the same however often it comes.
  return { id: createHash('sha256').update(event).digest('hex').slice(0, 32), senderId, at: now };
}
