import type { ChatPorts } from './chatPorts';
import type {
  ChatConversation,
  ChatGateway,
  ChatState,
  ClosedMessage,
  Opened,
  EncryptedReply,
  SealOptions,
  SentChatMessage,
} from '../../core/chat';
import type { Clock } from '../../core/clock';
import { isEncryptedGroup } from '../../core/conversation';
import { BridgeError, reasonOf } from '../../core/errors';
import type { SealedMedia, UploadedFile } from '../../core/messages';
import type { DirectTarget, FileStream } from '../../core/gateways';
import { markRead, showTyping } from './chatApi';
import { openChatFile, uploadChatFile } from './chatMedia';
import { locked } from './chatFaults';
import { ChatSending } from './chatSending';
import { ConversationKeys } from './conversationKeys';
import { groupRemark } from './groupRemark';
import { KeyChanges } from './keyChanges';
import { Members } from './members';
import { readWrapper } from './messageEvent';
import { MissingKeys, openMessage, unreadable, type FromEvent } from './openMessage';
import { OwnKeys } from './ownKeys';
import { PublicKeys } from './publicKeys';
import { phrase } from '../../texts/text';

export interface ChatAccountOptions extends ChatPorts {
  settings: { active: boolean; readReceipts: boolean; typing: boolean; neverPlain: boolean };
  dataDir: string;
  dataKey: string;
  /** X's clock: times and versions of keys are X's. */
  xClock: Clock;
  random: () => number;
  /** The account's own user, once known. */
  userId: () => string | undefined;
  /** Messages that could not be read may be readable now; `tag` says what came. @param conversationId undefined for all */
  onKeys: (conversationId: string | undefined, tag: string) => void;
}

const requestsWait = phrase('keys.state.requestsWait');

const keysNotShown = (reason: string) => phrase('keys.state.notShown', { reason });

/** How the account stands with encrypted chat, for `/health` and the panel. */
export interface ChatStanding {
  state: ChatState;
  /** What an admin has to do about it. */
  reason?: string;
}

/** Encrypted X Chat of one account: what its keys are good for. */
export class ChatAccount implements ChatGateway {
  readonly keys: OwnKeys;
  readonly neverPlain: boolean;
  private readonly publicKeys: PublicKeys;
  private readonly changes: KeyChanges;
  private readonly members: Members;
  private readonly missing: MissingKeys;
  private readonly conversationKeys: ConversationKeys;
  private readonly sending: ChatSending;
  private unreadBecause: string | undefined;
  private hasRequests = false;
  private refusedBecause: string | undefined;

  constructor(private readonly options: ChatAccountOptions) {
    const { settings, xClock, onKeys } = options;
    this.neverPlain = settings.active && settings.neverPlain;
    this.publicKeys = new PublicKeys({
      ...options,
      clock: xClock,
      ownId: () => this.keys.identity()?.userId,
    });
    this.members = new Members(options);
    this.missing = new MissingKeys(options.clock);
    this.keys = new OwnKeys({
      ...options,
      publicKeys: this.publicKeys,
      onLoaded: (fingerprint) => onKeys(undefined, `keys-${fingerprint}`),
    });
    const parts = {
      ...options,
      clock: xClock,
      publicKeys: this.publicKeys,
      members: this.members,
      own: () => this.keys.identity(),
      onUntrusted: () => this.keys.compareWithX(),
      onNewKey: (conversationId: string, version: string) => onKeys(conversationId, version),
    };
    this.changes = new KeyChanges(parts);
    this.conversationKeys = new ConversationKeys({ ...parts, changes: this.changes });
    this.sending = new ChatSending({
      ...options,
      changes: this.changes,
      members: this.members,
      conversationKeys: this.conversationKeys,
      ownId: () => this.keys.identity()?.userId,
    });
  }

  /** Takes the keys that are on the disk into use. Never throws. */
  load(): Promise<void> {
    return this.keys.load();
  }

  /** Takes other keys into use; see `forgetConversations`. */
  async loadOthers(): Promise<void> {
    // With the former ones something may have been learnt since.
    await this.forgetConversations();
    await this.load();
  }

  /**
   * Other keys are about to be saved: what was encrypted for the former ones opens no more. Called before, so that a process that
   * ends in between has lost nothing that cannot be read from X again.
   */
  forgetConversations(): Promise<void> {
    return this.conversationKeys.forget();
  }

  async unload(): Promise<void> {
    await this.options.workers.unload(this.options.account);
  }

  standing(): ChatStanding {
    const reason =
      this.keys.reason() ??
      (this.refusedBecause === undefined ? this.unreadBecause : keysNotShown(this.refusedBecause)) ??
      (this.hasRequests ? requestsWait : undefined);
    return { state: this.state(), ...(reason === undefined ? {} : { reason }) };
  }

  /** Hears why X does not let conversations be read back; undefined when it does. */
  noteReading(reason: string | undefined): void {
    this.unreadBecause = reason;
  }

  /** Hears whether message requests wait on X, which it neither lists nor pushes to this account. */
  noteRequests(waiting: boolean): void {
    if (waiting && !this.hasRequests) this.options.log.warn(requestsWait);
    this.hasRequests = waiting;
  }

  state(): ChatState {
    return this.keys.state();
  }

  async open(closed: ClosedMessage, senderId: string): Promise<Opened> {
    await this.keys.ready();
    const own = this.keys.identity();
    if (!own) {
      const { kind } = readWrapper(closed.event);
      const why = this.state() === 'locked' ? 'locked' : 'no-keys';
      return kind === 'message' ? unreadable(why, closed.event) : { kind: 'nothing' };
    }
    const opened = await this.openAs(closed, closed.own ? own.userId : senderId);
    // Only the account's own messages fail here; what says otherwise is not X's word.
    if (opened.kind === 'failure')
      return closed.own ? this.sending.afterFailure(closed, opened) : { kind: 'nothing' };
    if (opened.kind !== 'message' || closed.own) return opened;
    this.refusedBecause = undefined;
    return this.received(closed, opened);
  }

  async wordsOf(closed: ClosedMessage, senderId: string): Promise<string | undefined> {
    await this.keys.ready();
    if (!this.keys.identity()) return undefined;
    const opened = await this.openAs(closed, senderId);
    return opened.kind === 'message' ? opened.text : undefined;
  }

  private openAs(closed: ClosedMessage, senderId: string): Promise<FromEvent> {
    return openMessage(closed, senderId, {
      ...this.options,
      publicKeys: this.publicKeys,
      changes: this.changes,
      members: this.members,
      missing: this.missing,
      onRefused: (reason) => (this.refusedBecause = reason),
      keysAreStale: () => this.keys.isStale(),
    });
  }

  private async received(
    { conversationId, token, sequence }: ClosedMessage,
    opened: Extract<Opened, { kind: 'message' }>,
  ): Promise<Opened> {
    const { account, settings, store, workers } = this.options;
    const inGroup = isEncryptedGroup(conversationId);
    await store.saveConversation(account, conversationId, {
      token,
      lastSequence: sequence,
      ttlMs: inGroup ? undefined : opened.ttlMs,
      // Each one is a write to the disk.
      everySequence: settings.readReceipts || opened.ttlMs !== undefined,
    });
    if (!inGroup) return opened;
    const keys = await this.conversationKeys.known(conversationId);
    const remark = await groupRemark(conversationId, this.members, this.options.clock.now(), (text) =>
      workers.call('openText', { account, text, keys }, conversationId),
    );
    return { ...opened, remarks: [...remark, ...opened.remarks] };
  }

  async reaches(userId: string): Promise<boolean> {
    await this.keys.ready();
    if (this.state() !== 'ok') return false;
    try {
      return (await this.publicKeys.of(userId)).length > 0;
    } catch (error) {
      // Where X does not tell, there is only the plain way.
      if (!(error instanceof BridgeError) || error.retryable) throw error;
      return false;
    }
  }

  async conversationWith(target: DirectTarget): Promise<ChatConversation> {
    await this.keys.ready();
    const own = this.keys.identity();
    if (!own) throw locked(this.state());
    return 'groupId' in target
      ? this.conversationKeys.forSending(target.groupId, undefined)
      : this.conversationKeys.forSending(pairOf(own.userId, target.userId), target.userId);
  }

  async upload(file: FileStream, conversation: ChatConversation): Promise<UploadedFile> {
    const key = await this.sending.keyOf(conversation.id, conversation.keyVersion);
    return uploadChatFile(file, conversation, key, this.options);
  }

  async openMedia(media: SealedMedia, name: string): Promise<FileStream> {
    const { conversationId, keyVersion } = media;
    const known = await this.conversationKeys.known(conversationId);
    const key = known.find(({ version }) => version === keyVersion);
    if (key) return openChatFile(media, key, name, this.options);
    throw new BridgeError('media-unavailable', `there is no key ${keyVersion} for an encrypted file on X`);
  }

  seal(
    conversation: ChatConversation,
    text: string,
    file: UploadedFile | undefined,
    options: SealOptions,
  ): Promise<EncryptedReply> {
    return this.sending.seal(conversation, text, file, options);
  }

  send(answer: EncryptedReply, mayBeThere: boolean): Promise<string> {
    return this.sending.send(answer, mayBeThere);
  }

  async recall(messages: SentChatMessage[]): Promise<void> {
    await this.keys.ready();
    return this.sending.recall(messages);
  }

  async showPresence({ id }: ChatConversation): Promise<void> {
    const { account, client, settings, store, log } = this.options;
    const { lastSequence } = await store.conversation(account, id);
    try {
      if (settings.readReceipts && lastSequence !== undefined) await markRead(client, id, lastSequence);
      if (settings.typing) await showTyping(client, id);
    } catch (error) {
      log.debug('the customer could not be shown that somebody reads or writes', { reason: reasonOf(error) });
    }
  }
}

/** A one-to-one conversation is named for both users, the smaller number first. */
function pairOf(one: string, other: string): string {
  return BigInt(one) < BigInt(other) ? `${one}:${other}` : `${other}:${one}`;
}
