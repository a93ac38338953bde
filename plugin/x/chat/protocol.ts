import type { MediaAttachment, Registration, SigningKey } from 'chat-xdk-engine';
import type { ConversationKey } from '../../core/chat';

/** What the plugin asks of the threads that hold the keys. Byte arrays are handed over, not copied. */
export interface ChatCalls {
  /** Takes an account's private keys in. */
  load: { input: { account: string; userId: string; version: string; keys: Uint8Array }; answer: null };
  /** Wipes an account's keys. */
  unload: { input: { account: string }; answer: null };
  /** Makes private keys, and what X is to know of them. */
  generate: { input: null; answer: { keys: Uint8Array; registration: Registration } };
  /** What private keys are the secret part of. */
  inspect: {
    input: { keys: Uint8Array; registered: string[] };
    answer: { fingerprint: string; matches: boolean[] };
  };
  /** Which of these are the public half of the account's own key. */
  matchOwn: { input: { account: string; identities: string[] }; answer: boolean[] };
  /** Whether a signing key really belongs to an identity. */
  checkBinding: { input: PublicKey; answer: boolean };
  open: { input: OpenCall; answer: OpenAnswer };
  seal: { input: SealCall; answer: SealedMessage };
  prepareKeys: {
    input: {
      account: string;
      /** The account's own public key as X shows it, which must be that of the private one. */
      ownKey: string;
      publicKeys: { userId: string; publicKey: string; keyVersion: string }[];
    };
    answer: PreparedKeys;
  };
  /** A text that is encrypted beside messages; null when no key opens it. */
  openText: { input: { account: string; text: string; keys: ConversationKey[] }; answer: string | null };
  /** Signs that messages of the account are taken back for everybody. */
  prepareDelete: {
    input: { account: string; conversationId: string; sequences: string[] };
    answer: PreparedAction;
  };
  measureImage: { input: { head: Uint8Array }; answer: { width: number; height: number } | null };
  startCipher: { input: CipherStart; answer: { cipher: number } };
  pushCipher: { input: { cipher: number; bytes: Uint8Array }; answer: Uint8Array };
  /** Fails where what was to be decrypted was cut off. */
  endCipher: { input: { cipher: number }; answer: Uint8Array };
  dropCipher: { input: { cipher: number }; answer: null };
  recover: { input: RecoverCall; answer: RecoverAnswer };
  /** Puts private keys into X's key backup. */
  backUp: { input: BackUpCall; answer: BackUpAnswer };
}

export type ChatMethod = keyof ChatCalls;
export type ChatInput<M extends ChatMethod> = ChatCalls[M]['input'];
export type ChatAnswer<M extends ChatMethod> = ChatCalls[M]['answer'];

/** A person's public keys of one version. base64. */
export interface PublicKey {
  identity: string;
  signing: string;
  signature: string;
}

export interface OpenCall {
  account: string;
  event: string;
  keys: ConversationKey[];
  signers: SigningKey[];
  /** Opens it also where none of the signers signed it, as unverified. */
  anyone?: boolean;
}

export type OpenFault = 'malformed' | 'unverified' | 'no-key';
export type OpenAnswer = { event: unknown } | { fault: OpenFault; reason: string };

export interface SealCall {
  account: string;
  conversationId: string;
  key: ConversationKey;
  text: string;
  attachment: MediaAttachment | undefined;
  /** X's event of the message it quotes. */
  quotes: string | undefined;
  ttlMs: number | undefined;
}

/** An encrypted, signed message. The id is part of what is signed. */
export interface SealedMessage {
  messageId: string;
  content: string;
  signature: string;
}

export interface PreparedKeys {
  conversationId: string;
  version: string;
  participants: { userId: string; sealedKey: string; publicKeyVersion: string }[];
  actions: PreparedAction[];
}

/** Something the account does in a conversation beside writing, signed. */
export interface PreparedAction {
  messageId: string;
  detail: string;
  signature: string;
  signatureVersion: string;
  publicKeyVersion: string;
}

export interface CipherStart {
  account: string;
  direction: 'encrypt' | 'decrypt';
  key: ConversationKey;
}

export interface RecoverCall {
  /** X's configuration of the key backup, as JSON. */
  config: string;
  /** The access token of each realm, by the realm's id. */
  tokens: Record<string, string>;
  pin: Uint8Array;
}

export interface BackUpCall extends RecoverCall {
  keys: Uint8Array;
  /** After so many wrong PINs the backup destroys itself. */
  guesses: number;
}

export type BackUpAnswer = { done: true } | { refused: string };

export type RecoverAnswer = { keys: Uint8Array } | { refused: string; guessesLeft: number | undefined };

export type Request = { id: number; method: ChatMethod; input: unknown };
export type Response = { id: number; answer: unknown } | { id: number; error: string };
