import { createHash } from 'node:crypto';
import type { Credentials } from './oauth1';

/** A person or brand on the simulated X. */
export interface SimUser {
  id: string;
  username: string;
  name: string;
  /** Set for people who do not take messages: the code X refuses with. */
  refuses?: { status: number; code: number; message: string };
}

/** A file held by the simulated X. */
export interface SimMedia {
  id: string;
  key: string;
  type: 'photo' | 'video' | 'animated_gif';
  mime: string;
  bytes: number;
  sha256: string;
  content: Buffer | undefined;
}

export interface SimLink {
  url: string;
  expanded: string;
}

export interface SimDirectMessage {
  id: string;
  senderId: string;
  recipientId: string;
  text: string;
  links: SimLink[];
  media: SimMedia | undefined;
  /** The link to the media that X appends to the text. */
  stub: string | undefined;
  at: number;
}

/** Everything the simulated X knows. */
export class World {
  readonly users = new Map<string, SimUser>();
  readonly credentials = new Map<string, { userId: string; keys: Credentials }>();
  readonly messages: SimDirectMessage[] = [];
  readonly media = new Map<string, SimMedia>();
  private lastId = 1_990_000_000_000_000_000n;
  private links = 0;

  constructor(readonly now: () => number) {}

  /** Ids grow, and are larger than a double holds exactly. */
  newId(): string {
    this.lastId += 4_194_305n;
    return this.lastId.toString();
  }

  addUser(user: SimUser, keys?: Credentials): SimUser {
    this.users.set(user.id, user);
    if (keys) this.credentials.set(keys.accessToken, { userId: user.id, keys });
    return user;
  }

  userByName(username: string): SimUser | undefined {
    return [...this.users.values()].find((user) => user.username.toLowerCase() === username.toLowerCase());
  }

  /** Makes a file; `content` may stand for a larger one of which only the size is kept. */
  newMedia(mime: string, content: Buffer | undefined, bytes: number, id = this.newId()): SimMedia {
    return {
      id,
      key: `${mime === 'video/mp4' ? 7 : 3}_${id}`,
      type: mime === 'video/mp4' ? 'video' : mime === 'image/gif' ? 'animated_gif' : 'photo',
      mime,
      bytes,
      sha256: content ? createHash('sha256').update(content).digest('hex') : '',
      content,
    };
  }

  /** Makes a file a customer sends. */
  addMedia(mime: string, content: Buffer): SimMedia {
    const media = this.newMedia(mime, content, content.length);
    this.media.set(media.id, media);
    return media;
  }

  /** Keeps a message as X does: every link shortened, media as a link at the end of the text. */
  addMessage(senderId: string, recipientId: string, text: string, media?: SimMedia): SimDirectMessage {
    const links: SimLink[] = [];
    const shortened = text.replace(/https?:\/\/\S+/g, (expanded) => {
      const url = this.shortLink();
      links.push({ url, expanded });
      return url;
    });
    const stub = media && this.shortLink();
    const message = {
      id: this.newId(),
      senderId,
      recipientId,
      text: [shortened, stub].filter((part) => part !== undefined && part !== '').join(' '),
      links,
      media,
      stub,
      at: this.now(),
    };
    this.messages.push(message);
    return message;
  }

  between(one: string, other: string): SimDirectMessage[] {
    return this.messages.filter(
      ({ senderId, recipientId }) =>
        (senderId === one && recipientId === other) || (senderId === other && recipientId === one),
    );
  }

  private shortLink(): string {
    this.links += 1;
    return `https://t.co/s${this.links.toString(36).padStart(9, '0')}`;
  }
}
