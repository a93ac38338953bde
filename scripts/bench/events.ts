import { createHmac } from 'node:crypto';

/** An event of X as it is sent: signed, ready to go. */
export interface SignedEvent {
  body: Buffer;
  signature: string;
}

export const secret = 'bench-secret-of-the-service';
const customers = 50;
let lastId = 2_000_000_000_000_000_000n;

/** Direct Messages of 50 customers, each with an id of its own. */
export function signedEvents(count: number): SignedEvent[] {
  return Array.from({ length: count }, (_, index) => signedEvent(index, `message ${index}`));
}

/** @param text is found again at the host */
export function signedEvent(index: number, text: string): SignedEvent {
  lastId += 4_194_305n;
  const senderId = String(1_700_000_000_000_000_000n + BigInt(index % customers));
  const body = Buffer.from(JSON.stringify(envelope(lastId.toString(), senderId, text)));
  return { body, signature: `sha256=${createHmac('sha256', secret).update(body).digest('base64')}` };
}

function envelope(id: string, senderId: string, text: string): object {
  const user = { id: senderId, username: `customer_${senderId.slice(-3)}`, name: 'A customer' };
  return {
    data: {
      event_uuid: id,
      event_type: 'dm.received',
      filter: { user_id: '900000000000000001', direction: 'inbound' },
      payload: {
        direct_message_events: [
          {
            type: 'message_create',
            id,
            created_timestamp: String(Date.now()),
            message_create: {
              target: { recipient_id: '900000000000000001' },
              sender_id: senderId,
              message_data: { text, entities: { hashtags: [], symbols: [], user_mentions: [], urls: [] } },
            },
          },
        ],
        users: { [senderId]: { data: user } },
      },
    },
  };
}
