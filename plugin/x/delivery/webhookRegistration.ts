import { BridgeError } from '../../core/errors';
import type { AccountFacts } from '../../core/accountFacts';
import type { RegisteredWebhook, WebhookApi } from './webhookApi';

/** X takes no longer address (X's OpenAPI document). Characters. */
const maxUrlLength = 200;

/** The webhook that this product registered, kept so that it can be cleaned up when the address changes. */
const fact = 'webhook registered';

export interface WebhookRegistration {
  id: string;
  /** X delivered nothing before: the webhook was missing or invalid. */
  repaired: boolean;
}

/**
 * Finds, registers or repairs the account's webhook, and removes the one it registered under an earlier address.
 * Doing it again changes nothing.
 * @throws BridgeError with X's name for what is wrong
 */
export async function ensureWebhook(
  api: WebhookApi,
  url: string,
  account: string,
  facts: AccountFacts,
): Promise<WebhookRegistration> {
  if (url.length > maxUrlLength)
    throw new BridgeError(
      'refused-by-x',
      `webhookUrl has ${url.length} characters; X takes at most ${maxUrlLength}`,
    );
  const there = await api.list();
  const found = there.find((each) => sameAddress(each.url, url));
  const before = facts.read(account, fact);
  // First out with the old one: an app may have room for a single webhook.
  if (before !== undefined && before !== found?.id && there.some(({ id }) => id === before))
    await api.remove(before);
  if (found) {
    if (!found.valid) await repair(api, found);
    facts.save(account, fact, found.id);
    return { id: found.id, repaired: !found.valid };
  }
  const made = await create(api, url, there);
  facts.save(account, fact, made.id);
  return { id: made.id, repaired: true };
}

async function create(api: WebhookApi, url: string, there: RegisteredWebhook[]): Promise<RegisteredWebhook> {
  try {
    return await api.create(url);
  } catch (error) {
    // Another account of the same app may have been a moment faster.
    const isThere = error instanceof BridgeError && error.problem === 'DuplicateUrlFailed';
    const found = isThere ? (await api.list()).find((each) => sameAddress(each.url, url)) : undefined;
    if (found) return found;
    // Or is about to be.
    if (isThere)
      throw new BridgeError(error.code, error.message, {
        problem: error.problem,
        retryable: true,
        cause: error,
      });
    throw withOccupants(error, there);
  }
}

/** Removes the webhook this product registered, if it is still there. */
export async function removeWebhook(api: WebhookApi, account: string, facts: AccountFacts): Promise<void> {
  const id = facts.read(account, fact);
  if (id === undefined) return;
  if ((await api.list()).some((each) => each.id === id)) await api.remove(id);
  facts.forget(account, fact);
}

/** Who has no room for a webhook wants to know what takes it. */
function withOccupants(error: unknown, there: RegisteredWebhook[]): unknown {
  if (!(error instanceof BridgeError) || error.problem !== 'WebhookLimitExceeded') return error;
  const origins = there.map(({ url }) => (URL.canParse(url) ? new URL(url).origin : url));
  const words = `${error.message}; registered are webhooks at ${origins.join(', ') || 'none'}`;
  return new BridgeError(error.code, words, { problem: error.problem, cause: error });
}

async function repair(api: WebhookApi, { id }: RegisteredWebhook): Promise<void> {
  if (await api.validate(id)) return;
  throw new BridgeError('refused-by-x', "the webhook fails X's challenge", {
    problem: 'CrcValidationFailed',
  });
}

/** X may show an address with its characters escaped again. */
function sameAddress(one: string, other: string): boolean {
  const plain = (url: string) => {
    try {
      return decodeURIComponent(url);
    } catch {
      return url;
    }
  };
  return plain(one) === plain(other);
}
