import type { AccountParts } from './accountParts';
import type { AdminPorts } from '../admin/ports';
import { BridgeError } from '../core/errors';
import type { Log } from '../core/ports';
import type { Config } from '../settings/schema';
import type { AccountRegistry } from './accountRegistry';
import { startSignIn, wantedScopes } from '../x/api/oauth2Flow';
import type { OAuth2Tokens } from '../x/api/oauth2Tokens';

export interface OAuth2PortSources {
  live: () => { config: Config; port: number };
  accounts: AccountRegistry;
  logs: { log: Log };
  /** What waited for a sign-in is tried again. */
  takeUp: () => void;
}

/** An account's sign-in with OAuth 2.0, for the panel. */
export function oauth2Ports(
  partsOf: (name: string) => AccountParts,
  { live, accounts, logs, takeUp }: OAuth2PortSources,
): Pick<AdminPorts, 'oauth2' | 'startOAuth2' | 'disconnectOAuth2'> {
  /** Subscriptions, streams and polls begin anew with the other sign-in. */
  const restart = async (name: string) => {
    await accounts.restart(name);
    takeUp();
  };
  return {
    oauth2: async (name) => {
      const { oauth2 } = partsOf(name);
      return {
        callbackUrl: callbackUrlOf(live()),
        state: oauth2 ? await oauth2.standing() : 'not-connected',
        missingScopes: oauth2 ? missingScopes(oauth2) : [],
      };
    },
    startOAuth2: (name, redirectUri) => {
      const { settings } = tokensOf(partsOf(name));
      const { authorizeUrl, pending } = startSignIn(live().config.x.apiBaseUrl, settings.oauth2, redirectUri);
      return {
        authorizeUrl,
        state: pending.state,
        finish: async (code) => {
          // The account may have been saved again meanwhile.
          const { oauth2, signIns } = tokensOf(partsOf(name));
          const user = await oauth2.connect(code, pending);
          signIns.forgetRefusals();
          logs.log.info('connected with X by OAuth 2.0', { account: name, ...user });
          await restart(name);
          return user;
        },
      };
    },
    disconnectOAuth2: async (name) => {
      const { oauth2, ownUser, settings } = tokensOf(partsOf(name));
      const toldX = await oauth2.disconnect();
      if (settings.accessToken === '') ownUser.forget();
      await restart(name);
      return toldX;
    },
  };
}

/** What the user did not grant, where X has said what was. */
export function missingScopes(oauth2: OAuth2Tokens): string[] {
  const granted = oauth2.scopes();
  return granted === undefined ? [] : wantedScopes.filter((scope) => !granted.includes(scope));
}

/** The callback's address through Motion, which is what the internet reaches; without Motion's, this machine's. */
function callbackUrlOf({ config, port }: { config: Config; port: number }): string {
  const path = '/api/oauth2/callback';
  const { baseUrl } = config.host;
  return URL.canParse(baseUrl)
    ? `${new URL(baseUrl).origin}/api/plugins/webhook?port=${port}&encoding=binary&path=${path}`
    : `http://127.0.0.1:${port}${path}`;
}

function tokensOf(parts: AccountParts): AccountParts & { oauth2: OAuth2Tokens } {
  const { oauth2 } = parts;
  if (oauth2) return { ...parts, oauth2 };
  throw new BridgeError('bad-request', 'Enter the Client ID of the X app first, and save the account.');
}
