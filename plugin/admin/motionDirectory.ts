import { BridgeError } from '../core/errors';
import { RemoteClock } from '../core/remoteClock';
import { HostClient } from '../motion/client';
import { changeReplyUrl, hostUser, openChannelAccounts } from '../motion/directory';
import type { OpenChannelAccount } from '../panel/api';
import type { RunningPlugin } from './runningPlugin';
import type { Config } from '../settings/schema';
import { say } from '../texts/text';

export interface MotionUser {
  name?: string;
  role?: string;
}

/** Asks Motion with the sign-in as it is configured. What it learns is told to the admin, not to the accounts. */
export class MotionDirectory {
  constructor(private readonly plugin: RunningPlugin) {}

  /** The user that the plugin signs in as. @throws BridgeError */
  async user(): Promise<MotionUser> {
    return told(hostUser(this.client()));
  }

  /** The user with this name and password; undefined when Motion does not know them. @throws BridgeError */
  async userBy(username: string, password: string): Promise<MotionUser | undefined> {
    try {
      return await hostUser(this.client({ username, password, apiKey: '' }));
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'signed-out-of-host') return undefined;
      throw error;
    }
  }

  /** @throws BridgeError */
  async openChannelAccounts(): Promise<OpenChannelAccount[]> {
    return told(openChannelAccounts(this.client()));
  }

  /** Enters a Reply URL in an Open Channel account. @throws BridgeError */
  async changeReplyUrl(id: number, replyUrl: string): Promise<void> {
    await told(changeReplyUrl(this.client(), id, replyUrl));
  }

  /** Tries a sign-in before it is saved. @throws BridgeError */
  async test(host: Config['host']): Promise<void> {
    await told(hostUser(this.client(host)));
  }

  private client(signIn?: Partial<Config['host']>): HostClient {
    const { counters, clock } = this.plugin;
    const host = { ...this.plugin.live().config.host, ...signIn };
    if (host.baseUrl === '') throw new BridgeError('bad-request', say('admin.noMotion'));
    return new HostClient({
      ...host,
      counters,
      clock: new RemoteClock(clock),
      mayCall: undefined,
      onSignIn: () => {},
    });
  }
}

/** What Motion said, for an admin: what agents would read of it says less. */
async function told<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const { code, words, retryable, retryAt, status, cause } = error;
    throw new BridgeError(code, code === 'signed-out-of-host' ? say('admin.motionRefuses') : words, {
      ...{ retryable, retryAt, status, cause },
    });
  }
}
