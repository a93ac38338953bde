import type { MayCall } from '../core/guardedAgent';
import type { MessageStore } from '../core/ports';
import type { RemoteClock } from '../core/remoteClock';
import { SignInGate } from '../core/signInGate';
import { userIdOfToken, type AccountConfig } from '../settings/account';
import { AppToken } from '../x/api/appToken';
import { XClient } from '../x/api/client';
import { OAuth2Seed } from '../x/api/oauth2Seed';
import { OAuth2Tokens, type SignedInUser } from '../x/api/oauth2Tokens';
import { OwnUser } from '../x/api/ownUser';
import { SignIns } from '../x/api/signIns';
import { whoIs } from '../x/api/whoIs';
import type { AccountOptions } from './account';
import type { SignInReports } from './signInReports';
import { say } from '../texts/text';

/** How an account's calls of X are signed, and whose they are. */
export interface XSignIns {
  signIns: SignIns;
  oauth2: OAuth2Tokens | undefined;
  client: XClient;
  ownUser: OwnUser;
}

/** @param xClock X's clock, as far as it is known */
export function createXSignIns(
  settings: AccountConfig,
  reports: SignInReports,
  xClock: RemoteClock,
  options: AccountOptions,
): XSignIns {
  const { config, store, clock, random, log, counters } = options;
  const { name, accessToken, consumerKey, consumerSecret } = settings;
  const { apiBaseUrl } = config.x;
  const oauth2: OAuth2Tokens | undefined =
    settings.oauth2.clientId === ''
      ? undefined
      : createTokens(settings, reports, xClock, () => ownUser, options);
  const signIns = new SignIns({
    account: name,
    keys: accessToken === '' ? undefined : settings,
    oauth2,
    appToken: new AppToken({ consumerKey, consumerSecret, apiBaseUrl }),
    gates: { oauth1: new SignInGate(clock), oauth2: new SignInGate(clock) },
    facts: store.facts,
    clock: xClock,
  });
  const client = new XClient({
    account: name,
    apiBaseUrl,
    signIns,
    clock: xClock,
    counters,
    mayCall: mayCallOf(name, store),
    facts: store.facts,
    charges: store.charges,
    onSignIn: (kind, accepted, reason) => {
      // While the sign-in cannot be renewed, what still works with its last token is no good news.
      if (accepted && kind === 'oauth2' && oauth2?.gate.refused() === true) return;
      reports.x[kind].note(accepted, reason);
    },
  });
  const signedInBy =
    accessToken === '' ? `oauth2 ${settings.oauth2.clientId}` : `${consumerKey} ${accessToken}`;
  const ownUser: OwnUser = new OwnUser({
    account: name,
    signedInBy,
    client,
    facts: store.facts,
    clock,
    random,
    log,
  });
  return { signIns, oauth2, client, ownUser };
}

/** Undefined where nobody else could take the account over. */
export function mayCallOf(account: string, { cluster }: MessageStore): MayCall | undefined {
  return cluster.isShared ? () => cluster.mayCall(account) : undefined;
}

function createTokens(
  settings: AccountConfig,
  reports: SignInReports,
  xClock: RemoteClock,
  ownUser: () => OwnUser,
  { config, store, clock, log, vaults, plugin }: AccountOptions,
): OAuth2Tokens {
  const { name } = settings;
  const { clientId, clientSecret, refreshToken } = settings.oauth2;
  const { apiBaseUrl } = config.x;
  const refuseUser = ({ userId, handle }: SignedInUser) => {
    const expected = userIdOfToken(settings.accessToken) ?? ownUser().id();
    if (expected !== undefined && userId !== expected) return say('admin.otherUser', { handle });
    const other = plugin.nameOfUser(userId, name);
    return other === undefined ? undefined : say('admin.userTaken', { handle, account: other });
  };
  return new OAuth2Tokens({
    account: name,
    client: { clientId, clientSecret },
    seed: new OAuth2Seed(name, refreshToken, store.facts),
    isOptional: settings.accessToken !== '',
    apiBaseUrl,
    // Not while the account is given away, either: the next process reads the tokens then.
    mayCall: store.cluster.isShared
      ? async () => store.cluster.handles(name) && (await store.cluster.mayCall(name))
      : undefined,
    vault: vaults.of(name),
    clock: xClock,
    machineClock: clock,
    log,
    whoIs: (token) => whoIs(apiBaseUrl, token),
    refuseUser,
    onUser: ({ userId, handle }) => ownUser().adopt(userId, handle),
    onSignIn: (accepted, reason) => reports.x.oauth2.note(accepted, reason),
  });
}
