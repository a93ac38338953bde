import { SignInGate } from '../core/signInGate';
import type { Clock } from '../core/clock';
import type { Log, MessageStore } from '../core/ports';
import type { RemoteClock } from '../core/remoteClock';
import type { SignIn } from '../core/signIn';
import { userIdOfToken, type AccountConfig, type Config } from '../settings/schema';
import { AppToken } from '../x/api/appToken';
import { OAuth2Tokens, type SignedInUser } from '../x/api/oauth2Tokens';
import type { OwnUser } from '../x/api/ownUser';
import type { UserSignIn } from '../x/api/signInKinds';
import { SignIns } from '../x/api/signIns';
import type { TokenVaults } from '../x/api/tokenVault';
import { whoIs } from '../x/api/whoIs';

export interface AccountSignInsOptions {
  config: Config;
  store: MessageStore;
  /** X's. */
  clock: RemoteClock;
  machineClock: Clock;
  log: Log;
  signIn: Record<UserSignIn, SignIn>;
  ownUser: () => OwnUser;
  /** Where the accounts' OAuth 2.0 tokens are kept. */
  vaults: TokenVaults;
  /** The name of another account that has this X user. */
  accountOf: (userId: string, besides: string) => string | undefined;
}

/** The ways an account signs in with X, as its settings name them. */
export function createSignIns(
  settings: AccountConfig,
  options: AccountSignInsOptions,
): { signIns: SignIns; oauth2: OAuth2Tokens | undefined } {
  const { store, machineClock, clock } = options;
  const { name, accessToken } = settings;
  const oauth2 = settings.oauth2.clientId === '' ? undefined : tokensOf(settings, options);
  const signIns = new SignIns({
    account: name,
    keys: accessToken === '' ? undefined : settings,
    oauth2,
    appToken: new AppToken({ ...settings, ...options.config.x }),
    gates: { oauth1: new SignInGate(machineClock), oauth2: new SignInGate(machineClock) },
    facts: store.facts,
    clock,
  });
  return { signIns, oauth2 };
}

function tokensOf(settings: AccountConfig, options: AccountSignInsOptions): OAuth2Tokens {
  const { config, store, clock, machineClock, log, vaults, signIn, ownUser, accountOf } = options;
  const { name } = settings;
  const { clientId, clientSecret, refreshToken } = settings.oauth2;
  const { apiBaseUrl } = config.x;
  const refuseUser = ({ userId, handle }: SignedInUser) => {
    const expected = userIdOfToken(settings.accessToken) ?? ownUser().id();
    if (expected !== undefined && userId !== expected)
      return `The sign-in is that of @${handle}, who is not this account's user.`;
    const other = accountOf(userId, name);
    return other === undefined ? undefined : `@${handle} is the account "${other}" already.`;
  };
  return new OAuth2Tokens({
    account: name,
    client: { clientId, clientSecret },
    seed: refreshToken,
    isOptional: settings.accessToken !== '',
    apiBaseUrl,
    facts: store.facts,
    vault: vaults.of(name),
    clock,
    machineClock,
    log,
    whoIs: (token) => whoIs(apiBaseUrl, token),
    refuseUser,
    onUser: ({ userId, handle }) => ownUser().adopt(userId, handle),
    onSignIn: (accepted, reason) => signIn.oauth2.note(accepted, reason),
  });
}
