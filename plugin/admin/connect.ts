import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock';
import { BridgeError, reasonOf } from '../core/errors';
import type { OAuth2Progress, XIdentity } from '../panel/api';
import type { CallbackAnswer } from './callbackAddress';
import type { ConnectedKeys } from './settings';
import { say } from '../texts/text';

/** A sign-in that nobody finishes is forgotten after this time. Milliseconds. */
const maxWaitMs = 15 * 60_000;
const maxPending = 20;

interface Pending<Said> {
  startedAt: number;
  finish: (said: Said) => Promise<XIdentity>;
}

/** Sign-ins of one kind that wait for X's answer, by a name of their own. */
class PendingSignIns<Said, Entry extends Pending<Said>> {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock) {}

  add(entry: Entry): string {
    const id = randomBytes(12).toString('base64url');
    this.entries.set(id, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > maxPending && oldest !== undefined) this.entries.delete(oldest);
    return id;
  }

  /** @throws BridgeError `bad-request` when it is not known (any longer) */
  find(id: string): Entry {
    const entry = this.entries.get(id);
    if (entry && this.isFresh(entry)) return entry;
    throw new BridgeError('bad-request', say('connect.tooOld'));
  }

  findBy(fits: (entry: Entry) => boolean): Entry | undefined {
    return [...this.entries.values()].find((entry) => this.isFresh(entry) && fits(entry));
  }

  private isFresh({ startedAt }: Entry): boolean {
    return this.clock.now() - startedAt < maxWaitMs;
  }
}

/** A sign-in with OAuth 1.0a, which the user finishes with a PIN. */
export interface PinWay {
  authorizeUrl: string;
  /** @returns who signed in, and the keys for the configuration */
  finish: (pin: string) => Promise<XIdentity & { keys: ConnectedKeys }>;
}

/** A sign-in with OAuth 2.0, which X finishes by sending the browser to the callback address. */
export interface OAuth2Way {
  authorizeUrl: string;
  /** What X says again at the end, so that a stranger's call is told from X's. */
  state: string;
  finish: (code: string) => Promise<XIdentity>;
}

interface PendingPin extends Pending<string> {
  keys?: ConnectedKeys;
}

interface PendingOAuth2 extends Pending<CallbackAnswer> {
  state: string;
  /** The first answer counts, be it X's call or a pasted address: the code in it can be used once. */
  outcome?: Promise<XIdentity>;
  progress: OAuth2Progress;
}

/** Sign-ins with X on their way. What X hands out stays here until it is saved; the panel never sees it. */
export class Connections {
  private readonly pins: PendingSignIns<string, PendingPin>;
  private readonly oauth2: PendingSignIns<CallbackAnswer, PendingOAuth2>;

  constructor(private readonly clock: Clock) {
    this.pins = new PendingSignIns(clock);
    this.oauth2 = new PendingSignIns(clock);
  }

  beginPin({ authorizeUrl, finish }: PinWay): { id: string; authorizeUrl: string } {
    const entry: PendingPin = {
      startedAt: this.clock.now(),
      finish: async (pin) => {
        const { keys, ...identity } = await finish(pin);
        entry.keys = keys;
        return identity;
      },
    };
    return { id: this.pins.add(entry), authorizeUrl };
  }

  /** @throws BridgeError `bad-request` when it is not known (any longer), or X refuses */
  finishPin(id: string, pin: string): Promise<XIdentity> {
    return this.pins.find(id).finish(pin);
  }

  /** The keys of a finished sign-in with a PIN. */
  keysOf(id: string): ConnectedKeys | undefined {
    return this.pins.find(id).keys;
  }

  beginOAuth2({ authorizeUrl, state, finish }: OAuth2Way): { id: string; authorizeUrl: string } {
    const entry: PendingOAuth2 = {
      startedAt: this.clock.now(),
      state,
      progress: { state: 'waiting' },
      finish: (answer) => {
        entry.outcome ??= finishOnce(answer, finish, entry);
        return entry.outcome;
      },
    };
    return { id: this.oauth2.add(entry), authorizeUrl };
  }

  /** What X told by calling us. @returns undefined when no sign-in waits for it, so that nothing was done */
  callback(answer: CallbackAnswer): Promise<XIdentity> | undefined {
    if (answer.state === '') return undefined;
    return this.oauth2.findBy(({ state }) => state === answer.state)?.finish(answer);
  }

  /** What X told, in the address that its user pasted. @throws BridgeError `bad-request` when it answers another sign-in */
  async pasted(id: string, answer: CallbackAnswer): Promise<XIdentity> {
    const entry = this.oauth2.find(id);
    if (entry.state === answer.state) return entry.finish(answer);
    throw new BridgeError('bad-request', say('connect.otherSignIn'));
  }

  /** @throws BridgeError `bad-request` when it is not known (any longer) */
  progressOf(id: string): OAuth2Progress {
    return this.oauth2.find(id).progress;
  }
}

async function finishOnce(
  { code, error }: CallbackAnswer,
  finish: OAuth2Way['finish'],
  entry: PendingOAuth2,
): Promise<XIdentity> {
  try {
    if (code === undefined)
      throw new BridgeError(
        'bad-request',
        error === 'access_denied'
          ? say('connect.notAllowed')
          : say('connect.refused', { reason: (error ?? 'no reason given').slice(0, 60) }),
      );
    const identity = await finish(code);
    entry.progress = { state: 'connected', ...identity };
    return identity;
  } catch (fault) {
    entry.progress = { state: 'failed', message: reasonOf(fault) };
    throw fault;
  }
}
