import { BridgeError } from '../core/errors';
import type { PinStart } from '../panel/api';
import type { Config } from '../settings/schema';
import { userIdOfToken } from '../settings/account';
import { authorizeUrl, exchangePin, requestPinToken } from '../x/api/pinSignIn';
import type { PinWay } from './connect';
import { say } from '../texts/text';

/** Begins a sign-in with OAuth 1.0a by PIN, with the form's keys, else the saved ones. @throws BridgeError */
export async function startPin(start: PinStart, { x, accounts }: Config): Promise<PinWay> {
  const saved = accounts.find(({ name }) => name === start.account);
  const app = {
    consumerKey: start.consumerKey || (saved?.consumerKey ?? ''),
    consumerSecret: start.consumerSecret || (saved?.consumerSecret ?? ''),
    signatureMethod: start.signatureMethod,
  };
  if (app.consumerKey === '' || app.consumerSecret === '')
    throw new BridgeError('bad-request', say('connect.noKeys'));
  const request = await requestPinToken(x.apiBaseUrl, app);
  return {
    authorizeUrl: authorizeUrl(x.apiBaseUrl, request),
    finish: async (pin) => {
      const { token, secret, userId, handle } = await exchangePin(x.apiBaseUrl, app, request, pin);
      const taken = accounts.find(
        (each) => each.name !== start.account && userIdOfToken(each.accessToken) === userId,
      );
      if (taken)
        throw new BridgeError('bad-request', say('connect.userTaken', { handle, account: taken.name }));
      return { userId, handle, keys: { accessToken: token, accessTokenSecret: secret } };
    },
  };
}
