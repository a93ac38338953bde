import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock';
import { sameSecret } from '../core/sameSecret';

export interface Session {
  user: string;
  /** Must be in the body of each call whose session travels as a cookie (RFC 6265 §8.2). */
  csrf: string;
  startedAt: number;
  usedAt: number;
  /** Says whether a user of the host still is what they were at the sign-in; absent for the panel's own password. */
  stillAllowed?: () => Promise<boolean>;
  checkedAt: number;
}

/** A session ends when it was not used for so long, or is so old. Milliseconds. */
const maxIdle = 8 * 60 * 60_000;
const maxLife = 24 * 60 * 60_000;
const maxSessions = 50;

/** Who is signed in. Kept in memory only: a restart asks for the password again. */
export class Sessions {
  /** By the hash of the token, so that what is in memory cannot be used. */
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly clock: Clock) {}

  /** @returns the token, which is nowhere else */
  start(user: string, stillAllowed?: () => Promise<boolean>): { token: string; session: Session } {
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    const csrf = randomBytes(32).toString('base64url');
    const times = { startedAt: now, usedAt: now, checkedAt: now };
    const session = { user, csrf, ...times, ...(stillAllowed ? { stillAllowed } : {}) };
    this.sessions.set(keyOf(token), session);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > maxSessions && oldest !== undefined) this.sessions.delete(oldest);
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
    return session;
  }

  end(session: Session): void {
    for (const [key, each] of this.sessions) if (each === session) this.sessions.delete(key);
  }

  endOthers(session: Session): void {
    for (const [key, each] of this.sessions) if (each !== session) this.sessions.delete(key);
  }
}

const keyOf = (token: string) => createHash('sha256').update(token).digest('base64url');
