import { BridgeError, reasonOf } from '../../core/errors';
import { phrase } from '../../texts/text';

/**
 * What an admin can do about X's refusals around webhooks, subscriptions and the stream (X docs: webhooks,
 * Account Activity API, X Activity API, handling disconnections), by X's own name for them.
 */
const remedies: Record<string, string> = {
  CrcValidationFailed: phrase('delivery.challengeFailed'),
  UrlValidationFailed: phrase('delivery.badUrl'),
  DuplicateUrlFailed: phrase('delivery.urlTaken'),
  WebhookLimitExceeded: phrase('delivery.tooManyWebhooks'),
  SubscriptionLimitExceeded: phrase('delivery.tooManySubscriptions'),
  WrongSignIn: phrase('delivery.rightMissing'),
  SignInMissing: phrase('delivery.otherSignIn'),
  WebhookIdInvalid: phrase('delivery.webhookGone'),
  TooManyConnections: phrase('delivery.streamTaken'),
};

const noAccess = phrase('delivery.noAccess');
const unknownApp = phrase('delivery.unknownApp');
const wrongEnvironment = phrase('delivery.unknownEnvironment');

/**
 * The sentence that tells an admin what to do.
 * @param way the account's delivery, which decides what a plain "forbidden" or "not found" means
 */
export function deliveryFault(error: unknown, way: string): string {
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
