import { deliveryKind, isDelivery } from '../x/delivery';

const keyNames = ['consumerKey', 'consumerSecret', 'accessToken', 'accessTokenSecret'] as const;

interface SignInSettings extends Partial<Record<(typeof keyNames)[number], unknown>> {
  delivery?: unknown;
  level?: unknown;
  oauth2?: unknown;
}

/** What an account's sign-ins lack for what it is to do, as pairs of a key and what is wrong with it. */
export function missingKeys(account: SignInSettings): [string, string][] {
  const isSet = (value: unknown) => value !== undefined && value !== '';
  const oauth2: Record<string, unknown> =
    typeof account.oauth2 === 'object' && account.oauth2 !== null ? { ...account.oauth2 } : {};
  const missing = keyNames.filter((key) => !isSet(account[key]));
  if (!isSet(oauth2['clientId']) && (isSet(oauth2['clientSecret']) || isSet(oauth2['refreshToken'])))
    return [['oauth2.clientId', 'is missing: copy the Client ID from the X developer portal']];
  if (missing.length === 0) return [];
  const kind = isDelivery(account.delivery) ? deliveryKind(account.delivery) : undefined;
  if (kind?.onlyOAuth1 === true)
    return missing.map((key) => [key, `is missing: ${String(account.delivery)} takes OAuth 1.0a keys only`]);
  if (!isSet(oauth2['clientId']))
    return missing.map((key) => [
      key,
      'is missing: copy it from the X developer portal, or fill in the Client ID (oauth2.clientId) to sign in with OAuth 2.0 instead',
    ]);
  const halves = (['accessToken', 'accessTokenSecret'] as const).filter((key) => !isSet(account[key]));
  if (halves.length === 1)
    return halves.map((key) => [key, 'is missing: an access token and its secret go together']);
  // Webhooks and streams belong to the app, which signs in with its own keys whatever the user signs in with.
  return (['consumerKey', 'consumerSecret'] as const)
    .filter((key) => !isSet(account[key]))
    .filter(() => halves.length === 0 || kind?.needsAppKeys === true)
    .map((key) => [
      key,
      halves.length === 0
        ? 'is missing: an access token works with the API key of its app only'
        : 'is missing: this delivery needs the app’s API key and secret as well as OAuth 2.0. Without them choose "poll", reading every minute',
    ]);
}
