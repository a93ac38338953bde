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

  /** @param shelf where several processes share a store */
  constructor(
    private readonly clock: Clock,
    private readonly shelf: SessionShelf | undefined,
  ) {}

  /** Takes over what other processes have begun and ended. */
  async refresh(): Promise<void> {
    const kept = await this.shelf?.read();
    if (!kept) return;
    for (const key of this.sessions.keys()) if (!kept.has(key)) this.sessions.delete(key);
    for (const [key, session] of kept) this.take(key, session);
  }

  private take(key: string, { isOfHost, ...kept }: KeptSession): void {
    const session = this.sessions.get(key);
    if (session) session.usedAt = Math.max(session.usedAt, kept.usedAt);
    else if (!isOfHost) this.sessions.set(key, { ...kept, keptAt: kept.usedAt, checkedAt: kept.usedAt });
  }

  /** @returns the token, which is nowhere else */
  async start(
    user: string,
    stillAllowed?: () => Promise<boolean>,
  ): Promise<{ token: string; session: Session }> {
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

  end(session: Session): Promise<void> {
    return this.endThose((each) => each === session);
  }

  endOthers(session: Session): Promise<void> {
    return this.endThose((each) => each !== session);
  }

  private endThose(areMeant: (session: Session) => boolean): Promise<void> {
    for (const [key, session] of this.sessions) if (areMeant(session)) this.sessions.delete(key);
    return this.keep();
  }

  private async keep(): Promise<void> {
    await this.shelf?.write(this.sessions);
  }
}

const keyOf = (token: string) => createHash('sha256').update(token).digest('base64url');
