import type { ChatConversation } from '../chat';
import type { UploadedFile } from '../messages';
import type { SentMessage } from '../gateways';
import type { Tables } from '../ports';
import { splitText } from './splitText';

/** X takes no longer text in one Direct Message. Code points. */
export const maxMessageLength = 10_000;

/** One message on X, and the files that go with it. */
export interface Part {
  index: number;
  /** The whole of the agent's words. */
  text: string;
  /** This part of them. */
  words: string;
  files: UploadedFile[];
}

/** Where an answer goes, what it becomes there, and how to look whether it has arrived. */
export interface Route {
  /** Set where it is encrypted. */
  chat?: ChatConversation;
  plan(text: string, files: UploadedFile[]): { parts: Part[]; dropped: string[] };
  /** What has to be written down before it is written down that the part is being sent. */
  prepare?(part: Part): Promise<void>;
  send(part: Part): Promise<string>;
  /** Our own messages there since a time (ms since 1970), newest first; absent where sending again is safe. */
  sent?(text: string, since: number): Promise<SentMessage[]>;
  /** What is to be remembered of an answer that X has. */
  remember(id: string, tables: Tables): Promise<void>;
}

/** X takes one file a message: the first goes with the beginning of the text. */
export function messagesOf(text: string, files: UploadedFile[]): Part[] {
  const words = splitText(text, maxMessageLength);
  return Array.from({ length: Math.max(words.length, files.length) }, (_, index) => ({
    index,
    text,
    words: words[index] ?? '',
    files: files.slice(index, index + 1),
  }));
}
