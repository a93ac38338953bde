import { BoundedMap } from '../../core/boundedMap';
import type { Clock } from '../../core/clock';
import { isEncryptedGroup } from '../../core/conversation';
import { BridgeError, reasonOf } from '../../core/errors';
import type { Log } from '../../core/ports';
import type { XClient } from '../api/client';
import { fetchConversation, type ConversationDetails } from './chatApi';

/** What X says of a conversation is believed for so long, in milliseconds. */
const lifeMs = 10 * 60_000;

/** Who is in an encrypted conversation, and what X keeps for all of it. */
export class Members {
  private readonly details = new BoundedMap<string, { at: number; details: ConversationDetails | undefined }>(
    5_000,
  );

  constructor(private readonly options: { client: XClient; clock: Clock; log: Log }) {}

  /** @returns undefined where X does not tell @throws BridgeError when X may tell later */
  async detailsOf(conversationId: string): Promise<ConversationDetails | undefined> {
    const { client, clock, log } = this.options;
    const known = this.details.get(conversationId);
    if (known && clock.now() - known.at < lifeMs) return known.details;
    let details: ConversationDetails | undefined;
    try {
      details = await fetchConversation(client, conversationId);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retryable) throw error;
      log.info('X does not tell who is in an encrypted conversation', {
        conversationId,
        reason: reasonOf(error),
      });
    }
    this.details.set(conversationId, { at: clock.now(), details });
    return details;
  }

  /** Who is in it may have changed. */
  forget(conversationId: string): void {
    this.details.delete(conversationId);
  }

  /** Whether somebody has a say in a conversation. Where X does not tell who is in a group, everybody has. @throws BridgeError */
  async has(userId: string, conversationId: string): Promise<boolean> {
    if (!isEncryptedGroup(conversationId)) return isOneOfTwo(userId, conversationId);
    const members = (await this.detailsOf(conversationId))?.memberIds;
    return members === undefined || members.includes(userId);
  }

  /** Whether somebody may delete what others wrote in a group (OpenAPI: delete chat messages). @throws BridgeError */
  async isAdmin(userId: string, conversationId: string): Promise<boolean> {
    if (!isEncryptedGroup(conversationId)) return false;
    return (await this.detailsOf(conversationId))?.adminIds?.includes(userId) === true;
  }
}

/** A conversation of two is named for both; who is in a group its id does not say. */
export function isOneOfTwo(userId: string, conversationId: string): boolean {
  return conversationId.split(':').includes(userId);
}
