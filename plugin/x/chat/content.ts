import { z } from 'zod';
import type { Opened } from '../../core/chat';
import { withoutNul } from '../../core/links';
import type { InboundMedia, MediaKind } from '../../core/messages';
import { strangeAttachment } from '../api/fields';
import { phrase, type TextKey, spokenLanguage, Text } from '../../texts/text';

/** What somebody may have done in a conversation. */
type Done = Exclude<Opened, { kind: 'failure' }>;

/** What an opened event is; everything but `damaged` is what its sender signed, where `verified`. */
export type Content =
  | { kind: 'damaged' }
  /** X's own word, which nobody signs: a message of the account did not arrive. */
  | { kind: 'failure'; id: string; why: string; ofKey: boolean }
  | ({ kind: 'content'; opened: Done } & Signed);

interface Signed {
  verified: boolean;
  senderId: string;
  conversationId: string;
  /** The version of the conversation's key it is under. */
  keyVersion?: string | undefined;
}

const text = z.string().transform(withoutNul);
const optional = <T extends z.ZodType>(type: T) => type.nullish().catch(undefined);

const attachment = z.object({
  attachment_type: z.string(),
  mediaHashKey: optional(z.string().regex(/^[A-Za-z0-9]{1,50}$/)),
  mediaType: optional(z.string()),
  filename: optional(text),
  url: optional(text),
  postUrl: optional(text),
  restId: optional(z.string()),
  fallbackText: optional(text),
});
type Attachment = z.infer<typeof attachment>;

const messageContent = z.object({
  content_type: z.string(),
  text: optional(text),
  new_text: optional(text),
  emoji: optional(text),
  target_message_id: optional(z.string().regex(/^\d{1,19}$/)),
  replying_to_preview: optional(z.object({ messageText: optional(text) })),
  forwarded_message: optional(z.object({ messageText: optional(text) })),
});

const people = z.array(z.string().regex(/^\d{1,20}$/));
const groupChange = z.object({ change_type: z.string(), member_ids: optional(people) });

const event = z.object({
  type: z.string(),
  id: z.string().min(1).max(200),
  senderId: z.string(),
  conversationId: z.string(),
  verified: z.boolean().default(false),
  keyVersion: optional(z.string()),
  content: optional(messageContent),
  attachments: optional(z.array(z.unknown())),
  mediaHashes: optional(z.array(z.object({ mediaHashKey: z.string().regex(/^[A-Za-z0-9]{1,50}$/) }))),
  createdAtMsec: optional(z.number()),
  ttlMsec: optional(z.number().positive()),
  change: optional(groupChange),
  replyPreviewValidation: optional(z.enum(['valid', 'invalid'])),
  messageIds: optional(z.array(z.string())),
  deleteForAll: optional(z.boolean()),
  failure: optional(z.string()),
});
type Event = z.infer<typeof event>;

/** Understands what the library made of an event. */
export function readContent(value: unknown): Content {
  const read = event.safeParse(value);
  if (!read.success) return { kind: 'damaged' };
  const { type, verified, senderId, conversationId } = read.data;
  const signed = { verified, senderId, conversationId, keyVersion: read.data.keyVersion ?? undefined };
  if (type === 'message') return { kind: 'content', opened: openedMessage(read.data), ...signed };
  if (type === 'failure') return failed(read.data);
  if (type === 'messageDeleted' && read.data.deleteForAll)
    return { kind: 'content', opened: deleted(read.data), ...signed };
  if (type === 'groupChange') return { kind: 'content', opened: membersChanged(read.data), ...signed };
  // Signs of presence, settings and members are nothing for an agent, and nobody signs most of them.
  return { kind: 'content', opened: { kind: 'nothing' }, ...signed, verified: true };
}

function openedMessage(message: Event): Done {
  const { id, content, ttlMsec } = message;
  const sequence = content?.target_message_id ?? '';
  const emoji = Array.from(content?.emoji ?? 'an emoji')
    .slice(0, maxEmojiLength)
    .join('');
  switch (content?.content_type) {
    case 'text': {
      const ttl = typeof ttlMsec === 'number' ? { ttlMs: ttlMsec } : {};
      return { kind: 'message', id, ...wordsAndMedia(message), remarks: [], ...ttl };
    }
    case 'reaction':
      return { kind: 'reaction', id, sequence, emoji, removed: false };
    case 'reactionRemoved':
      return { kind: 'reaction', id, sequence, emoji, removed: true };
    case 'edit':
      return { kind: 'edit', id, sequence, text: content.new_text ?? '' };
    case 'markRead':
    case 'markUnread':
      return { kind: 'nothing' };
    default:
      return somethingElse(message);
  }
}

/** Some emoji are made of many characters; words are none. */
const maxEmojiLength = 12;

const hour = 60 * 60_000;

/**
 * Calls, screenshots, pins and the like all come without a name (X Chat library: content types 7 to 17). One id an hour: once
 * in that time is enough.
 */
function somethingElse({ id, createdAtMsec }: Event): Done {
  return {
    kind: 'notice',
    id: typeof createdAtMsec === 'number' ? `something-else:${Math.floor(createdAtMsec / hour)}` : id,
    words: phrase('message.somethingElse'),
  };
}

function membersChanged({ id, change }: Event): Done {
  const userIds = change?.member_ids ?? [];
  const joined = change?.change_type === 'membersAdded';
  if (userIds.length === 0 || (!joined && change?.change_type !== 'membersRemoved'))
    return { kind: 'nothing' };
  return { kind: 'members', id, joined, userIds };
}

/** X's reasons for a message that failed (X Chat library: FailureType), and what an agent can do. */
const failures: Record<string, TextKey & `replyFailed.${string}`> = {
  emptyDetail: 'replyFailed.empty',
  internalError: 'replyFailed.fault',
  genericError: 'replyFailed.noReason',
  contentsTooLarge: 'replyFailed.tooLarge',
  tooManyMessages: 'replyFailed.tooMany',
  rateLimitUpsell: 'replyFailed.accountLimit',
  flaggedAsSpam: 'replyFailed.spam',
  recipientNotTrusted: 'replyFailed.notAllowed',
  recipientKeyChanged: 'replyFailed.newKeys',
  nonLatestKeyVersion: 'replyFailed.newerKey',
  onlyEncryptedMessagesAllowed: 'replyFailed.encryptedOnly',
  invalidSenderSignature: 'replyFailed.unverified',
  signatureFailedToVerifyAgainstPublicKey: 'replyFailed.unverified',
  invalidSignatureVersion: 'replyFailed.oldSignature',
  requesterNotAdmin: 'replyFailed.adminsOnly',
  senderNotGroupMember: 'replyFailed.notInGroup',
  invalidPinRequest: 'replyFailed.cannotPin',
  tooManyPins: 'replyFailed.tooManyPins',
};

/** Failures that another key of the conversation puts right. */
const failuresOfKeys = ['nonLatestKeyVersion', 'recipientKeyChanged'];

function failed({ id, failure = 'unknown' }: Event): Content {
  const why = new Text(failures[failure ?? ''] ?? 'replyFailed.unknown', {}).in(spokenLanguage());
  return { kind: 'failure', id, why, ofKey: failuresOfKeys.includes(failure ?? '') };
}

function deleted({ id, messageIds }: Event): Done {
  return { kind: 'deletion', id, deleted: messageIds ?? [], byAdmin: false };
}

/** The text with what it quotes in front, and what goes with it. */
function wordsAndMedia(message: Event): { text: string; media: InboundMedia[] } {
  const { content, conversationId, keyVersion } = message;
  const attachments = (message.attachments ?? []).map((each) => attachment.safeParse(each).data);
  // Files may be named beside the attachments (X docs: X Chat media, "download").
  const listed = new Set(attachments.map((each) => each?.mediaHashKey));
  const others = (message.mediaHashes ?? []).filter(({ mediaHashKey }) => !listed.has(mediaHashKey));
  const files = [...attachments, ...others.map((each) => ({ attachment_type: 'media', ...each }))];
  const media = files.flatMap((each) => mediaOf(each, conversationId, keyVersion ?? ''));
  const said = content?.text ?? '';
  const beside = attachments.flatMap((each) => wordsFor(each, said));
  const lines = [...quoted(message), ...forwarded(message), said, ...beside].filter((line) => line !== '');
  return { text: lines.join('\n'), media };
}

function quoted({ content, replyPreviewValidation }: Event): string[] {
  const preview = content?.replying_to_preview;
  if (!preview) return [];
  if (replyPreviewValidation === 'invalid') return [phrase('message.falseQuote')];
  const lines = (preview.messageText ?? '').split('\n').map((line) => `> ${line}`);
  const unproven = replyPreviewValidation === undefined ? [phrase('message.unverifiedQuote')] : [];
  return preview.messageText ? [...lines, ...unproven] : [];
}

function forwarded({ content }: Event): string[] {
  const words = content?.forwarded_message?.messageText;
  return words ? [phrase('message.forwarded'), ...words.split('\n').map((line) => `> ${line}`)] : [];
}

const kinds: Record<string, MediaKind> = { image: 'photo', video: 'video', gif: 'animated_gif' };

function mediaOf(each: Attachment | undefined, conversationId: string, keyVersion: string): InboundMedia[] {
  if (each?.attachment_type !== 'media' || !each.mediaHashKey) return [];
  const name = fileName(each.filename ?? '');
  return [
    {
      kind: kinds[each.mediaType ?? ''] ?? 'file',
      url: '',
      sealed: {
        conversationId,
        hashKey: each.mediaHashKey,
        keyVersion,
        ...(name === '' ? {} : { name }),
      },
    },
  ];
}

/** What stands in the text for attachments that are no files. */
function wordsFor(each: Attachment | undefined, said: string): string[] {
  if (each?.attachment_type === 'media' && each.mediaHashKey) return [];
  const link =
    each?.url ?? each?.postUrl ?? (each?.restId ? `https://x.com/i/status/${each.restId}` : undefined);
  if (link !== undefined) return said.includes(link) ? [] : [link];
  return [each?.fallbackText ?? strangeAttachment()];
}

/** A name somebody else chose, safe to be shown and saved. */
function fileName(name: string): string {
  return name
    .replaceAll(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 120);
}
