import { BridgeError } from '../core/errors';
import type { Carrier, Credentials, Hello, SignedIn } from '../panel/api';
import { Attempts } from './attempts';
import type { AdminPorts } from './ports';
import { Sessions, type Session } from './sessions';

/** A session that begins; the token goes into a cookie or into the answer. */
export interface Opened {
  answer: SignedIn;
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
export class Door {
  readonly sessions: Sessions;
  private readonly attempts: Attempts;

  constructor(private readonly ports: AdminPorts) {
    this.sessions = new Sessions(ports.clock);
    this.attempts = new Attempts(ports.clock);
  }

  /** The session of a call, as long as whoever began it may still be here. */
  sessionOf(call: SessionCarriers): Promise<Session | undefined> {
    return this.valid(this.sessions.of(call));
  }

  /** The same for reading: that is no change, so a session in the cookie needs no second token. */
  readerOf(cookie: string | undefined): Promise<Session | undefined> {
    return this.valid(this.sessions.find(cookie));
  }

  private async valid(session: Session | undefined): Promise<Session | undefined> {
    if (!session?.stillAllowed) return session;
    const { clock, config, log } = this.ports;
    const isDue = clock.now() - session.checkedAt >= checkedEvery || !config().admin.hostUsers;
    if (!isDue) return session;
    session.checkedAt = clock.now();
    // A host that cannot be asked takes no rights away; whatever matters asks for the password besides.
    if (await session.stillAllowed().catch(() => true)) return session;
    this.sessions.end(session);
    log.warn('panel: a session was ended: the host user is no admin any more', { user: session.user });
    return undefined;
  }

  hello(session: Session | undefined, cookiePasses: boolean): Hello {
    const { version, passwords, config } = this.ports;
    return {
      version,
      claimed: passwords.claimed(),
      hostUsers: config().admin.hostUsers,
      cookiePasses,
      ...(session ? { session: { user: session.user, csrf: session.csrf } } : {}),
    };
  }

  /** Takes the panel with the set-up code, which counts no longer then. @throws BridgeError */
  async claim(code: string, password: string, carrier: Carrier): Promise<Opened> {
    const { passwords, log } = this.ports;
    // Its 80 random bits cannot be guessed, so that nobody has to be slowed down.
    if (!passwords.isSetupCode(code)) throw wrong('The set-up code is wrong, or was used already.');
    await passwords.choose(password);
    log.warn('the panel was claimed with the set-up code: a password is set now');
    return this.open({ user: 'admin' }, carrier);
  }

  /** @throws BridgeError `unauthorized`, or `too-many-attempts` */
  async signIn({ carrier, ...credentials }: Credentials): Promise<Opened> {
    return this.open(await this.identify(credentials), carrier);
  }

  /**
   * Whose name and password these are. The password of a host user stays in memory while the session lasts.
   * @throws BridgeError `unauthorized`, or `too-many-attempts`
   */
  async identify({ username = '', password, device }: Omit<Credentials, 'carrier'>): Promise<Identity> {
    const { passwords, config, log } = this.ports;
    const { baseUrl } = config().host;
    const known = passwords.deviceOf(device);
    const user = username === '' ? 'admin' : username;
    const good = await this.attempts.run(known, async () =>
      username === '' ? passwords.isRight(password) : this.isHostAdmin(username, password),
    );
    const stillAllowed = async () =>
      config().host.baseUrl === baseUrl && (await this.isHostAdmin(username, password));
    if (good) return { user, ...(username === '' ? {} : { stillAllowed }) };
    log.warn('sign-in to the panel refused', { user, knownBrowser: known !== undefined });
    throw wrong(username === '' ? 'The password is wrong.' : 'The host does not know this admin user.');
  }

  /** Sets another password; everybody else has to sign in anew. @throws BridgeError `unauthorized` */
  async changePassword(session: Session, current: string, next: string): Promise<void> {
    const { passwords, log } = this.ports;
    // Counted by itself: strangers' guesses are nothing to whoever is signed in.
    const good = await this.attempts.run(session.csrf, () => passwords.isRight(current));
    if (!good) throw wrong('The current password is wrong.');
    await passwords.choose(next);
    this.sessions.endOthers(session);
    log.warn('panel: the password was changed; everybody has to sign in anew', { user: session.user });
  }

  /** Whoever is signed in proves once more that it is they. @throws BridgeError `password-needed` */
  async confirm(session: Session, password: string | undefined): Promise<void> {
    const { passwords } = this.ports;
    if (password === undefined)
      throw new BridgeError('password-needed', 'This needs your password once more.');
    const good = await this.attempts.run(
      session.csrf,
      async () => (await passwords.isRight(password)) || (await this.hostConfirms(session, password)),
    );
    if (!good) throw new BridgeError('password-needed', 'Your password is wrong.');
  }

  /** The panel's own password counts as well, since the host may be out of reach, or at another address now. */
  private async hostConfirms({ user, stillAllowed }: Session, password: string): Promise<boolean> {
    if (!stillAllowed) return false;
    try {
      return await this.isHostAdmin(user, password);
    } catch {
      throw new BridgeError(
        'password-needed',
        'XCALLY Motion cannot be asked about your password right now: enter the panel’s own.',
      );
    }
  }

  private async isHostAdmin(username: string, password: string): Promise<boolean> {
    if (!this.ports.config().admin.hostUsers) return false;
    const user = await this.ports.hostUser(username, password);
    return user?.role === 'admin';
  }

  private open({ user, stillAllowed }: Identity, carrier: Carrier): Opened {
    const { token, session } = this.sessions.start(user, stillAllowed);
    this.ports.log.info('signed in to the panel', { user });
    const answer = { user, csrf: session.csrf, device: this.ports.passwords.newDevice() };
    return carrier === 'cookie'
      ? { answer, cookie: token }
      : { answer: { ...answer, token }, cookie: undefined };
  }
}

function wrong(words: string): BridgeError {
  return new BridgeError('unauthorized', words);
}
