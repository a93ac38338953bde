import { Chat, type SigningKey } from 'chat-xdk-engine';
import type { World } from '../world';
import { loadChatLibrary } from './library';
import { failureDetail, messageDetail, wrapEvent, type SimFailure } from './messageEvent';

/** A user's public keys as somebody registered them. */
export interface SimPublicKey {
  version: string;
  publicKey: string;
  signingPublicKey: string;
  signature: string;
}

/** An event of a conversation, closed to X as well. */
export interface ChatEvent {
  id: string;
  sequenceId: string;
  messageId: string;
  senderId: string;
  conversationId: string;
  encoded: string;
  keyVersion: string;
  /** A change of the key that goes along. */
  keyChange: string | undefined;
  at: number;
}

export interface ChatConversation {
  /** `A:B`, or a group's id. */
  id: string;
  memberIds: string[];
  token: string;
  events: ChatEvent[];
  keyChanges: string[];
  keyVersion: string | undefined;
  /** The versions of the members' keys that the conversation's key was encrypted for. */
  encryptedFor: Map<string, string>;
  /** As it was written when the group was created: in plain, or encrypted. */
  name?: string;
  /** Messages in a group disappear after so many milliseconds. */
  ttlMs?: number;
  adminIds: string[];
  readUpTo: Map<string, string>;
  typedBy: string[];
  updatedAt: number;
}

export interface ChatFile {
  conversationId: string;
  hashKey: string;
  content: Buffer;
}

export interface PostedMessage {
  messageId: string;
  content: Buffer;
  signature: Buffer;
}

export interface PostedKeys {
  version: string;
  participants: { userId: string; sealedKey: string; publicKeyVersion: string }[];
  action: {
    messageId: string;
    detail: Buffer;
    signature: string;
    signatureVersion: string;
    publicKeyVersion: string;
  };
}

export class ChatRefusal extends Error {}

/** X's server of encrypted chat: it passes on what it cannot read, and checks what it can. */
export class ChatWorld {
  readonly registry = new Map<string, SimPublicKey[]>();
  readonly conversations = new Map<string, ChatConversation>();
  readonly files = new Map<string, ChatFile>();
  /** Whether changes of a key come beside the events of a conversation, and not only among them. */
  keysBeside = false;
  /** Whether X does not say which version it gave to new keys (OpenAPI: it is optional). */
  hidesVersions = false;
  /** Whether message requests wait, which the API does not list. */
  hasRequests = false;
  /** Why the next messages fail after X has said that it took them. */
  readonly failures: SimFailure[] = [];
  /** Hears of every event that is to be delivered. */
  onEvent: (event: ChatEvent, conversation: ChatConversation) => Promise<void> = () => Promise.resolve();
  private sequence = 1_990_000_000_000_000_000n;

  constructor(private readonly world: World) {}

  /** @throws ChatRefusal when the keys do not belong together */
  async register(userId: string, key: Omit<SimPublicKey, 'version'>): Promise<string> {
    await loadChatLibrary();
    const chat = new Chat();
    if (!chat.verifyKeyBinding(key.publicKey, key.signingPublicKey, key.signature))
      throw new ChatRefusal('the signing key is not signed by the identity key');
    const former = this.registry.get(userId) ?? [];
    const last = former.at(-1);
    const version = String(Math.max(this.world.now(), Number(last?.version ?? 0) + 1));
    this.registry.set(userId, [...former, { ...key, version }]);
    return version;
  }

  /** The conversation of two users, or a group by its id in the place of the second. */
  conversation(one: string, other: string): ChatConversation {
    const group = this.conversations.get(other);
    if (group) return group;
    const pair = [one, other].sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));
    return this.conversations.get(pair.join(':')) ?? this.begin(pair.join(':'), pair);
  }

  begin(id: string, memberIds: string[]): ChatConversation {
    const conversation: ChatConversation = {
      id,
      memberIds,
      token: `token-${id}`,
      events: [],
      keyChanges: [],
      keyVersion: undefined,
      encryptedFor: new Map(),
      adminIds: [],
      readUpTo: new Map(),
      typedBy: [],
      updatedAt: this.world.now(),
    };
    this.conversations.set(id, conversation);
    return conversation;
  }

  /** By the id of an address: two users with a hyphen, the other user alone, or a group. */
  find(id: string, userId: string): ChatConversation | undefined {
    if (/^\d+$/.test(id)) return this.conversation(userId, id);
    const [one = '', other] = id.split('-');
    const found = other === undefined ? this.conversations.get(id) : this.conversation(one, other);
    return found?.memberIds.includes(userId) ? found : undefined;
  }

  /** @throws ChatRefusal */
  async addKeys(conversation: ChatConversation, senderId: string, keys: PostedKeys): Promise<ChatEvent> {
    const members = new Set(keys.participants.map(({ userId }) => userId));
    if (conversation.memberIds.some((id) => !members.has(id)))
      throw new ChatRefusal('a participant is missing');
    for (const { userId, publicKeyVersion } of keys.participants)
      if (this.registry.get(userId)?.at(-1)?.version !== publicKeyVersion)
        throw new ChatRefusal(`the key version of ${userId} is not the latest`);
    if (BigInt(keys.version) <= BigInt(conversation.keyVersion ?? '0'))
      throw new ChatRefusal('the conversation key version is not newer');
    const { detail, messageId, ...signature } = keys.action;
    const event = this.wrap(conversation, { senderId, messageId, detail, signature });
    conversation.keyVersion = keys.version;
    conversation.encryptedFor = new Map(
      keys.participants.map(({ userId, publicKeyVersion }) => [userId, publicKeyVersion]),
    );
    conversation.keyChanges.push(event.encoded);
    await this.deliver({ ...event, keyVersion: keys.version }, conversation);
    return event;
  }

  /**
   * Takes a message and delivers it; one whose id is there already is only said to be taken.
   * @throws ChatRefusal
   */
  async post(
    conversation: ChatConversation,
    senderId: string,
    { messageId, content, signature }: PostedMessage,
    withKeyChange = false,
  ): Promise<ChatEvent> {
    const before = conversation.events.find((each) => each.messageId === messageId);
    if (before) return before;
    const { keyVersion } = conversation;
    if (keyVersion === undefined) throw new ChatRefusal('the conversation has no key');
    if (!content.includes(keyVersion))
      throw new ChatRefusal('the conversation key version is not the latest');
    const event = this.wrap(conversation, { senderId, messageId, detail: messageDetail(content), signature });
    if (!(await this.isSigned(event)))
      throw new ChatRefusal('the signature of the message cannot be verified');
    const failure = this.failures.shift() ?? this.whyNotReadable(conversation, senderId);
    if (failure !== undefined) {
      await this.fail(conversation, event, failure);
      return event;
    }
    const keyChange = withKeyChange ? conversation.keyChanges.at(-1) : undefined;
    const delivered = { ...event, keyVersion, keyChange };
    await this.deliver(delivered, conversation);
    return delivered;
  }

  /** Takes a message of somebody back, for everybody. @throws ChatRefusal */
  async deleteForAll(
    conversation: ChatConversation,
    senderId: string,
    sequenceIds: string[],
    { detail, messageId, ...signature }: PostedKeys['action'],
  ): Promise<void> {
    const isTheirs = (sequenceId: string) =>
      conversation.events.some((each) => each.sequenceId === sequenceId && each.senderId === senderId);
    if (!conversation.adminIds.includes(senderId) && !sequenceIds.every(isTheirs))
      throw new ChatRefusal('a message of somebody else cannot be deleted');
    const event = this.wrap(conversation, { senderId, messageId, detail, signature });
    if (!(await this.isSigned(event))) throw new ChatRefusal('the signature cannot be verified');
    conversation.events = conversation.events.filter(({ sequenceId }) => !sequenceIds.includes(sequenceId));
    await this.deliver(event, conversation);
  }

  /** Somebody leaves a group: X shows their keys no more. */
  leave(conversation: ChatConversation, userId: string): void {
    conversation.memberIds = conversation.memberIds.filter((id) => id !== userId);
    this.registry.delete(userId);
  }

  /** X does not pass on what its recipients could not open. */
  private whyNotReadable(
    { memberIds, encryptedFor }: ChatConversation,
    senderId: string,
  ): SimFailure | undefined {
    const isOutdated = memberIds
      .filter((id) => id !== senderId)
      .some((id) => {
        const newest = this.registry.get(id)?.at(-1)?.version;
        return newest !== undefined && encryptedFor.has(id) && encryptedFor.get(id) !== newest;
      });
    return isOutdated ? 'recipientKeyChanged' : undefined;
  }

  /** Only the sender hears that a message failed. */
  private async fail(conversation: ChatConversation, failed: ChatEvent, failure: SimFailure): Promise<void> {
    const { senderId, messageId } = failed;
    const signature = Buffer.from([0]);
    const event = this.wrap(conversation, { senderId, messageId, detail: failureDetail(failure), signature });
    conversation.updatedAt = this.world.now();
    await this.onEvent(event, { ...conversation, memberIds: [senderId] });
  }

  /** Wraps what somebody signed; the next number is the event's. */
  wrap(
    conversation: ChatConversation,
    parts: {
      senderId: string;
      messageId: string;
      detail: Buffer;
      signature: Parameters<typeof wrapEvent>[0]['signature'];
    },
  ): ChatEvent {
    this.sequence += 4_194_305n;
    const sequenceId = this.sequence.toString();
    const at = this.world.now();
    const { id: conversationId, token } = conversation;
    const encoded = wrapEvent({ ...parts, sequenceId, conversationId, token, createdAt: at });
    const { senderId, messageId } = parts;
    return {
      id: sequenceId,
      sequenceId,
      messageId,
      senderId,
      conversationId,
      encoded,
      keyVersion: conversation.keyVersion ?? '0',
      keyChange: undefined,
      at,
    };
  }

  /** Puts an event into the conversation and tells everybody. */
  async deliver(event: ChatEvent, conversation: ChatConversation): Promise<void> {
    conversation.events.push(event);
    conversation.updatedAt = this.world.now();
    await this.onEvent(event, conversation);
  }

  signersOf(...userIds: string[]): SigningKey[] {
    return userIds.flatMap((userId) =>
      (this.registry.get(userId) ?? []).map((key) => ({
        userId,
        publicKeyVersion: key.version,
        publicKey: key.signingPublicKey,
        identityPublicKey: key.publicKey,
        identityPublicKeySignature: key.signature,
      })),
    );
  }

  /** X has no key to read it with, but the library checks the signature before it looks for one. */
  private async isSigned({ encoded, senderId }: ChatEvent): Promise<boolean> {
    await loadChatLibrary();
    try {
      new Chat().decryptEvent(encoded, {}, this.signersOf(senderId));
      return true;
    } catch (error) {
      return error instanceof Error && error.message.includes('no matching key found');
    }
  }
}
