import { z } from 'zod';
import type { Opened } from '../../bridge/chat';
import { withoutNul } from '../../bridge/links';
import type { InboundMedia, MediaKind } from '../../bridge/messages';
import { strangeAttachment } from '../fields';

/** What an opened event is; everything but `damaged` is what its sender signed, where `verified`. */
export type Content =
  | { kind: 'damaged' }
  /** X's own word, which nobody signs. */
  | { kind: 'fromX'; opened: Opened }
  | ({ kind: 'content'; opened: Opened } & Signed);

interface Signed {
  verified: boolean;
  senderId: string;
  conversationId: string;
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
  replying_to_preview: optional(z.object({ messageText: optional(text) })),
});

const event = z.object({
  type: z.string(),
  id: z.string().min(1).max(200),
  senderId: z.string(),
  conversationId: z.string(),
  verified: z.boolean().default(false),
  keyVersion: optional(z.string()),
  content: optional(messageContent),
  attachments: optional(z.array(z.unknown())),
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
  const signed = { verified, senderId, conversationId };
  if (type === 'message') return { kind: 'content', opened: openedMessage(read.data), ...signed };
  if (type === 'failure') return { kind: 'fromX', opened: failed(read.data) };
  if (type === 'messageDeleted' && read.data.deleteForAll)
    return { kind: 'content', opened: deleted(read.data), ...signed };
  // Signs of presence, settings and members are nothing for an agent, and nobody signs most of them.
  return { kind: 'content', opened: { kind: 'nothing' }, ...signed, verified: true };
}

function openedMessage(message: Event): Opened {
  const { id, content } = message;
  const notice = (words: string): Opened => ({ kind: 'notice', id, words });
  switch (content?.content_type) {
    case 'text':
      return { kind: 'message', id, ...wordsAndMedia(message) };
    case 'reaction':
      return notice(`The customer reacted to a message with ${content.emoji ?? 'an emoji'}.`);
    case 'reactionRemoved':
      return notice(`The customer took back a reaction (${content.emoji ?? 'an emoji'}).`);
    case 'edit':
      return notice(`The customer changed a message they had sent. It now reads:\n${content.new_text ?? ''}`);
    case 'markRead':
    case 'markUnread':
      return { kind: 'nothing' };
    default:
      return notice(
        'The customer sent something in X Chat that this channel cannot show. Please look on x.com.',
      );
  }
}

/** X's reasons for a message that failed (X Chat library: FailureType), as far as an agent can do something. */
const failures: Record<string, string> = {
  contentsTooLarge: 'it is too large',
  tooManyMessages: 'too many messages were sent',
  rateLimitUpsell: 'this account may send no more messages for now',
  flaggedAsSpam: 'X takes it for spam',
  recipientNotTrusted: 'the customer does not take messages from this account',
  recipientKeyChanged: "the customer's keys have changed",
};

function failed({ id, failure }: Event): Opened {
  const why = failures[failure ?? ''] ?? `X names it "${(failure ?? 'unknown').slice(0, 60)}"`;
  return {
    kind: 'notice',
    id: `failure:${id}`,
    words: `X could not deliver an encrypted message of this conversation: ${why}. Please look on x.com before you send it again.`,
  };
}

function deleted({ id, messageIds }: Event): Opened {
  const many = (messageIds?.length ?? 1) > 1 ? 'messages' : 'a message';
  return {
    kind: 'notice',
    id,
    deleted: messageIds ?? [],
    words: `The customer deleted ${many} of this conversation on X. Please do not quote what was deleted.`,
  };
}

/** The text with what it quotes in front, and what goes with it. */
function wordsAndMedia(message: Event): { text: string; media: InboundMedia[] } {
  const { content, conversationId, keyVersion } = message;
  const attachments = (message.attachments ?? []).map((each) => attachment.safeParse(each).data);
  const media = attachments.flatMap((each) => mediaOf(each, conversationId, keyVersion ?? ''));
  const said = content?.text ?? '';
  const beside = attachments.flatMap((each) => wordsFor(each, said));
  const lines = [...quoted(message), said, ...beside].filter((line) => line !== '');
  return { text: lines.join('\n'), media };
}

function quoted({ content, replyPreviewValidation }: Event): string[] {
  const preview = content?.replying_to_preview;
  if (!preview) return [];
  if (replyPreviewValidation === 'invalid')
    return ['[The customer quotes a message, but not as it was written; the quote is left out.]'];
  const lines = (preview.messageText ?? '').split('\n').map((line) => `> ${line}`);
  const unproven = replyPreviewValidation === undefined ? ['> [quoted by the customer, not verified]'] : [];
  return preview.messageText ? [...lines, ...unproven] : [];
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
  return [each?.fallbackText ?? strangeAttachment];
}

/** A name somebody else chose, safe to be shown and saved. */
function fileName(name: string): string {
  return name
    .replaceAll(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 120);
}
