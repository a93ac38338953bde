import type { InboundMessage, MediaKind } from '../messages';
import { customersWords } from '../systemNotice';
import { phrase, say } from '../../texts/text';

/** One notify call's worth of a message: the host takes one attachment a call, and never an empty body. */
export interface NotifyPart {
  body: string;
  attachmentId?: string;
}

const fileEnding: Record<MediaKind, string> = {
  photo: 'jpg',
  video: 'mp4',
  animated_gif: 'mp4',
  file: 'bin',
};

/** The name a customer's file gets on the host: what they called it, where X tells, else one of ours. */
export function mediaName(message: InboundMessage, index: number): string {
  const media = message.media[index];
  if (!media) return '';
  const { name } = media.sealed ?? {};
  if (name !== undefined) return customersWords(name);
  return `${media.kind}-${message.messageId}-${index + 1}.${fileEnding[media.kind]}`;
}

/**
 * What to tell the host of one message: the text with the first attachment, then each further attachment by
 * itself. Media that could not be had become a line in the text, so that the agent knows to ask.
 * @param attachments ids on the host in the order of the message's media, null for media that cannot be had
 */
export function notifyParts(message: InboundMessage, attachments: (string | null)[]): NotifyPart[] {
  const missing = message.media.flatMap(({ kind }, index) =>
    attachments[index] ? [] : [phrase('message.fileLost', { kind: say(`message.kind.${kind}`) })],
  );
  const files = message.media.flatMap((_, index) => {
    const attachmentId = attachments[index];
    return attachmentId ? [{ body: mediaName(message, index), attachmentId }] : [];
  });
  const text = [message.text, ...missing].filter((line) => line !== '').join('\n');
  const [first, ...others] = files;
  const body = text || (first?.body ?? phrase('message.withoutText'));
  return [{ ...first, body: [...(message.remarks ?? []), body].join('\n') }, ...others];
}
