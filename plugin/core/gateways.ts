import type { Readable } from 'node:stream';
import type { BotGateway } from './automation/bot';
import type { ChatGateway } from './chat';
import type { ConversationRules } from './automation/conversationRules';
import type { UploadedFile, XUser } from './messages';

/** A file on its way from one side to the other; never whole in memory. */
export interface FileStream {
  name: string;
  /** The MIME type the sender claims; what counts are the bytes. */
  type: string;
  /** Bytes, where the sender said how many. */
  size: number | undefined;
  stream: Readable;
}

/** One call of the host's notify. */
export interface Notification {
  from: string;
  body: string;
  mapKey: string;
  /** Messages of one thread make an interaction of their own. */
  threadId?: string;
  attachmentId?: string;
  /** Fields for the contact, should the host create one. */
  contact: Record<string, string>;
}

/** What the host said to a notify call, as far as it said anything. */
export interface NotifyReceipt {
  messageId: string | undefined;
  interactionId: string | undefined;
}

/** A message the host holds in an interaction. */
export interface HostMessage {
  id: string;
  direction: string;
  body: string;
  /** Milliseconds since 1970. */
  createdAt: number | undefined;
}

/** One account's Open Channel on the host. All methods throw BridgeError. */
export interface MotionGateway {
  /** The time by the host's clock, in ms since 1970. */
  now(): number;
  /** The contact field that identifies a customer. */
  mapKey(): Promise<string>;
  /** Asks the host for the Map Key again. */
  refreshMapKey(): Promise<string>;
  notify(notification: Notification): Promise<NotifyReceipt>;
  putAttachment(file: FileStream): Promise<string>;
  openAttachment(id: string): Promise<FileStream & { aliases: string[] }>;
  /** The messages of an interaction since a time by the host's clock (ms since 1970), and maybe some before it. */
  messagesOf(interactionId: string, since: number): Promise<HostMessage[]>;
  /** Whether the host certainly counts an interaction as closed. */
  isClosed(interactionId: string): Promise<boolean>;
  /** Changes fields of the contact with this value in its Map Key field. @returns false where there is none */
  updateContact(mapValue: string, fields: Record<string, string>): Promise<boolean>;
  /** Whether the host certainly has a contact with this value in its Map Key field. */
  hasContact(mapValue: string): Promise<boolean>;
}

/** A public answer, put together. */
export interface PublicPost {
  inReplyTo: string;
  text: string;
  /** The address under which a customer writes in private, where it goes with the post. */
  deepLink: string | undefined;
}

/** What a file is uploaded for: X keeps media of messages and of posts apart. */
export type MediaUse = 'dm' | 'tweet';

/** Where a Direct Message goes: to one customer, or into a group conversation. */
export type DirectTarget = { userId: string } | { groupId: string };

/** A message of ours as the conversation on X shows it. */
export interface SentMessage {
  id: string;
  text: string;
  mediaKeys: string[];
  /** Milliseconds since 1970. */
  sentAt: number;
}

/** One account's user on X. All methods throw BridgeError. */
export interface XGateway {
  /** The time by X's clock, in ms since 1970. */
  now(): number;
  /** @returns the id of the message on X */
  sendDirectMessage(target: DirectTarget, text: string, mediaId: string | undefined): Promise<string>;
  /** Our own messages in a conversation since a time, newest first. */
  sentMessages(target: DirectTarget, since: number): Promise<SentMessage[]>;
  /** @returns the id of the post on X */
  sendReply(post: PublicPost, mediaIds: string[]): Promise<string>;
  /** Our own answers to the same post since a time, newest first; `text` as it was written. */
  sentReplies(post: PublicPost, since: number): Promise<SentMessage[]>;
  /** @param onTransferred hears that X has the whole file, which it may work on for minutes */
  uploadMedia(file: FileStream, use: MediaUse, onTransferred: () => void): Promise<UploadedFile>;
  openMedia(url: string, name: string): Promise<FileStream>;
  /** @returns undefined when there is no such user */
  userByHandle(handle: string): Promise<XUser | undefined>;
  userById(id: string): Promise<XUser | undefined>;
}

/** What the core needs to know of a configured account. */
export interface MessagingAccount {
  name: string;
  active: boolean;
  rules: ConversationRules;
  mapValue: 'username' | 'id';
  /** Whether texts that wait for the same rate limit window go out in one message. */
  mergeQueuedReplies: boolean;
  mentions: { deepLink: boolean; agentInitials: boolean; maxPostLength: number };
  /** The account's own X user, once known. */
  userId(): string | undefined;
  /** Where private conversations go. */
  host: MotionGateway;
  /** Where public ones go, which may be another Open Channel account. */
  publicHost: MotionGateway;
  x: XGateway;
  chat: ChatGateway;
  bot: BotGateway;
}
