/**
 * X's chat library, the part without the PIN service: `@xdevplatform/chat-xdk/pkg/chat_xdk_wasm.js`. The package
 * does not export it, so the build gives it this name; here is what is used of it.
 */
declare module 'chat-xdk-engine' {
  export interface SigningKey {
    userId: string;
    publicKeyVersion: string;
    /** base64, as X hands it out. */
    publicKey: string;
    identityPublicKey: string;
    identityPublicKeySignature: string;
  }

  export interface Registration {
    publicKey: {
      publicKey: string;
      signingPublicKey: string;
      identityPublicKeySignature: string;
      signingPublicKeySignature?: string;
      publicKeyFingerprint?: string;
      registrationMethod: string;
    };
    version?: string;
    generateVersion: boolean;
  }

  export interface ActionSignature {
    messageId: string;
    encodedMessageEventDetail: string;
    signature: string;
    signatureVersion: string;
    publicKeyVersion: string;
  }

  export interface KeyChange {
    conversationId: string;
    conversationKey: Uint8Array;
    conversationKeyVersion: string;
    participantKeys: { userId: string; encryptedKey: string; publicKeyVersion: string }[];
    actionSignatures: ActionSignature[];
  }

  export interface Sealed {
    messageId: string;
    encryptedContent: string;
    encodedEventSignature: string;
    signature: string;
    conversationKeyVersion: string;
  }

  export interface MediaAttachment {
    attachment_type: 'media';
    media_hash_key: string;
    width: number;
    height: number;
    filesize_bytes: number;
    filename: string;
    /** 1 picture, 2 GIF, 3 video, 5 any other file. */
    media_type: number;
  }

  interface Sealing {
    conversationId: string;
    conversationKey: Uint8Array;
    conversationKeyVersion: string;
    /** The message disappears after so many milliseconds. */
    ttlMsec?: number;
  }

  interface Writing extends Sealing {
    text: string;
    attachments?: MediaAttachment[];
    /** Where in the text something is, in bytes of UTF-8, and what. */
    entities?: [number, number, 'url'][];
  }

  export class StreamCipher {
    push(bytes: Uint8Array): Uint8Array;
    /** The last bytes; uses the object up. Throws where a stream to be decrypted was cut off. */
    finish(): Uint8Array;
    free(): void;
  }

  export class Chat {
    generateKeypairs(): Registration;
    importKeys(keys: Uint8Array, version?: string): void;
    exportKeys(): Uint8Array;
    getPublicKeyFingerprint(): string;
    matchesRegisteredKey(publicKey: string): boolean;
    setIdentity(userId: string, keyVersion: string): void;
    verifyKeyBinding(identity: string, signing: string, signature: string): boolean;
    decryptConversationKey(sealed: string): Uint8Array;
    /** Whether what cannot be verified is refused, as it is unless this was called. */
    setRejectUnverified(reject: boolean): void;
    /** Throws for whatever is not signed by one of the given keys. */
    decryptEvent(event: string, keys: Record<string, Uint8Array>, signers: SigningKey[]): unknown;
    /** Opens what is encrypted beside messages, such as a group's name. */
    decrypt(ciphertext: string, key: Uint8Array): string;
    encrypt(plaintext: string, key: Uint8Array): string;
    encryptMessage(message: Writing): Sealed;
    encryptReply(message: Writing & { replyToEvent: string }): Sealed;
    encryptAddReaction(message: Sealing & { emoji: string; targetEvent: string }): Sealed;
    encryptEdit(message: Sealing & { updatedText: string; targetEvent: string }): Sealed;
    prepareMessageDelete(message: {
      conversationId: string;
      sequenceIds: string[];
      deleteForAll: boolean;
    }): ActionSignature;
    prepareConversationKeyChange(change: {
      publicKeys: { userId: string; publicKey: string; keyVersion: string }[];
      conversationId?: string;
    }): KeyChange;
    /** Two signatures: of the key's change, and of the new members. */
    prepareGroupMembersChange(change: {
      publicKeys: { userId: string; publicKey: string; keyVersion: string }[];
      conversationId: string;
      newMemberIds: string[];
      currentMemberIds: string[];
      currentAdminIds: string[];
      currentPendingMemberIds: string[];
    }): KeyChange;
    streamEncryptor(key: Uint8Array): StreamCipher;
    streamDecryptor(key: Uint8Array): StreamCipher;
    /** Wipes the keys. */
    lock(): void;
    free(): void;
  }

  export function detectImageDimensions(bytes: Uint8Array): { width: number; height: number } | null;

  export default function init(source: { module_or_path: Uint8Array }): Promise<unknown>;
}
