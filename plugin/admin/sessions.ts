import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock';
import { sameSecret } from '../core/sameSecret';
import type { KeptSession, SessionShelf } from './sessionShelf';

export interface Session {
  user: string;
  /** Must be in the body of each call whose session travels as a cookie (RFC 6265 §8.2). */
  csrf: string;
  startedAt: number;
  usedAt: number;
  /** Until when its use is written down. */
  keptAt: number;
  /** Says whether a user of the host still is what they were at the sign-in; absent for the panel's own password. */
  stillAllowed?: () => Promise<boolean>;
  checkedAt: number;
}

/** A session ends when it was not used for so long, or is so old. Milliseconds. */
const maxIdle = 8 * 60 * 60_000;
const maxLife = 24 * 60 * 60_000;
const maxSessions = 50;
/** Use is written down so often, for the processes that may lead later. Milliseconds. */
const useIsKeptEvery = 10 * 60_000;

/**
 * Who is signed in. Alone, a process keeps it in memory only, and asks for the password again after a restart; where several share a
 * store, it is kept for whichever leads next.
 */
export class Sessions {
  /** By the hash of the token, so that what is in memory cannot be used. */
  private readonly sessions = new Map<string, Session>();

  /** What the leader before has left is among them. */
  private isLoaded: boolean;
  private loading: Promise<void> | undefined;

  /** @param shelf where several processes share a store */
  constructor(
    private readonly clock: Clock,
    private readonly shelf: SessionShelf | undefined,
  ) {
    this.isLoaded = !shelf;
  }

  /**
   * Takes over what the leader before has left: once, since whoever leads does so until it ends. Where it cannot be read now, it is tried
   * again with the next call.
   */
  async load(): Promise<void> {
    const { shelf } = this;
    if (this.isLoaded || !shelf) return;
    this.loading ??= shelf
      .read()
      .then(
        (kept) => this.take(kept),
        () => undefined,
      )
      .finally(() => (this.loading = undefined));
    await this.loading;
  }

  private async take(all: ReadonlyMap<string, KeptSession>): Promise<void> {
    if (this.isLoaded) return;
    this.isLoaded = true;
    for (const [key, { isOfHost, ...kept }] of all)
      if (!isOfHost) this.sessions.set(key, { ...kept, keptAt: kept.usedAt, checkedAt: kept.usedAt });
    if (this.sessions.size > 0) await this.keep();
  }

  /** @returns the token, which is nowhere else */
  async start(
    user: string,
    stillAllowed?: () => Promise<boolean>,
  ): Promise<{ token: string; session: Session }> {
    await this.load();
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    const csrf = randomBytes(32).toString('base64url');
    const times = { startedAt: now, usedAt: now, keptAt: now, checkedAt: now };
    const session = { user, csrf, ...times, ...(stillAllowed ? { stillAllowed } : {}) };
    this.sessions.set(keyOf(token), session);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > maxSessions && oldest !== undefined) this.sessions.delete(oldest);
    await this.keep();
    return { token, session };
  }

  /** The session of a call. @param csrf what the body carries; counts only for a session that travels as a cookie */
  of(call: { cookie: string | undefined; token: string | undefined; csrf: string | undefined }) {
    const inBody = this.find(call.token);
    if (inBody) return inBody;
    const session = this.find(call.cookie);
    return session && sameSecret(call.csrf ?? '', session.csrf) ? session : undefined;
  }

  /** The session a token belongs to, as long as it lasts. */
  find(token: string | undefined): Session | undefined {
    if (token === undefined) return undefined;
    const key = keyOf(token);
    const session = this.sessions.get(key);
    const now = this.clock.now();
    if (!session) return undefined;
    if (now - session.usedAt > maxIdle || now - session.startedAt > maxLife) {
      this.sessions.delete(key);
      return undefined;
    }
    session.usedAt = now;
    if (now - session.keptAt > useIsKeptEvery) {
      session.keptAt = now;
      void this.keep();
    }
    return session;
  }

  async end(session: Session): Promise<void> {
    await this.load();
    await this.endThose((each) => each === session);
  }

  /** Those too that the leader before has left, where they could not be read yet. */
  async endOthers(session: Session): Promise<void> {
    await this.load();
    this.isLoaded = true;
    await this.endThose((each) => each !== session);
  }

  private endThose(areMeant: (session: Session) => boolean): Promise<void> {
    for (const [key, session] of this.sessions) if (areMeant(session)) this.sessions.delete(key);
    return this.keep();
  }

  private async keep(): Promise<void> {
    // What has not been read yet must not be written over.
    if (!this.isLoaded || !this.shelf) return;
    const kept = [...this.sessions].map(([key, session]) => [key, toKeep(session)] as const);
    await this.shelf.write(new Map(kept));
  }
}

function toKeep({ user, csrf, startedAt, usedAt, stillAllowed }: Session): KeptSession {
  return { user, csrf, startedAt, usedAt, isOfHost: stillAllowed !== undefined };
}

const keyOf = (token: string) => createHash('sha256').update(token).digest('base64url');
