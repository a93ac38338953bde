import { Chat, type MediaAttachment, type Sealed } from 'chat-xdk-engine';
import { randomUUID } from 'node:crypto';
import type { ChatConversation, ChatEvent, ChatWorld } from './chatWorld';
import { loadChatLibrary } from './library';

/** What somebody reads of an event. */
export interface ReadMessage {
  id: string;
  at: number;
  from: string;
  text: string;
  media: { hashKey: string; name: string; type: string; width: number; height: number }[];
}

export interface Opened {
  type: string;
  senderId: string;
  keyVersion?: string;
  participantKeys?: { userId: string; encryptedKey: string }[];
  content?: { text?: string; entities?: { startIndex: number; endIndex: number }[] };
  ttlMsec?: number;
  attachments?: {
    mediaHashKey: string;
    filename: string;
    mediaType: string;
    dimensions: { width: number; height: number };
  }[];
}

const kinds: Record<string, number> = { 'image/jpeg': 1, 'image/png': 1, 'image/gif': 2, 'video/mp4': 3 };

/** Somebody who writes in encrypted chat, with keys of their own and X's own cryptography. */
export class ChatPerson {
  private chat = new Chat();
  private version = '';
  private readonly keys = new Map<string, Record<string, Uint8Array>>();
  /** What was opened once stays readable, as on a phone. */
  private readonly opened = new Map<string, Opened>();

  private constructor(
    readonly id: string,
    private readonly world: ChatWorld,
  ) {}

  /** Has a person register keys. */
  static async join(id: string, world: ChatWorld): Promise<ChatPerson> {
    await loadChatLibrary();
    const person = new ChatPerson(id, world);
    await person.changeDevice();
    return person;
  }

  /** Somebody who has got hold of this person's keys, as they are now. */
  clone(): ChatPerson {
    const other = new ChatPerson(this.id, this.world);
    other.chat = this.chat;
    other.version = this.version;
    return other;
  }

  /** New keys from now on; what was written for the old ones stays closed. */
  async changeDevice(): Promise<void> {
    this.chat = new Chat();
    const { publicKey } = this.chat.generateKeypairs();
    this.version = await this.world.register(this.id, {
      publicKey: publicKey.publicKey,
      signingPublicKey: publicKey.signingPublicKey,
      signature: publicKey.identityPublicKeySignature,
    });
    this.chat.setIdentity(this.id, this.version);
    this.keys.clear();
    this.opened.clear();
  }

  /** Signs as if with the keys of another version. */
  pretend(version: string): void {
    this.version = version;
    this.chat.setIdentity(this.id, version);
  }

  /** The keys in the form the plugin keeps: for a brand whose keys are to be imported. */
  exportKeys(): Uint8Array {
    return this.chat.exportKeys();
  }

  get fingerprint(): string {
    return this.chat.getPublicKeyFingerprint();
  }

  get keyVersion(): string {
    return this.version;
  }

  /** Gives the conversation with somebody a new key. */
  async rotateKey(otherId: string): Promise<ChatEvent> {
    const conversation = this.world.conversation(this.id, otherId);
    const publicKeys = conversation.memberIds.map((userId) => {
      const key = this.world.registry.get(userId)?.at(-1);
      if (!key) throw new Error(`${userId} has no keys`);
      return { userId, publicKey: key.publicKey, keyVersion: key.version };
    });
    // The library takes the time for the version; two within a millisecond would be one.
    await new Promise((resolve) => setTimeout(resolve, 2));
    const group = conversation.id === otherId ? { conversationId: otherId } : {};
    const change = this.chat.prepareConversationKeyChange({ publicKeys, ...group });
    this.keysOf(conversation)[change.conversationKeyVersion] = change.conversationKey;
    const [action] = change.actionSignatures;
    if (!action) throw new Error('the library signed nothing');
    return this.world.addKeys(conversation, this.id, {
      version: change.conversationKeyVersion,
      participants: change.participantKeys.map((each) => ({ ...each, sealedKey: each.encryptedKey })),
      action: { ...action, detail: Buffer.from(action.encodedMessageEventDetail, 'base64') },
    });
  }

  /** Signs a new key for a conversation of other people, as far as nobody checks who they are. */
  intrude(conversation: ChatConversation): ChatEvent {
    const members = [...conversation.memberIds, this.id];
    const publicKeys = members.flatMap((userId) => {
      const key = this.world.registry.get(userId)?.at(-1);
      return key ? { userId, publicKey: key.publicKey, keyVersion: key.version } : [];
    });
    const { id: conversationId } = conversation;
    const { actionSignatures } = this.chat.prepareConversationKeyChange({ publicKeys, conversationId });
    const [action] = actionSignatures;
    if (!action) throw new Error('the library signed nothing');
    const detail = Buffer.from(action.encodedMessageEventDetail, 'base64');
    const { messageId } = action;
    return this.world.wrap(conversation, { senderId: this.id, messageId, detail, signature: action });
  }

  /** Writes; the first message brings the conversation's key along, as X's apps do. */
  async say(
    otherId: string,
    text: string,
    more: { attachments?: MediaAttachment[]; ttlMsec?: number } = {},
  ): Promise<ChatEvent> {
    return this.post(otherId, (sealing) => this.chat.encryptMessage({ ...sealing, text, ...more }));
  }

  reply(otherId: string, to: ChatEvent, text: string): Promise<ChatEvent> {
    return this.post(otherId, (sealing) =>
      this.chat.encryptReply({ ...sealing, text, replyToEvent: to.encoded }),
    );
  }

  react(otherId: string, to: ChatEvent, emoji: string): Promise<ChatEvent> {
    return this.post(otherId, (sealing) =>
      this.chat.encryptAddReaction({ ...sealing, emoji, targetEvent: to.encoded }),
    );
  }

  edit(otherId: string, what: ChatEvent, updatedText: string): Promise<ChatEvent> {
    return this.post(otherId, (sealing) =>
      this.chat.encryptEdit({ ...sealing, updatedText, targetEvent: what.encoded }),
    );
  }

  async deleteForAll(otherId: string, what: ChatEvent): Promise<void> {
    const conversation = this.world.conversation(this.id, otherId);
    const action = this.chat.prepareMessageDelete({
      conversationId: conversation.id,
      sequenceIds: [what.sequenceId],
      deleteForAll: true,
    });
    const detail = Buffer.from(action.encodedMessageEventDetail, 'base64');
    const event = this.world.wrap(conversation, {
      senderId: this.id,
      messageId: action.messageId,
      detail,
      signature: action,
    });
    await this.world.deliver(event, conversation);
  }

  /** Encrypts a group's name as X's apps do. */
  encryptName(groupId: string, name: string): string {
    const conversation = this.world.conversation(this.id, groupId);
    return this.chat.encrypt(name, this.newestKey(conversation).key);
  }

  /** Takes somebody into a group, with a new key for all of them. */
  async addMember(groupId: string, newcomer: string): Promise<void> {
    const group = this.world.conversation(this.id, groupId);
    const [currentMemberIds, currentAdminIds] = [group.memberIds, group.adminIds];
    group.memberIds = [...currentMemberIds, newcomer];
    const publicKeys = group.memberIds.map((userId) => {
      const key = this.world.registry.get(userId)!.at(-1)!;
      return { userId, publicKey: key.publicKey, keyVersion: key.version };
    });
    const change = this.chat.prepareGroupMembersChange({
      publicKeys,
      conversationId: groupId,
      newMemberIds: [newcomer],
      currentMemberIds,
      currentAdminIds,
      currentPendingMemberIds: [],
    });
    this.keysOf(group)[change.conversationKeyVersion] = change.conversationKey;
    const [keyChange, memberAdd] = change.actionSignatures.map((action) => ({
      ...action,
      detail: Buffer.from(action.encodedMessageEventDetail, 'base64'),
    }));
    await this.world.addKeys(group, this.id, {
      version: change.conversationKeyVersion,
      participants: change.participantKeys.map((each) => ({ ...each, sealedKey: each.encryptedKey })),
      action: keyChange!,
    });
    const { messageId, detail } = memberAdd!;
    const event = this.world.wrap(group, { senderId: this.id, messageId, detail, signature: memberAdd! });
    await this.world.deliver(event, group);
  }

  /** What the library says of an event; undefined when it cannot be opened. */
  inspect(otherId: string, { encoded }: ChatEvent): Opened | undefined {
    this.read(otherId);
    const conversation = this.world.conversation(this.id, otherId);
    const signers = this.world.signersOf(...conversation.memberIds);
    return this.opened.get(encoded) ?? this.open(encoded, this.keysOf(conversation), signers);
  }

  /** Encrypts a file, gives it to X, and sends it. */
  async sendFile(otherId: string, text: string, mime: string, content: Buffer): Promise<ChatEvent> {
    const conversation = await this.begun(otherId);
    const cipher = this.chat.streamEncryptor(this.newestKey(conversation).key);
    const hashKey = randomUUID().replaceAll('-', '');
    const closed = Buffer.concat([cipher.push(content), cipher.finish()]);
    this.world.files.set(hashKey, { conversationId: conversation.id, hashKey, content: closed });
    const attachment: MediaAttachment = {
      attachment_type: 'media',
      media_hash_key: hashKey,
      width: 640,
      height: 360,
      filesize_bytes: content.length,
      filename: `from-the-phone.${mime.split('/')[1] ?? 'bin'}`,
      media_type: kinds[mime] ?? 5,
    };
    return this.say(otherId, text, { attachments: [attachment] });
  }

  /** What somebody wrote to this person, oldest first; only what is verified can be read at all. */
  read(otherId: string): ReadMessage[] {
    const conversation = this.world.conversation(this.id, otherId);
    const signers = this.world.signersOf(...conversation.memberIds);
    const keys = this.keysOf(conversation);
    for (const event of conversation.keyChanges)
      if (!this.opened.has(event)) this.learn(event, keys, signers);
    return conversation.events.flatMap(({ encoded, id, at }) => {
      const opened = this.opened.get(encoded) ?? this.open(encoded, keys, signers);
      if (opened?.type !== 'message') return [];
      const media = (opened.attachments ?? []).map((each) => ({
        hashKey: each.mediaHashKey,
        name: each.filename,
        type: each.mediaType,
        ...each.dimensions,
      }));
      this.opened.set(encoded, opened);
      return [{ id, at, from: opened.senderId, text: opened.content?.text ?? '', media }];
    });
  }

  /** A file somebody sent, decrypted. */
  readFile(otherId: string, hashKey: string): Buffer {
    const conversation = this.world.conversation(this.id, otherId);
    const file = this.world.files.get(hashKey);
    if (!file) throw new Error('there is no such file');
    const cipher = this.chat.streamDecryptor(this.newestKey(conversation).key);
    return Buffer.concat([cipher.push(file.content), cipher.finish()]);
  }

  private async post(
    otherId: string,
    seal: (sealing: {
      conversationId: string;
      conversationKey: Uint8Array;
      conversationKeyVersion: string;
    }) => Sealed,
  ): Promise<ChatEvent> {
    const isFirst = this.world.conversation(this.id, otherId).events.length === 0;
    const conversation = await this.begun(otherId);
    const { key, version } = this.newestKey(conversation);
    const sealed = seal({
      conversationId: conversation.id,
      conversationKey: key,
      conversationKeyVersion: version,
    });
    const message = {
      messageId: sealed.messageId,
      content: Buffer.from(sealed.encryptedContent, 'base64'),
      signature: Buffer.from(sealed.encodedEventSignature, 'base64'),
    };
    return this.world.post(conversation, this.id, message, isFirst);
  }

  private async begun(otherId: string): Promise<ChatConversation> {
    const conversation = this.world.conversation(this.id, otherId);
    this.read(otherId);
    const isUnknown = this.keysOf(conversation)[conversation.keyVersion ?? ''] === undefined;
    const isOutdated = conversation.memberIds.some((id) => {
      const newest = this.world.registry.get(id)?.at(-1)?.version;
      return newest !== undefined && conversation.encryptedFor.get(id) !== newest;
    });
    if (isUnknown || isOutdated) await this.rotateKey(otherId);
    return conversation;
  }

  private newestKey(conversation: ChatConversation): { key: Uint8Array; version: string } {
    const version = conversation.keyVersion ?? '';
    const key = this.keysOf(conversation)[version];
    if (!key) throw new Error('the conversation has no key for this person');
    return { key, version };
  }

  private keysOf({ id }: ChatConversation): Record<string, Uint8Array> {
    const keys = this.keys.get(id) ?? {};
    this.keys.set(id, keys);
    return keys;
  }

  private learn(
    event: string,
    keys: Record<string, Uint8Array>,
    signers: Parameters<Chat['decryptEvent']>[2],
  ): void {
    const opened = this.open(event, {}, signers);
    const mine = opened?.participantKeys?.find(({ userId }) => userId === this.id);
    if (!opened || !mine) return;
    keys[opened.keyVersion ?? ''] ??= this.chat.decryptConversationKey(mine.encryptedKey);
    this.opened.set(event, opened);
  }

  private open(
    event: string,
    keys: Record<string, Uint8Array>,
    signers: Parameters<Chat['decryptEvent']>[2],
  ): Opened | undefined {
    try {
      return this.chat.decryptEvent(event, keys, signers) as Opened;
    } catch {
      return undefined;
    }
  }
}
