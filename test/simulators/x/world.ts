import { createHash } from 'node:crypto';
import type { Credentials } from './oauth1';

/** A person or brand on the simulated X. */
export interface SimUser {
  id: string;
  username: string;
  name: string;
  profile?: SimProfile;
  /** Set for people who do not take messages: the code X refuses with. */
  refuses?: { status: number; code: number; message: string };
}

export interface SimProfile {
  avatar: string;
  verified: boolean;
  followers: number;
  /** Milliseconds since 1970. */
  since: number;
}

/** What X tells of people who have set nothing. */
const usualProfile: SimProfile = {
  avatar: 'https://pbs.twimg.com/profile_images/1/usual_normal.png',
  verified: false,
  followers: 12,
  since: 1_422_556_069_340,
};

export function profileOf({ profile }: SimUser): SimProfile {
  return profile ?? usualProfile;
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
  /** What an uploaded file is for, such as `dm_image`. */
  category?: string;
  altText?: string;
  /** Uploaded files can be used until then. */
  expiresAt?: number;
}

export interface SimLink {
  url: string;
  expanded: string;
}

export interface SimDirectMessage {
  id: string;
  senderId: string;
  /** Empty for a message into a group. */
  recipientId: string;
  groupId: string | undefined;
  text: string;
  links: SimLink[];
  media: SimMedia | undefined;
  /** The link to the media that X appends to the text. */
  stub: string | undefined;
  at: number;
  /** Lists do not show it before that time, in ms since 1970. */
  shownAt?: number;
}

/** A group conversation. */
export interface SimGroup {
  id: string;
  memberIds: string[];
}

/** A public post. */
export interface SimPost {
  id: string;
  authorId: string;
  /** As written, with every link shortened. */
  text: string;
  links: SimLink[];
  media: SimMedia[];
  stubs: string[];
  inReplyTo: SimPost | undefined;
  quotes: SimPost | undefined;
  repostOf: SimPost | undefined;
  conversationId: string;
  deleted: boolean;
  /** The address for private messages that goes with it. */
  deepLink: string | undefined;
  at: number;
  /** Lists do not show it before that time, in ms since 1970. */
  shownAt?: number;
}

export interface PostOptions {
  media?: SimMedia[];
  inReplyTo?: SimPost;
  quotes?: SimPost;
  repostOf?: SimPost;
  deepLink?: string;
}

const idEpoch = 1_288_834_974_657n;

/** Everything the simulated X knows. */
export class World {
  readonly users = new Map<string, SimUser>();
  /** Whom an OAuth 2.0 access token stands for. */
  readonly credentials = new Map<string, { userId: string; keys: Credentials; dead: boolean }>();
  readonly messages: SimDirectMessage[] = [];
  readonly groups: SimGroup[] = [];
  readonly posts: SimPost[] = [];
  readonly media = new Map<string, SimMedia>();
  /** Whether events tell of people's profiles; X documents no more than id, handle and name. */
  eventsTellProfiles = true;
  /** X keeps texts in its own way: characters composed and escaped, and bare domains taken for links. */
  changesTexts = false;
  private lastId = 1_990_000_000_000_000_000n;
  private links = 0;

  constructor(readonly now: () => number) {}

  /** Ids tell the time they were made at (X docs: X IDs), and are larger than a double holds exactly. */
  newId(): string {
    const ofNow = (BigInt(Math.round(this.now())) - idEpoch) << 22n;
    this.lastId = ofNow > this.lastId ? ofNow : this.lastId + 1n;
    return this.lastId.toString();
  }

  addUser(user: SimUser, keys?: Credentials): SimUser {
    this.users.set(user.id, user);
    if (keys) this.credentials.set(keys.accessToken, { userId: user.id, keys, dead: false });
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
    return this.keep({ senderId, recipientId, groupId: undefined }, text, media);
  }

  addGroup(...memberIds: string[]): SimGroup {
    const group = { id: this.newId(), memberIds };
    this.groups.push(group);
    return group;
  }

  addGroupMessage(group: SimGroup, senderId: string, text: string, media?: SimMedia): SimDirectMessage {
    return this.keep({ senderId, recipientId: '', groupId: group.id }, text, media);
  }

  /** Publishes a post: links shortened, then the quoted post's and each file's link at the end. */
  addPost(authorId: string, text: string, options: PostOptions = {}): SimPost {
    const { media = [], inReplyTo, quotes, repostOf, deepLink } = options;
    const { shortened, links } = this.shorten(text);
    const quoted = quotes && this.shorten(this.postUrl(quotes));
    const stubs = media.map(() => this.shortLink());
    const id = this.newId();
    const post: SimPost = {
      id,
      authorId,
      text: [shortened, ...(quoted ? [quoted.shortened] : []), ...stubs.slice(0, 1)]
        .filter(Boolean)
        .join(' '),
      links: [...links, ...(quoted?.links ?? [])],
      media,
      stubs,
      inReplyTo,
      quotes,
      repostOf,
      conversationId: inReplyTo?.conversationId ?? id,
      deleted: false,
      deepLink,
      at: this.now(),
    };
    this.posts.push(post);
    return post;
  }

  postUrl({ id, authorId }: SimPost): string {
    return `https://twitter.com/${this.users.get(authorId)?.username ?? 'i'}/status/${id}`;
  }

  /** The users a post names with an @. */
  mentionedIn({ text }: SimPost): SimUser[] {
    return [...text.matchAll(/@(\w+)/g)].flatMap(([, name = '']) => this.userByName(name) ?? []);
  }

  private keep(
    place: Pick<SimDirectMessage, 'senderId' | 'recipientId' | 'groupId'>,
    text: string,
    media?: SimMedia,
  ): SimDirectMessage {
    const { shortened, links } = this.shorten(this.changesTexts ? text.normalize('NFC') : text);
    const stub = media && this.shortLink();
    const message = {
      ...place,
      id: this.newId(),
      text: [shortened, stub].filter((part) => part !== undefined && part !== '').join(' '),
      links,
      media,
      stub,
      at: this.now(),
    };
    this.messages.push(message);
    return message;
  }

  private shorten(text: string): { shortened: string; links: SimLink[] } {
    const links: SimLink[] = [];
    const pattern = this.changesTexts
      ? /(?:https?:\/\/\S+|\b[a-z0-9-]+\.(?:com|org)\b(?:\/\S*)?)/g
      : /https?:\/\/\S+/g;
    const shortened = text.replace(pattern, (written) => {
      const url = this.shortLink();
      const expanded = written.startsWith('http') ? written : `http://${written}/`;
      links.push({ url, expanded });
      return url;
    });
    if (!this.changesTexts) return { shortened, links };
    const escaped = shortened.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    return { shortened: escaped, links };
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
