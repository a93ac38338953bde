import type { Ports } from '../corePorts';
import type { ChatConversation } from '../chat';
import { BridgeError } from '../errors';
import type { StoredOutbound, UploadedFile } from '../messages';
import { noLongerWanted } from './noLongerWanted';
import type { MessagingAccount, MediaUse } from '../gateways';
import { Slots } from '../slots';
import { say } from '../../texts/text';

export type UploadsPorts = Ports<'outbox' | 'clock'> & {
  onStep: (row: StoredOutbound, step: string) => void;
};

/** An answer's files as X knows them, and the text that goes with them. */
export interface ReadyFiles {
  files: UploadedFile[];
  text: string;
}

/** X forgets uploaded media after 24 hours; an hour of them is kept in reserve. Milliseconds. */
const mediaLife = 23 * 60 * 60_000;

type HostFile = Awaited<ReturnType<MessagingAccount['host']['openAttachment']>>;

/** So many files are on their way at a time: memory for media is bounded by it. */
const maxTransfers = 8;

/** X takes so many in one post (X docs: create post). */
export const maxPictures = 4;

/** Brings the files of answers from the host to X: each once, as long as X keeps it. */
export class Uploads {
  /** By the answer, and by the key its files are encrypted with. */
  private readonly running = new Map<string, Promise<ReadyFiles>>();

  private readonly slots = new Slots(maxTransfers);

  constructor(private readonly ports: UploadsPorts) {}

  /** Whether X has all the files of an answer that goes out in plain. */
  isDone({ message, media }: StoredOutbound): boolean {
    return message.attachmentIds.every((_, index) => this.isFresh(media[index], undefined));
  }

  /**
   * Uploads what X does not have yet. Whoever asks while it is under way gets the same.
   * @param chat the encrypted conversation the files are for, if it is one
   * @throws BridgeError of the host or of X
   */
  provide(row: StoredOutbound, account: MessagingAccount, chat?: ChatConversation): Promise<ReadyFiles> {
    const { seq, message } = row;
    if (message.attachmentIds.length === 0) return Promise.resolve({ files: [], text: message.text });
    const name = `${seq} ${chat?.keyVersion ?? ''}`;
    const providing =
      this.running.get(name) ?? this.upload(row, account, chat).finally(() => this.running.delete(name));
    this.running.set(name, providing);
    return providing;
  }

  private async upload(
    row: StoredOutbound,
    account: MessagingAccount,
    chat: ChatConversation | undefined,
  ): Promise<ReadyFiles> {
    const { outbox, onStep, clock } = this.ports;
    // It may have been uploaded since the row was read.
    const { message, media: before } = (await outbox.get(row.seq)) ?? row;
    const { attachmentIds, publicReply } = message;
    let { text } = message;
    const media = [...before];
    for (const [index, attachmentId] of attachmentIds.entries()) {
      if (this.isFresh(media[index], chat)) continue;
      onStep(row, 'uploading file');
      const { file, uploaded } = await this.transfer(
        attachmentId,
        account,
        chat,
        publicReply ? 'tweet' : 'dm',
      );
      // The host puts the file's name in the text when the agent wrote none.
      if ([file.name, ...file.aliases].includes(text.trim())) text = '';
      if (publicReply && attachmentIds.length > 1 && uploaded.kind !== 'image') throw tooManyFiles();
      media[index] = { ...uploaded, at: clock.now() };
      if (!(await outbox.saveMedia(row.seq, media, text))) throw noLongerWanted();
    }
    return { files: media, text };
  }

  /** Brings one file from the host to X; while X works on it, others are brought. */
  private async transfer(
    attachmentId: string,
    account: MessagingAccount,
    chat: ChatConversation | undefined,
    use: MediaUse,
  ): Promise<{ file: HostFile; uploaded: Omit<UploadedFile, 'at'> }> {
    const giveBack = await this.slots.take();
    try {
      const file = await account.host.openAttachment(attachmentId);
      const uploaded = chat
        ? await account.chat.upload(file, chat)
        : await account.x.uploadMedia(file, use, giveBack);
      return { file, uploaded };
    } finally {
      giveBack();
    }
  }

  /** A file is of use only where it was uploaded for: in plain, or encrypted with this very key. */
  private isFresh(
    file: StoredOutbound['media'][number] | undefined,
    chat: ChatConversation | undefined,
  ): boolean {
    if (!file || file.sealed?.keyVersion !== chat?.keyVersion) return false;
    return this.ports.clock.now() - file.at < mediaLife;
  }
}

/** More files than X takes in one post. */
export function tooManyFiles(): BridgeError {
  return new BridgeError('bad-request', say('reply.tooManyPictures', { max: maxPictures }));
}
