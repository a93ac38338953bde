import { BoundedMap } from '../../core/boundedMap';
import type { ChatConversation, EncryptedReply } from '../../core/chat';
import type { Clock } from '../../core/clock';
import { BridgeError } from '../../core/errors';
import type { Log } from '../../core/ports';

/** X says within seconds that a message failed; older words are dropped with the next reply. Milliseconds. */
const lifeMs = 15 * 60_000;

/** So many replies are remembered. */
const most = 1_000;

interface Reply {
  answer: EncryptedReply;
  text: string;
  outboxSeq: number;
  at: number;
  /** The same words under another key, once they are sealed: a second try sends the very same. */
  again?: EncryptedReply;
}

export interface FailedRepliesPorts {
  clock: Clock;
  /** Writes down that a message is sent again as another, before it goes out. */
  note: (messageId: string, by: string) => Promise<void>;
  /** A key that X takes, in the place of one it does not; undefined where there is none. */
  otherKey: (answer: EncryptedReply) => Promise<ChatConversation | undefined>;
  seal: (conversation: ChatConversation, text: string, outboxSeq: number) => Promise<EncryptedReply>;
  send: (answer: EncryptedReply) => Promise<unknown>;
  log: Log;
}

/**
 * Sends replies once more that X could not deliver for their key. What they say is remembered in memory only, since nothing of
 * an encrypted message may be on the disk; after a restart the agent is asked to write it again.
 */
export class FailedReplies {
  private readonly replies = new BoundedMap<string, Reply>(most);

  constructor(private readonly ports: FailedRepliesPorts) {}

  /** Remembers a reply without a file; one with a file would have to be uploaded again. */
  remember(answer: EncryptedReply, text: string, outboxSeq: number): void {
    const now = this.ports.clock.now();
    for (const [id, { at }] of this.replies) if (now - at > lifeMs) this.replies.delete(id);
    this.replies.set(answer.messageId, { answer, text, outboxSeq, at: now });
  }

  /** Replies that were taken back are not sent again. */
  forget(messageIds: string[]): void {
    for (const each of messageIds) this.replies.delete(each);
  }

  /** @returns whether the reply is on its way again. @throws BridgeError when that can be tried again later */
  async sendAgain(messageId: string): Promise<boolean> {
    const { clock, note, otherKey, seal, send, log } = this.ports;
    const reply = this.replies.get(messageId);
    if (!reply || clock.now() - reply.at > lifeMs) return false;
    try {
      if (!reply.again) {
        const conversation = await otherKey(reply.answer);
        if (!conversation) return false;
        const again = await seal(conversation, reply.text, reply.outboxSeq);
        // It was taken back meanwhile.
        if (this.replies.get(messageId) !== reply) return false;
        reply.again = again;
        await note(messageId, reply.again.messageId);
      }
      await send(reply.again);
      this.replies.delete(messageId);
      return true;
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retryable) throw error;
      this.replies.delete(messageId);
      log.warn('an encrypted reply could not be sent under another key', {
        messageId,
        reason: error.message,
      });
      return false;
    }
  }
}
