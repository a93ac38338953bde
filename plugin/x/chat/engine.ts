import { Chat, detectImageDimensions, type ActionSignature, type StreamCipher } from 'chat-xdk-engine';
import type { ConversationKey } from '../../core/chat';
import { backUpKeys, recoverKeys } from './backupCalls';
import { linksIn } from './linksIn';
import type { ChatAnswer, ChatInput, ChatMethod, OpenFault, PreparedAction } from './protocol';

/** The keys of so many conversations stay unsealed; a key takes a millisecond to unseal. */
const maxKeys = 5_000;

/** So many of the newest keys of a conversation are tried. */
const maxKeysOfOne = 20;

/** Whether an event quotes a message that could not be read with the key the event itself is under. */
function quotesAnother(event: unknown): boolean {
  return (
    typeof event === 'object' &&
    event !== null &&
    'replyPreviewValidation' in event &&
    event.replyPreviewValidation === 'invalid'
  );
}

type Methods = { [M in ChatMethod]: (input: ChatInput<M>) => ChatAnswer<M> | Promise<ChatAnswer<M>> };

/** X's cryptography with the keys of the accounts. Lives in a thread of its own: nothing of it waits, all of it computes. */
export function createEngine(): Methods {
  const accounts = new Accounts();
  return {
    ...keyMethods(),
    ...openMethods(accounts),
    ...writeMethods(accounts),
    ...cipherMethods(accounts),
    load: ({ account, userId, version, keys }) => {
      accounts.wipe(account);
      const chat = importChat(keys, version);
      chat.setIdentity(userId, version);
      accounts.add(account, chat);
      return null;
    },
    unload: ({ account }) => {
      accounts.wipe(account);
      return null;
    },
  };
}

function openMethods(accounts: Accounts): Pick<Methods, 'open' | 'openText' | 'matchOwn'> {
  return {
    matchOwn: ({ account, identities }) =>
      identities.map((each) => accounts.chat(account).matchesRegisteredKey(each)),
    open: ({ account, event, keys, signers, anyone = false }) => {
      const chat = accounts.chat(account);
      const bytes = Buffer.from(event, 'base64');
      const openWith = (some: ConversationKey[]) => {
        const unsealed = some.slice(0, maxKeysOfOne).flatMap((each) => {
          const key = accounts.findKey(account, each);
          return key ? [[each.version, key] as const] : [];
        });
        return chat.decryptEvent(event, Object.fromEntries(unsealed), signers);
      };
      try {
        if (anyone) chat.setRejectUnverified(false);
        // An event says in the clear under which version it is; what it quotes may be under a former one.
        const opened = openWith(keys.filter(({ version }) => bytes.includes(version)));
        return { event: quotesAnother(opened) ? openWith(keys) : opened };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { fault: faultOf(reason), reason };
      } finally {
        if (anyone) chat.setRejectUnverified(true);
      }
    },
    openText: ({ account, text, keys }) => {
      for (const each of keys) {
        const key = accounts.findKey(account, each);
        try {
          if (key) return accounts.chat(account).decrypt(text, key);
        } catch {
          // It was encrypted with another one.
        }
      }
      return null;
    },
  };
}

function writeMethods(accounts: Accounts): Pick<Methods, 'seal' | 'prepareKeys' | 'prepareDelete'> {
  return {
    seal: ({ account, conversationId, key, text, attachment, quotes, ttlMs }) => {
      const chat = accounts.chat(account);
      const message = {
        conversationId,
        conversationKey: accounts.key(account, key),
        conversationKeyVersion: key.version,
        text,
        entities: linksIn(text),
        ...(attachment ? { attachments: [attachment] } : {}),
        ...(ttlMs === undefined ? {} : { ttlMsec: ttlMs }),
      };
      const sealed =
        (quotes === undefined ? undefined : sealQuoting(chat, message, quotes)) ??
        chat.encryptMessage(message);
      const { messageId, encryptedContent: content, encodedEventSignature: signature } = sealed;
      return { messageId, content, signature };
    },
    prepareDelete: ({ account, conversationId, sequences: sequenceIds }) =>
      actionOf(
        accounts.chat(account).prepareMessageDelete({ conversationId, sequenceIds, deleteForAll: true }),
      ),
    prepareKeys: ({ account, ownKey, publicKeys }) => {
      // X serves it, and could put a key of its own in its place: then it could read along.
      if (!accounts.chat(account).matchesRegisteredKey(ownKey))
        throw new Error(
          'X shows another public key for this account than the one its private key belongs to',
        );
      const change = accounts.chat(account).prepareConversationKeyChange({ publicKeys });
      change.conversationKey.fill(0);
      return {
        conversationId: change.conversationId,
        version: change.conversationKeyVersion,
        participants: change.participantKeys.map(({ encryptedKey: sealedKey, ...rest }) => ({
          ...rest,
          sealedKey,
        })),
        actions: change.actionSignatures.map(actionOf),
      };
    },
  };
}

/** @returns undefined where the message cannot be quoted, such as one under a former key */
function sealQuoting(chat: Chat, message: Parameters<Chat['encryptMessage']>[0], replyToEvent: string) {
  try {
    return chat.encryptReply({ ...message, replyToEvent });
  } catch {
    return undefined;
  }
}

function actionOf(action: ActionSignature): PreparedAction {
  const {
    messageId,
    encodedMessageEventDetail: detail,
    signature,
    signatureVersion,
    publicKeyVersion,
  } = action;
  return { messageId, detail, signature, signatureVersion, publicKeyVersion };
}

type OfKeys = 'generate' | 'inspect' | 'checkBinding' | 'recover' | 'backUp' | 'measureImage';

function keyMethods(): Pick<Methods, OfKeys> {
  return {
    generate: () => {
      const chat = new Chat();
      try {
        const registration = chat.generateKeypairs();
        return { keys: chat.exportKeys(), registration };
      } finally {
        chat.lock();
        chat.free();
      }
    },
    inspect: ({ keys, registered }) => {
      const chat = importChat(keys);
      try {
        const matches = registered.map((each) => chat.matchesRegisteredKey(each));
        return { fingerprint: chat.getPublicKeyFingerprint(), matches };
      } finally {
        chat.lock();
        chat.free();
      }
    },
    checkBinding: ({ identity, signing, signature }) => {
      const chat = new Chat();
      try {
        return chat.verifyKeyBinding(identity, signing, signature);
      } catch {
        return false;
      } finally {
        chat.free();
      }
    },
    recover: recoverKeys,
    backUp: backUpKeys,
    measureImage: ({ head }) => detectImageDimensions(head),
  };
}

type OfCiphers = 'startCipher' | 'pushCipher' | 'endCipher' | 'dropCipher';

function cipherMethods(accounts: Accounts): Pick<Methods, OfCiphers> {
  const ciphers = new Map<number, StreamCipher>();
  let last = 0;
  const cipherOf = (id: number) => {
    const cipher = ciphers.get(id);
    if (!cipher) throw new Error('there is no such cipher');
    return cipher;
  };
  return {
    startCipher: ({ account, direction, key }) => {
      const chat = accounts.chat(account);
      const bytes = accounts.key(account, key);
      last += 1;
      ciphers.set(last, direction === 'encrypt' ? chat.streamEncryptor(bytes) : chat.streamDecryptor(bytes));
      return { cipher: last };
    },
    pushCipher: ({ cipher, bytes }) => cipherOf(cipher).push(bytes),
    endCipher: ({ cipher }) => {
      const ending = cipherOf(cipher);
      ciphers.delete(cipher);
      return ending.finish();
    },
    dropCipher: ({ cipher }) => {
      ciphers.get(cipher)?.free();
      ciphers.delete(cipher);
      return null;
    },
  };
}

/** The library wipes its copy of the bytes; this one is ours to wipe. */
function importChat(keys: Uint8Array, version?: string): Chat {
  const chat = new Chat();
  try {
    chat.importKeys(keys, version);
    return chat;
  } finally {
    keys.fill(0);
  }
}

/** The library tells its faults in words only. */
function faultOf(reason: string): OpenFault {
  if (reason.includes('no matching key found')) return 'no-key';
  if (reason.includes('Signature verification failed')) return 'unverified';
  return 'malformed';
}

/** The accounts' own keys, and those of their conversations as they were last used. */
class Accounts {
  private readonly chats = new Map<string, Chat>();
  /** The last used at the end. */
  private readonly unsealed = new Map<string, { account: string; key: Uint8Array }>();

  add(account: string, chat: Chat): void {
    this.chats.set(account, chat);
  }

  /** @throws Error while it has no keys here */
  chat(account: string): Chat {
    const chat = this.chats.get(account);
    if (!chat) throw new Error('the account has no keys here');
    return chat;
  }

  /** @returns undefined when it was sealed for other keys than the account's */
  findKey(account: string, { sealedKey }: ConversationKey): Uint8Array | undefined {
    const name = `${account} ${sealedKey}`;
    const known = this.unsealed.get(name);
    try {
      const entry = known ?? { account, key: this.chat(account).decryptConversationKey(sealedKey) };
      this.unsealed.delete(name);
      this.unsealed.set(name, entry);
      this.shorten();
      return entry.key;
    } catch {
      return undefined;
    }
  }

  /** @throws Error when it was sealed for other keys than the account's */
  key(account: string, sealed: ConversationKey): Uint8Array {
    const found = this.findKey(account, sealed);
    if (!found) throw new Error('the conversation key was made for other keys than the ones here');
    return found;
  }

  wipe(account: string): void {
    const chat = this.chats.get(account);
    chat?.lock();
    chat?.free();
    this.chats.delete(account);
    for (const [name, entry] of this.unsealed) {
      if (entry.account !== account) continue;
      entry.key.fill(0);
      this.unsealed.delete(name);
    }
  }

  private shorten(): void {
    const [oldest] = this.unsealed;
    if (this.unsealed.size <= maxKeys || !oldest) return;
    oldest[1].key.fill(0);
    this.unsealed.delete(oldest[0]);
  }
}
