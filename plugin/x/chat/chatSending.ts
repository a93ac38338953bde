import type { ChatPorts } from './chatPorts';
import type {
  ChatConversation,
  ClosedMessage,
  ConversationKey,
  Opened,
  EncryptedReply,
  SealOptions,
  SentChatMessage,
} from '../../core/chat';
import { isEncryptedGroup } from '../../core/conversation';
import { BridgeError } from '../../core/errors';
import type { UploadedFile } from '../../core/messages';
import { attachmentOf } from './attachment';
import { deleteMessages, sendMessage } from './chatApi';
import { keyChanged, uncertain } from './chatFaults';
import type { ConversationKeys } from './conversationKeys';
import { FailedReplies } from './failedReplies';
import type { KeyChanges } from './keyChanges';
import type { Members } from './members';
import type { FromEvent } from './openMessage';
import { findSent } from './sentMessages';
import { say } from '../../texts/text';

export interface ChatSendingOptions extends ChatPorts {
  changes: KeyChanges;
  members: Members;
  conversationKeys: ConversationKeys;
  /** The account's own user, while its keys are in use. */
  ownId: () => string | undefined;
}

/** A customer chooses the time, and must be able to read the reply. Milliseconds. */
const minTtlMs = 5 * 60_000;

/** Sends one account's encrypted messages, and takes them back. */
export class ChatSending {
  private readonly failedReplies: FailedReplies;

  constructor(private readonly options: ChatSendingOptions) {
    this.failedReplies = new FailedReplies({
      ...options,
      otherKey: ({ conversationId, keyVersion }) =>
        this.options.conversationKeys.afterFailure(
          conversationId,
          this.partnerIn(conversationId),
          keyVersion,
        ),
      // Whatever X says of the second one, there is no third: it is not remembered.
      seal: (conversation, text, outboxSeq) => this.sealed(conversation, text, undefined, { outboxSeq }),
      note: (messageId, by) => this.options.store.noteReplaced(this.options.account, messageId, by),
      send: (answer) => this.send(answer, true),
    });
  }

  async seal(
    conversation: ChatConversation,
    text: string,
    file: UploadedFile | undefined,
    options: SealOptions,
  ): Promise<EncryptedReply> {
    const answer = await this.sealed(conversation, text, file, options);
    if (!file) this.failedReplies.remember(answer, text, options.outboxSeq);
    return answer;
  }

  private async sealed(
    { id, keyVersion }: ChatConversation,
    text: string,
    file: UploadedFile | undefined,
    { outboxSeq, quotes }: SealOptions,
  ): Promise<EncryptedReply> {
    const { account, workers, store } = this.options;
    const key = await this.keyOf(id, keyVersion);
    const attachment = file && attachmentOf(file);
    const ttlMs = await this.ttlIn(id);
    const sealed = await workers.call(
      'seal',
      { account, conversationId: id, key, text, attachment, quotes, ttlMs },
      id,
    );
    const answer = { conversationId: id, keyVersion, ...sealed };
    await store.noteSealed(account, { messageId: answer.messageId, conversationId: id, outboxSeq });
    return answer;
  }

  async send(answer: EncryptedReply, mayBeThere: boolean): Promise<string> {
    const { account, client, store } = this.options;
    const { conversationId, messageId } = answer;
    // X had taken it, failed it, and it went out again as another: repeated, it could arrive twice.
    if ((await store.sent(account, messageId))?.replacedBy !== undefined) return messageId;
    try {
      const { token } = await store.conversation(account, conversationId);
      const sequence = await sendMessage(client, answer, token);
      if (sequence !== undefined) await store.noteSent(account, messageId, sequence);
      return messageId;
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'refused-by-x') throw error;
      const { outcome, sequence } = await this.lookFor(conversationId, messageId, mayBeThere);
      if (outcome === 'there') {
        if (sequence !== undefined) await store.noteSent(account, messageId, sequence);
        return messageId;
      }
      if (mayBeThere && outcome === 'unknown') throw uncertain(error);
      const newest = await this.options.conversationKeys.newest(conversationId);
      if (newest === undefined || newest.version === answer.keyVersion) throw error;
      // It goes out under the newer key; X's word of this one must not send it once more.
      this.failedReplies.forget([messageId]);
      throw keyChanged(error);
    }
  }

  async recall(messages: SentChatMessage[]): Promise<void> {
    const { account, client, workers } = this.options;
    if (this.options.ownId() === undefined) throw new BridgeError('bad-request', say('recall.noKeys'));
    const [first] = messages;
    const sequences = messages.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence]));
    if (!first || sequences.length === 0) return;
    const { conversationId } = first;
    // X may say later that it failed: then it is not sent again.
    this.failedReplies.forget(messages.map(({ messageId }) => messageId));
    const action = await workers.call('prepareDelete', { account, conversationId, sequences });
    await deleteMessages(client, conversationId, sequences, action);
  }

  /** X had taken a message and failed it then: it is sent again where that helps, or told. @throws BridgeError */
  async afterFailure(
    { conversationId }: ClosedMessage,
    { id, why, ofKey }: Extract<FromEvent, { kind: 'failure' }>,
  ): Promise<Opened> {
    const { account, store, log } = this.options;
    const failed = await store.sent(account, id);
    if (failed && failed.conversationId !== conversationId) {
      log.warn("X's word of a failed reply names another conversation than the reply's, and was left out", {
        answer: failed.outboxSeq,
        messageId: id,
      });
      return { kind: 'nothing' };
    }
    const isSentAgain =
      failed && ofKey && ((await this.failedReplies.sendAgain(id)) || (await this.isReplaced(failed)));
    if (!isSentAgain) {
      log.warn('X could not deliver an encrypted reply, which it had taken', {
        answer: failed?.outboxSeq,
        messageId: id,
        reason: why,
      });
      return { kind: 'failure', id, why };
    }
    log.info('X could not deliver an encrypted reply for its key; it was sent under another', {
      answer: failed.outboxSeq,
      messageId: id,
    });
    return { kind: 'nothing' };
  }

  /** Whether a reply was sent again before the process ended. @throws BridgeError when X has to be asked and cannot be */
  private async isReplaced({ conversationId, replacedBy }: SentChatMessage): Promise<boolean> {
    if (replacedBy === undefined) return false;
    const { account, store } = this.options;
    const { outcome, sequence } = await this.lookFor(conversationId, replacedBy, true);
    if (sequence !== undefined) await store.noteSent(account, replacedBy, sequence);
    return outcome === 'there';
  }

  /** @throws BridgeError when it is gone, which takes new keys of the account */
  async keyOf(conversationId: string, version: string): Promise<ConversationKey> {
    const known = await this.options.conversationKeys.known(conversationId);
    const key = known.find((each) => each.version === version);
    if (key) return key;
    throw new BridgeError(
      'chat-key-changed',
      `the key ${version} of conversation ${conversationId} is not known`,
      {
        retryable: true,
      },
    );
  }

  /**
   * Looks for a message of ours in X's history; what that shows of newer keys is taken in.
   * @param everywhere else only where something is that was sent a moment ago
   * @returns `unknown` where not all of the history can be read
   */
  private async lookFor(
    conversationId: string,
    messageId: string,
    everywhere: boolean,
  ): Promise<{ outcome: 'there' | 'not there' | 'unknown'; sequence?: string | undefined }> {
    const own = this.options.ownId();
    let found: ReturnType<typeof findSent>;
    try {
      const read = await this.options.changes.learnFromHistory(conversationId, ({ events }) => {
        found = findSent(events, messageId, own);
        return found !== undefined || !everywhere;
      });
      if (found) return { outcome: 'there', sequence: found.sequence };
      return { outcome: read === 'more' ? 'unknown' : 'not there' };
    } catch (error) {
      if (error instanceof BridgeError && !error.retryable) return { outcome: 'unknown' };
      throw error;
    }
  }

  /** Replies disappear as what they answer does: in a group as X says, with one customer as that customer's messages do. */
  private async ttlIn(conversationId: string): Promise<number | undefined> {
    const { account, store } = this.options;
    if (!isEncryptedGroup(conversationId)) {
      const { ttlMs } = await store.conversation(account, conversationId);
      return ttlMs === undefined ? undefined : Math.max(ttlMs, minTtlMs);
    }
    // Where X does not tell, the reply stays; where it may tell later, the reply waits.
    return (await this.options.members.detailsOf(conversationId))?.ttlMs;
  }

  /** The customer in a conversation of two; undefined for a group. */
  private partnerIn(conversationId: string): string | undefined {
    if (isEncryptedGroup(conversationId)) return undefined;
    return conversationId.split(':').find((id) => id !== this.options.ownId());
  }
}
