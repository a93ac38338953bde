import { randomBytes } from 'node:crypto';
import type { Clock } from '../bridge/clock';
import { BridgeError } from '../bridge/errors';
import type { XIdentity } from '../panel/api';
import type { ConnectedKeys } from './settings';

/** A sign-in that nobody finishes is forgotten after this time. Milliseconds. */
const longestWait = 15 * 60_000;
const mostPending = 20;

interface Pending {
  startedAt: number;
  finish: (said: string) => Promise<XIdentity>;
  keys?: ConnectedKeys;
}

/** What a way of signing in with X needs to be begun and finished. */
export interface ConnectWay {
  authorizeUrl: string;
  /** @returns who signed in, and the keys where the configuration is to hold them */
  finish: (said: string) => Promise<XIdentity & { keys?: ConnectedKeys }>;
}

/** Sign-ins with X on their way. What X hands out stays here until it is saved; the panel never sees it. */
export class Connections {
  private readonly pending = new Map<string, Pending>();

  constructor(private readonly clock: Clock) {}

  begin({ authorizeUrl, finish }: ConnectWay): { id: string; authorizeUrl: string } {
    const id = randomBytes(12).toString('base64url');
    const entry: Pending = {
      startedAt: this.clock.now(),
      finish: async (said) => {
        const { keys, ...identity } = await finish(said);
        if (keys) entry.keys = keys;
        return identity;
      },
    };
    this.pending.set(id, entry);
    const [oldest] = this.pending.keys();
    if (this.pending.size > mostPending && oldest !== undefined) this.pending.delete(oldest);
    return { id, authorizeUrl };
  }

  /** @throws BridgeError `bad-request` when it is not known (any more), or X refuses */
  finish(id: string, said: string): Promise<XIdentity> {
    return this.find(id).finish(said);
  }

  /** The keys of a finished sign-in. */
  keysOf(id: string): ConnectedKeys | undefined {
    return this.find(id).keys;
  }

  private find(id: string): Pending {
    const entry = this.pending.get(id);
    if (entry && this.clock.now() - entry.startedAt < longestWait) return entry;
    throw new BridgeError('bad-request', 'This sign-in has taken too long: open X again.');
  }
}
