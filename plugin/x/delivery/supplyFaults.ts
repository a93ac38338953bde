import { BridgeError, reasonOf } from '../../core/errors';

/**
 * What an admin can do about X's refusals around webhooks, subscriptions and the stream (X docs: webhooks,
 * Account Activity API, X Activity API, handling disconnections), by X's own name for them.
 */
const remedies: Record<string, string> = {
  CrcValidationFailed:
    'X called webhookUrl and did not get the right answer: let the address through from the internet to this plugin, and check that consumerSecret is that of the app',
  UrlValidationFailed: 'X does not take webhookUrl: it must start with https:// and name no port',
  DuplicateUrlFailed:
    'webhookUrl is registered with X already, for another app or environment: remove it there, or give this account an address of its own (/api/messages/NAME)',
  WebhookLimitExceeded:
    'the app may have no more webhooks: delete one that is no longer used in the X developer portal, or ask X for more',
  SubscriptionLimitExceeded:
    'the app may have no more subscriptions: remove accounts or switch off mentions, or ask X for more',
  WrongSignIn:
    'X does not accept this sign-in for this, or a right is missing: connect the account with OAuth 2.0 (Accounts, Edit, Connect with X) and allow everything it asks for',
  SignInMissing: 'the account needs another sign-in for this: add it under Accounts, Edit',
  WebhookIdInvalid: 'X does not know the webhook any more; it is registered anew',
  TooManyConnections:
    'X counts another connection to the stream of this app, which may be read only once: if this lasts, another program holds the stream; stop it there, or give this account an app of its own',
};

const noAccess =
  'the access level of the X app does not include this way of delivery: choose "delivery": "poll", or ask X for the level that has it';
const unknownApp = 'X does not know the app: check consumerKey and consumerSecret';
const wrongEnvironment =
  'X does not know this dev environment: check "environment" in the X developer portal';

/**
 * The sentence that tells an admin what to do.
 * @param way the account's delivery, which decides what a plain "forbidden" or "not found" means
 */
export function supplyFault(error: unknown, way: string): string {
  if (!(error instanceof BridgeError)) return reasonOf(error);
  const { code, problem, status, message } = error;
  const remedy = problem !== undefined && Object.hasOwn(remedies, problem) ? remedies[problem] : undefined;
  if (remedy !== undefined) return `${remedy} (${message})`;
  if (code === 'app-refused') return `${unknownApp} (${message})`;
  if (code !== 'refused-by-x') return message;
  // v1.1 has one code for all that is wrong with a webhook, and says it in words.
  if (/\bCRC\b|challenge/i.test(message)) return `${remedies['CrcValidationFailed'] ?? ''} (${message})`;
  if (/too many/i.test(message)) return `${remedies['WebhookLimitExceeded'] ?? ''} (${message})`;
  if (status === 403) return `${noAccess} (${message})`;
  if (status === 404 && way === 'account-activity-v1') return `${wrongEnvironment} (${message})`;
  return message;
}
