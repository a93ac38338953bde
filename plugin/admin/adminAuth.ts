import { BridgeError } from '../core/errors';
import type { Log } from '../core/ports';
import type { Config } from '../settings/schema';
import type { Carrier, Credentials, Hello, SignedIn } from '../panel/api';
import { LoginThrottle } from './loginThrottle';
import type { MotionDirectory } from './motionDirectory';
import type { Passwords } from './passwords';
import type { RunningPlugin } from './runningPlugin';
import { SessionShelf } from './sessionShelf';
import { Sessions, type Session } from './sessions';
import { say, type Text } from '../texts/text';

/** A session that begins; the token goes into a cookie or into the answer. */
export interface NewSession {
  answer: SignedIn;
  session: Session;
  cookie: string | undefined;
}

/** A user of the host is looked up again after so long, since their rights may be gone. Milliseconds. */
const checkedEvery = 60_000;

type SessionCarriers = Parameters<Sessions['of']>[0];

/** Whose sign-in it is, and how to ask again whether they may. */
interface Identity {
  user: string;
  stillAllowed?: () => Promise<boolean>;
}

/** Lets the admin in: by the set-up code once, by password, or as an admin user of the host. */
export class AdminAuth {
  readonly sessions: Sessions;
  private readonly attempts: LoginThrottle;

  private readonly log: Log;

  constructor(
    private readonly plugin: RunningPlugin,
    private readonly passwords: Passwords,
    private readonly motion: MotionDirectory,
  ) {
    this.log = plugin.logs.log;
    const { documents } = plugin.store;
    this.sessions = new Sessions(plugin.clock, documents && new SessionShelf(documents, plugin.clock));
    this.attempts = new LoginThrottle(plugin.clock);
  }

  /** The session of a call, as long as whoever began it may still be here. */
  async sessionOf(call: SessionCarriers): Promise<Session | undefined> {
    if (call.token !== undefined || call.cookie !== undefined) await this.sessions.load();
    return this.valid(this.sessions.of(call));
  }

  /** The same for reading: that is no change, so a session in the cookie needs no second token. */
  async readerOf(cookie: string | undefined): Promise<Session | undefined> {
    if (cookie !== undefined) await this.sessions.load();
    return this.valid(this.sessions.find(cookie));
  }

  private async valid(session: Session | undefined): Promise<Session | undefined> {
    if (!session?.stillAllowed) return session;
    const now = this.plugin.clock.now();
    const isDue = now - session.checkedAt >= checkedEvery || !this.config().admin.hostUsers;
    if (!isDue) return session;
    session.checkedAt = now;
    // A host that cannot be asked takes no rights away; whatever matters asks for the password besides.
    if (await session.stillAllowed().catch(() => true)) return session;
    await this.sessions.end(session);
    this.log.warn('panel: a session was ended: the user is no longer an admin in XCALLY Motion', {
      user: session.user,
    });
    return undefined;
  }

  hello(session: Session | undefined, cookiePasses: boolean): Hello {
    return {
      version: this.plugin.version,
      claimed: this.passwords.claimed(),
      hostUsers: this.config().admin.hostUsers,
      cookiePasses,
      ...(session ? { session: { user: session.user, csrf: session.csrf } } : {}),
    };
  }

  /** Takes the panel with the set-up code, which counts no longer then. @throws BridgeError */
  async claim(code: string, password: string, carrier: Carrier): Promise<NewSession> {
    // Its 80 random bits cannot be guessed, so that nobody has to be slowed down.
    if (!this.passwords.isSetupCode(code)) throw wrong(say('admin.wrongSetupCode'));
    await this.passwords.choose(password);
    this.log.warn('the panel was claimed with the set-up code: a password is set now');
    const opened = await this.open({ user: 'admin' }, carrier);
    // Whoever knew the password before is not necessarily who has the code.
    await this.sessions.endOthers(opened.session);
    return opened;
  }

  /** @throws BridgeError `unauthorized`, or `too-many-attempts` */
  async signIn({ carrier, ...credentials }: Credentials): Promise<NewSession> {
    return this.open(await this.identify(credentials), carrier);
  }

  /**
   * Whose name and password these are. The password of a host user stays in memory while the session lasts.
   * @throws BridgeError `unauthorized`, or `too-many-attempts`
   */
  async identify({ username = '', password, device }: Omit<Credentials, 'carrier'>): Promise<Identity> {
    const { passwords } = this;
    const { baseUrl } = this.config().host;
    const known = passwords.deviceOf(device);
    const user = username === '' ? 'admin' : username;
    const good = await this.attempts.run(known, async () =>
      username === '' ? passwords.isRight(password) : this.isHostAdmin(username, password),
    );
    const stillAllowed = async () =>
      this.config().host.baseUrl === baseUrl && (await this.isHostAdmin(username, password));
    if (good) return { user, ...(username === '' ? {} : { stillAllowed }) };
    this.log.warn('sign-in to the panel refused', { user, knownBrowser: known !== undefined });
    throw wrong(username === '' ? say('admin.wrongPassword') : say('admin.unknownMotionAdmin'));
  }

  /** Sets another password; everybody else has to sign in again. @throws BridgeError `unauthorized` */
  async changePassword(session: Session, current: string, next: string): Promise<void> {
    // Counted by itself: strangers' guesses are nothing to whoever is signed in.
    const good = await this.attempts.run(session.csrf, () => this.passwords.isRight(current));
    if (!good) throw wrong(say('admin.wrongCurrentPassword'));
    await this.passwords.choose(next);
    await this.sessions.endOthers(session);
    this.log.warn('panel: the password was changed; everybody has to sign in again', { user: session.user });
  }

  /** Whoever is signed in proves once more that it is they. @throws BridgeError `password-needed` */
  async confirm(session: Session, password: string | undefined): Promise<void> {
    if (password === undefined) throw new BridgeError('password-needed', say('admin.confirm'));
    const good = await this.attempts.run(
      session.csrf,
      async () => (await this.passwords.isRight(password)) || (await this.hostConfirms(session, password)),
    );
    if (!good) throw new BridgeError('password-needed', say('admin.wrongConfirmation'));
  }

  /** The panel's own password counts as well, since the host may be out of reach, or at another address now. */
  private async hostConfirms({ user, stillAllowed }: Session, password: string): Promise<boolean> {
    if (!stillAllowed) return false;
    try {
      return await this.isHostAdmin(user, password);
    } catch {
      throw new BridgeError('password-needed', say('admin.motionCannotConfirm'));
    }
  }

  private async isHostAdmin(username: string, password: string): Promise<boolean> {
    if (!this.config().admin.hostUsers) return false;
    const user = await this.motion.userBy(username, password);
    return user?.role === 'admin';
  }

  private config(): Config {
    return this.plugin.live().config;
  }

  private async open({ user, stillAllowed }: Identity, carrier: Carrier): Promise<NewSession> {
    const { token, session } = await this.sessions.start(user, stillAllowed);
    this.log.info('signed in to the panel', { user });
    const answer = { user, csrf: session.csrf, device: this.passwords.newDevice() };
    return carrier === 'cookie'
      ? { answer, session, cookie: token }
      : { answer: { ...answer, token }, session, cookie: undefined };
  }
}

function wrong(words: Text): BridgeError {
  return new BridgeError('unauthorized', words);
}
