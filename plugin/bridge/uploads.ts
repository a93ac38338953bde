import type { Clock } from './clock';
import { BridgeError } from './errors';
import type { StoredOutbound } from './messages';
import type { Outbox } from './ports';
import type { BridgeAccount } from './sides';

export interface UploadsPorts {
  outbox: Outbox;
  clock: Clock;
  onStep: (row: StoredOutbound, step: string) => void;
}

/** An answer's files as X knows them, and the text that goes with them. */
export interface ReadyFiles {
  mediaIds: string[];
  text: string;
}

/** X forgets uploaded media after 24 hours; an hour of them is kept in reserve. Milliseconds. */
const mediaLife = 23 * 60 * 60_000;

/** X takes so many in one post (X docs: create post). */
export const mostPictures = 4;

/** Brings the files of answers from the host to X: each once, as long as X keeps it. */
export class Uploads {
  private readonly running = new Map<number, Promise<ReadyFiles>>();

  constructor(private readonly ports: UploadsPorts) {}

  /** Whether X has all the files of an answer. */
  isDone({ message, media }: StoredOutbound): boolean {
    return message.attachmentIds.every((_, index) => this.isFresh(media[index]));
  }

  /**
   * Uploads what X does not have yet. Whoever asks while it is under way gets the same.
   * @throws BridgeError of the host or of X
   */
  provide(row: StoredOutbound, account: BridgeAccount): Promise<ReadyFiles> {
    const { seq, message } = row;
    if (message.attachmentIds.length === 0) return Promise.resolve({ mediaIds: [], text: message.text });
    const providing =
      this.running.get(seq) ?? this.upload(row, account).finally(() => this.running.delete(seq));
    this.running.set(seq, providing);
    return providing;
  }

  private async upload(row: StoredOutbound, account: BridgeAccount): Promise<ReadyFiles> {
    const { outbox, onStep, clock } = this.ports;
    // It may have been uploaded since the row was read.
    const { message, media: before } = outbox.get(row.seq) ?? row;
    const { attachmentIds, publicReply } = message;
    let { text } = message;
    const media = [...before];
    for (const [index, attachmentId] of attachmentIds.entries()) {
      if (this.isFresh(media[index])) continue;
      onStep(row, 'uploading file');
      const file = await account.host.openAttachment(attachmentId);
      // The host puts the file's name in the text when the agent wrote none.
      if ([file.name, ...file.aliases].includes(text.trim())) text = '';
      const uploaded = await account.x.uploadMedia(file, publicReply ? 'tweet' : 'dm');
      if (publicReply && attachmentIds.length > 1 && uploaded.kind !== 'image') throw tooManyFiles();
      media[index] = { ...uploaded, at: clock.now() };
      outbox.saveMedia(row.seq, media, text);
    }
    return { mediaIds: media.map(({ id }) => id), text };
  }

  private isFresh(file: StoredOutbound['media'][number] | undefined): boolean {
    return file !== undefined && this.ports.clock.now() - file.at < mediaLife;
  }
}

/** More files than X takes in one post. */
export function tooManyFiles(): BridgeError {
  const words = `A public answer takes up to ${mostPictures} pictures, or one video or GIF. Please send the others by themselves.`;
  return new BridgeError('bad-request', words, { agentMessage: words });
}
