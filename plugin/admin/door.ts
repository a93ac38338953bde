import { BridgeError } from '../bridge/errors';
import type { Carrier, Credentials, Hello, SignedIn } from '../panel/api';
import { Attempts } from './attempts';
import type { AdminPorts } from './ports';
import { Sessions, type Session } from './sessions';

/** A session that begins; the token goes into a cookie or into the answer. */
export interface Opened {
  answer: SignedIn;
  cookie: string | undefined;
}

/** Lets the admin in: by the set-up code once, by password, or as an admin user of the host. */
export class Door {
  readonly sessions: Sessions;
  private readonly attempts: Attempts;

  constructor(private readonly ports: AdminPorts) {
    this.sessions = new Sessions(ports.clock);
    this.attempts = new Attempts(ports.clock);
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
    const good = await this.attempts.run(undefined, () => Promise.resolve(passwords.isSetupCode(code)));
    if (!good) throw wrong('The set-up code is wrong, or was used already.');
    await passwords.choose(password);
    log.warn('the panel was claimed with the set-up code: a password is set now');
    return this.open('admin', carrier);
  }

  /** @throws BridgeError `unauthorized`, or `too-many-attempts` */
  async signIn({ carrier, ...credentials }: Credentials): Promise<Opened> {
    return this.open(await this.identify(credentials), carrier);
  }

  /**
   * Whose name and password these are.
   * @throws BridgeError `unauthorized`, or `too-many-attempts`
   */
  async identify({ username = '', password, device }: Omit<Credentials, 'carrier'>): Promise<string> {
    const { passwords, log } = this.ports;
    const known = passwords.deviceOf(device);
    const user = username === '' ? 'admin' : username;
    const good = await this.attempts.run(known, async () =>
      username === '' ? passwords.isRight(password) : this.isHostAdmin(username, password),
    );
    if (good) return user;
    log.warn('sign-in to the panel refused', { user, knownBrowser: known !== undefined });
    throw wrong(username === '' ? 'The password is wrong.' : 'The host does not know this admin user.');
  }

  /** Sets another password; everybody else has to sign in anew. @throws BridgeError */
  async changePassword(session: Session, current: string, next: string): Promise<void> {
    const { passwords, log } = this.ports;
    // Counted by itself: strangers' guesses are nothing to whoever is signed in.
    const good = await this.attempts.run(session.csrf, () => passwords.isRight(current));
    if (!good) throw wrong('The current password is wrong.');
    await passwords.choose(next);
    this.sessions.endAll();
    log.warn('panel: the password was changed; everybody has to sign in anew', { user: session.user });
  }

  /** Whoever is signed in proves once more that it is they. @throws BridgeError */
  async confirm(session: Session, password: string): Promise<void> {
    const { passwords } = this.ports;
    const good = await this.attempts.run(session.csrf, () =>
      session.user === 'admin' ? passwords.isRight(password) : this.isHostAdmin(session.user, password),
    );
    if (!good) throw wrong('Your password is wrong.');
  }

  private async isHostAdmin(username: string, password: string): Promise<boolean> {
    if (!this.ports.config().admin.hostUsers) return false;
    const user = await this.ports.hostUser(username, password);
    return user?.role === 'admin';
  }

  private open(user: string, carrier: Carrier): Opened {
    const { token, session } = this.sessions.start(user);
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
