import type { Account } from '../accounts/account';
import { BridgeError } from '../core/errors';
import type { OAuth2View, XIdentity } from '../panel/api';
import { startSignIn, wantedScopes, type PendingSignIn } from '../x/api/oauth2Flow';
import type { OAuth2Tokens } from '../x/api/oauth2Tokens';
import type { Config } from '../settings/schema';
import { throughMotion } from '../settings/throughMotion';
import { accountOf } from './accountOf';
import type { OAuth2Way } from './connect';
import { askOwner } from './workElsewhere';
import type { RunningPlugin } from './runningPlugin';
import { say, spokenLanguage } from '../texts/text';

/** Where X sends the browser after a sign-in. */
export function oauth2CallbackUrl({ config, port }: { config: Config; port: number }): string {
  return throughMotion(config, port, '/api/oauth2/callback');
}

/** How an account stands with OAuth 2.0. @throws BridgeError in the admin's words, as all here */
export async function oauth2View(name: string, plugin: RunningPlugin): Promise<OAuth2View> {
  const { oauth2 } = accountOf(plugin, name);
  return {
    callbackUrl: oauth2CallbackUrl(plugin.live()),
    state: oauth2 ? await oauth2.standing() : 'not-connected',
    missingScopes: oauth2 ? missingScopes(oauth2) : [],
  };
}

/** Begins a sign-in with OAuth 2.0; at its end X sends the browser to `redirectUri`. */
export function startOAuth2(name: string, redirectUri: string, plugin: RunningPlugin): OAuth2Way {
  const { settings } = withTokens(accountOf(plugin, name));
  const { apiBaseUrl } = plugin.live().config.x;
  const { authorizeUrl, pending } = startSignIn(apiBaseUrl, settings.oauth2, redirectUri);
  return {
    authorizeUrl,
    state: pending.state,
    finish: async (code) => {
      const finished: FinishedSignIn = { account: name, code, pending };
      if (plugin.store.cluster.handles(name)) return finishOAuth2(finished, plugin);
      const question = {
        kind: 'work',
        method: finishedElsewhere,
        input: finished,
        user: '',
        language: spokenLanguage(),
      } as const;
      return (await askOwner(name, question, plugin)) as XIdentity;
    },
  };
}

/** What X has said at the end of a sign-in. */
export interface FinishedSignIn {
  account: string;
  code: string;
  pending: PendingSignIn;
}

/** Asks the process that handles an account to take a sign-in over. */
export const finishedElsewhere = 'finishedOAuth2';

/** Takes over what X hands out for a code, where this process handles the account. */
export async function finishOAuth2(
  { account, code, pending }: FinishedSignIn,
  plugin: RunningPlugin,
): Promise<XIdentity> {
  // It may have been saved again meanwhile.
  const { oauth2, signIns } = withTokens(accountOf(plugin, account));
  const user = await oauth2.connect(code, pending);
  signIns.forgetRefusals();
  plugin.logs.log.info('connected with X by OAuth 2.0', { account, ...user });
  await restart(account, plugin);
  return user;
}

/** @returns whether X was told */
export async function disconnectOAuth2(name: string, plugin: RunningPlugin): Promise<boolean> {
  const { oauth2, ownUser, settings } = withTokens(accountOf(plugin, name));
  const toldX = await oauth2.disconnect();
  if (settings.accessToken === '') ownUser.forget();
  await restart(name, plugin);
  return toldX;
}

/** What the user did not grant, where X has said what was. */
export function missingScopes(oauth2: OAuth2Tokens): string[] {
  const granted = oauth2.scopes();
  return granted === undefined ? [] : wantedScopes.filter((scope) => !granted.includes(scope));
}

/** Subscriptions, streams and polls are set up again with the other sign-in. */
async function restart(name: string, { accounts, resumeReplies }: RunningPlugin): Promise<void> {
  await accounts.restart(name);
  resumeReplies(name);
}

function withTokens({ oauth2, signIns, ownUser, settings }: Account) {
  if (oauth2) return { oauth2, signIns, ownUser, settings };
  throw new BridgeError('bad-request', say('connect.noClient'));
}
