import { Chat, detectImageDimensions, type StreamCipher } from 'chat-xdk-engine';
import type { ConversationKey } from '../../bridge/chat';
import type { ChatAnswer, ChatInput, ChatMethod, OpenFault } from './protocol';
import { recoverKeys } from './recoverKeys';

/** The keys of so many conversations stay unsealed; a key takes a millisecond to unseal. */
const mostKeys = 5_000;

type Methods = { [M in ChatMethod]: (input: ChatInput<M>) => ChatAnswer<M> | Promise<ChatAnswer<M>> };

/** X's cryptography with the keys of the accounts. Lives in a thread of its own: nothing of it waits, all of it computes. */
export function createEngine(): Methods {
  const accounts = new Accounts();
  return {
    ...keyMethods(),
    ...messageMethods(accounts),
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

function messageMethods(accounts: Accounts): Pick<Methods, 'open' | 'seal' | 'prepareKeys'> {
  return {
    open: ({ account, event, keys, signers }) => {
      const unsealed = keys.flatMap((each) => {
        const key = accounts.findKey(account, each);
        return key ? [[each.version, key] as const] : [];
      });
      try {
        return { event: accounts.chat(account).decryptEvent(event, Object.fromEntries(unsealed), signers) };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { fault: faultOf(reason), reason };
      }
    },
    seal: ({ account, conversationId, key, text, attachment }) => {
      const sealed = accounts.chat(account).encryptMessage({
        conversationId,
        conversationKey: accounts.key(account, key),
        conversationKeyVersion: key.version,
        text,
        ...(attachment ? { attachments: [attachment] } : {}),
      });
      const { messageId, encryptedContent: content, encodedEventSignature: signature } = sealed;
      return { messageId, content, signature };
    },
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
        actions: change.actionSignatures.map(({ encodedMessageEventDetail: detail, ...rest }) => ({
          ...rest,
          detail,
        })),
      };
    },
  };
}

type OfKeys = 'generate' | 'inspect' | 'checkBinding' | 'recover' | 'measureImage';

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
    if (this.unsealed.size <= mostKeys || !oldest) return;
    oldest[1].key.fill(0);
    this.unsealed.delete(oldest[0]);
  }
}
