import type { MediaAttachment } from 'chat-xdk-engine';
import type {
  ChatConversation,
  ChatSide,
  ChatState,
  ChatStore,
  ClosedMessage,
  ConversationKey,
  Opened,
  SealedAnswer,
} from '../../bridge/chat';
import type { Clock } from '../../bridge/clock';
import { BridgeError, reasonOf } from '../../bridge/errors';
import type { SealedMedia, UploadedFile } from '../../bridge/messages';
import type { Log } from '../../bridge/ports';
import type { DirectTarget, FileStream } from '../../bridge/sides';
import type { XClient } from '../client';
import { markRead, sendMessage, showTyping } from './chatApi';
import { openChatFile, uploadChatFile, type ChatMediaOptions } from './chatMedia';
import { ConversationKeys } from './conversationKeys';
import { KeyFile } from './keyFile';
import { readWrapper } from './messageEvent';
import { openMessage } from './openMessage';
import { PublicKeys } from './publicKeys';
import type { ChatThreads } from './threads';

export interface ChatAccountOptions {
  account: string;
  settings: { active: boolean; readMarks: boolean; typing: boolean };
  client: XClient;
  apiBaseUrl: string;
  threads: ChatThreads;
  store: ChatStore;
  dataDir: string;
  dataKey: string;
  clock: Clock;
  random: () => number;
  log: Log;
  /** The account's own user, once known. */
  userId: () => string | undefined;
}

/** How the account stands with encrypted chat, for `/health` and the panel. */
export interface ChatStanding {
  state: ChatState;
  /** What an admin has to do about it. */
  reason?: string;
}

/** Whether X has other keys for the account is asked this often at most, in milliseconds. */
const comparisonLife = 10 * 60_000;

/** Encrypted X Chat of one account: its keys, and what they are good for. */
export class ChatAccount implements ChatSide {
  readonly keyFile: KeyFile;
  /** Keys that were created here, until it is known whether X has them. */
  readonly createdKeys: KeyFile;
  readonly publicKeys: PublicKeys;
  private readonly conversationKeys: ConversationKeys;
  private readonly media: ChatMediaOptions;
  private own: { userId: string; version: string } | undefined;
  private lockedBecause: string | undefined;
  /** The version of keys X has for the account that are newer than the ones here. */
  private newerVersion: string | undefined;
  private loading: Promise<void> | undefined;
  private isLoaded = false;
  private comparedAt = -Infinity;
  private unreadBecause: string | undefined;

  constructor(private readonly options: ChatAccountOptions) {
    const { dataDir, account, dataKey } = options;
    this.keyFile = new KeyFile(dataDir, account, dataKey);
    this.createdKeys = new KeyFile(dataDir, account, dataKey, 'created');
    this.publicKeys = new PublicKeys(options);
    this.media = options;
    this.conversationKeys = new ConversationKeys({
      ...options,
      publicKeys: this.publicKeys,
      own: () => this.own,
      onUntrusted: () => this.compareWithX(),
    });
  }

  /** Takes the keys that are on the disk into use. */
  load(): Promise<void> {
    this.isLoaded = false;
    this.loading = this.takeKeys()
      .catch((error: unknown) => {
        this.lockedBecause = reasonOf(error);
        this.options.log.error('the keys for encrypted chat cannot be used', { reason: reasonOf(error) });
      })
      .finally(() => (this.isLoaded = true));
    return this.loading;
  }

  /** Takes other keys into use: what was encrypted for the former ones opens no more. */
  loadOthers(): Promise<void> {
    this.conversationKeys.forget();
    return this.load();
  }

  /** Resolves when it is settled whether there are keys. */
  ready(): Promise<void> {
    return this.loading ?? this.load();
  }

  async unload(): Promise<void> {
    await this.options.threads.unload(this.options.account);
  }

  standing(): ChatStanding {
    const state = this.state();
    const reason = this.reasonFor(state);
    return { state, ...(reason === undefined ? {} : { reason }) };
  }

  /** Hears why X does not let conversations be read back; undefined when it does. */
  noteReading(reason: string | undefined): void {
    this.unreadBecause = reason;
  }

  state(): ChatState {
    if (!this.options.settings.active) return 'off';
    if (!this.isLoaded) return 'starting';
    if (this.lockedBecause !== undefined) return 'locked';
    if (!this.own) return 'no-keys';
    return this.newerVersion === undefined ? 'ok' : 'stale';
  }

  async open(closed: ClosedMessage, senderId: string): Promise<Opened> {
    await this.ready();
    const { account, settings, store, threads, log } = this.options;
    if (!this.own) return this.unreadable(closed);
    const opened = await openMessage(closed, senderId, {
      account,
      threads,
      publicKeys: this.publicKeys,
      conversationKeys: this.conversationKeys,
      log,
      keysAreStale: () => this.newerVersion !== undefined,
    });
    if (opened.kind === 'message')
      store.saveConversation(account, closed.conversationId, {
        token: closed.token,
        // Each one is a write to the disk.
        lastSequence: settings.readMarks ? closed.sequence : undefined,
      });
    return opened;
  }

  async reaches(userId: string): Promise<boolean> {
    await this.ready();
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
    await this.ready();
    if (!this.own) throw locked(this.state());
    return 'groupId' in target
      ? this.conversationKeys.forSending(target.groupId, undefined)
      : this.conversationKeys.forSending(pairOf(this.own.userId, target.userId), target.userId);
  }

  upload(file: FileStream, conversation: ChatConversation): Promise<UploadedFile> {
    return uploadChatFile(
      file,
      conversation,
      this.keyOf(conversation.id, conversation.keyVersion),
      this.media,
    );
  }

  async openMedia(media: SealedMedia, name: string): Promise<FileStream> {
    const { conversationId, keyVersion } = media;
    const key = this.conversationKeys.known(conversationId).find(({ version }) => version === keyVersion);
    if (key) return openChatFile(media, key, name, this.media);
    throw new BridgeError('media-unavailable', `there is no key ${keyVersion} for an encrypted file on X`);
  }

  async seal(
    { id, keyVersion }: ChatConversation,
    text: string,
    file: UploadedFile | undefined,
  ): Promise<SealedAnswer> {
    const { account, threads } = this.options;
    const key = this.keyOf(id, keyVersion);
    const attachment = file && attachmentOf(file);
    const sealed = await threads.call('seal', { account, conversationId: id, key, text, attachment }, id);
    return { conversationId: id, keyVersion, ...sealed };
  }

  async send(answer: SealedAnswer): Promise<string> {
    const { account, client, store } = this.options;
    const { conversationId, messageId, keyVersion } = answer;
    try {
      await sendMessage(client, answer, store.conversation(account, conversationId).token);
      return messageId;
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'refused-by-x') throw error;
      // Without its history the conversation tells nothing, and what X said of the message stands.
      const hasChanged = await this.keyHasChanged(conversationId, keyVersion).catch((fault: unknown) => {
        if (fault instanceof BridgeError && !fault.retryable) return false;
        throw fault;
      });
      throw hasChanged ? keyChanged(error, this.options.clock) : error;
    }
  }

  async showPresence({ id }: ChatConversation): Promise<void> {
    const { account, client, settings, store, log } = this.options;
    const { lastSequence } = store.conversation(account, id);
    try {
      if (settings.readMarks && lastSequence !== undefined) await markRead(client, id, lastSequence);
      if (settings.typing) await showTyping(client, id);
    } catch (error) {
      log.debug('the customer could not be shown that somebody reads or writes', { reason: reasonOf(error) });
    }
  }

  private async takeKeys(): Promise<void> {
    const { account, threads, log } = this.options;
    this.own = undefined;
    this.lockedBecause = undefined;
    this.newerVersion = undefined;
    this.comparedAt = -Infinity;
    await this.keyFile.protect();
    await this.createdKeys.protect();
    const info = this.keyFile.info();
    if (info?.version === undefined) return;
    const { userId, version } = info;
    const keys = () => this.keyFile.read();
    (await keys()).fill(0);
    await threads.load(account, async () => ({ account, userId, version, keys: await keys() }));
    this.own = { userId, version };
    log.info('encrypted chat has its keys', { version, fingerprint: info.fingerprint });
  }

  private reasonFor(state: ChatState): string | undefined {
    if (state === 'locked') return this.lockedBecause;
    if (state === 'no-keys')
      return 'encrypted chat has no keys: set it up in the panel, under Accounts, Encrypted chat';
    if (state === 'stale')
      return 'X has newer keys for this account than the ones here: recover or import them in the panel';
    return this.unreadBecause;
  }

  /** Whoever registers other keys for the account makes the ones here useless for what comes then. */
  private async compareWithX(): Promise<void> {
    const { clock, log } = this.options;
    if (!this.own || this.newerVersion !== undefined || clock.now() < this.comparedAt + comparisonLife)
      return;
    this.comparedAt = clock.now();
    await this.publicKeys.refresh(this.own.userId);
    const [newest] = await this.publicKeys.of(this.own.userId);
    if (!newest || BigInt(newest.version) <= BigInt(this.own.version)) return;
    this.newerVersion = newest.version;
    log.error('X has newer keys for this account: new encrypted messages cannot be read any more', {
      here: this.own.version,
      onX: newest.version,
    });
  }

  private unreadable({ event }: ClosedMessage): Opened {
    const { messageId = event.slice(-32), kind } = readWrapper(event);
    if (kind !== 'message') return { kind: 'nothing' };
    const why = this.state() === 'locked' ? 'cannot use its keys' : 'has no keys';
    const words = `The customer wrote in encrypted X Chat, which cannot be read here: the account ${why}. Please read and answer it on x.com, and tell your administrator to set up encrypted chat.`;
    return { kind: 'notice', id: `no-keys:${messageId}`, words };
  }

  /** @throws BridgeError when it is gone, which takes new keys of the account */
  private keyOf(conversationId: string, version: string): ConversationKey {
    const key = this.conversationKeys.known(conversationId).find((each) => each.version === version);
    if (key) return key;
    throw new BridgeError(
      'chat-key-changed',
      `the key ${version} of conversation ${conversationId} is not known`,
      {
        retryable: true,
      },
    );
  }

  private async keyHasChanged(conversationId: string, version: string): Promise<boolean> {
    await this.conversationKeys.learnFromHistory(conversationId);
    const [newest] = this.conversationKeys.known(conversationId);
    return newest !== undefined && BigInt(newest.version) > BigInt(version);
  }
}

/** A one-to-one conversation is named for both users, the smaller number first. */
function pairOf(one: string, other: string): string {
  return BigInt(one) < BigInt(other) ? `${one}:${other}` : `${other}:${one}`;
}

/** The library's numbers for kinds of files. */
const mediaTypes = { image: 1, gif: 2, video: 3 };

function attachmentOf({ id, kind, sealed }: UploadedFile): MediaAttachment {
  const { width = 0, height = 0, bytes = 0, name = '' } = sealed ?? {};
  return {
    attachment_type: 'media',
    media_hash_key: id,
    width,
    height,
    filesize_bytes: bytes,
    filename: name,
    media_type: mediaTypes[kind],
  };
}

function locked(state: ChatState): BridgeError {
  const why = state === 'locked' ? 'cannot use its keys' : 'has no keys';
  const words = `The customer writes in encrypted chat, for which this account ${why}, so the answer was withheld. Please answer on x.com, and tell your administrator.`;
  return new BridgeError('chat-locked', words, { agentMessage: words });
}

function keyChanged(cause: BridgeError, clock: Clock): BridgeError {
  return new BridgeError('chat-key-changed', `the conversation has a newer key (${cause.message})`, {
    retryable: true,
    retryAt: clock.now(),
    agentMessage: 'The answer is encrypted anew and sent again.',
    cause,
  });
}
