import type { Clock } from '../../core/clock';
import type { ReceivingAccount } from '../../core/inbound/ingestEvents';
import type { Counters, Log } from '../../core/ports';
import { rateLimitedLog } from '../../core/rateLimitedLog';
import { BridgeError } from '../../core/errors';
import type { EventBatch } from '../../core/inbound/events';
import { sameSecret } from '../../core/sameSecret';
import { isRecord } from '../../core/isRecord';
import { answerChallenge, isPlainToken } from './challenge';
import { parseJson } from '../api/parseJson';
import { readEnvelope } from '../parse/readEnvelope';
import { verifySignature } from './verifySignature';

/** An active account as the webhook sees it. */
export interface WebhookAccount extends ReceivingAccount {
  /** Of the app; of the service that passes events on where X does not call itself. */
  signingSecret: string;
  /** A challenge of X was answered in this account's name. */
  onChallenge(): void;
  /** The last part of the path for `webhookCheck: "secret-path"`. */
  pathSecret: string | undefined;
}

export interface WebhookPorts {
  /** Stores what X delivered to an account. @throws BridgeError `store-unavailable` */
  ingest: (batch: EventBatch, account: ReceivingAccount) => Promise<void>;
  counters: Counters;
  log: Log;
  clock: Clock;
}

/** A call of X, free of any transport. */
export interface WebhookCall {
  /** The account named in the path, if any. */
  name: string | undefined;
  pathSecret: string | undefined;
  signature: string | undefined;
  rawBody: Buffer;
}

export interface Webhook {
  /** Answers X's challenge. @throws BridgeError `bad-request` without a usable token, `unknown-account` */
  challenge(name: string | undefined, pathSecret: string | undefined, token: string | undefined): string;
  /**
   * Checks and takes in a call; resolves when all in it is safely on disk.
   * @throws BridgeError `unknown-account`, `unauthorized`, `bad-request`, `store-unavailable`
   */
  receive(call: WebhookCall): Promise<void>;
}

/** The webhook of all active accounts. @param activeAccounts as they are at the time of a call */
export function createWebhook(activeAccounts: () => readonly WebhookAccount[], ports: WebhookPorts): Webhook {
  const write = rateLimitedLog(ports.log, ports.clock);
  const complain: Complain = (reason) => {
    ports.counters.count('webhook_refusals', { reason });
    write(complaints[reason]);
  };
  return {
    challenge: (name, pathSecret, token) => {
      if (token === undefined || token === '') throw badRequest('the crc_token is missing');
      if (!isPlainToken(token)) throw badRequest('the crc_token is not a plain word');
      const accounts = addressed(activeAccounts(), name, pathSecret);
      const [account] = accounts;
      if (!account) throw unknownAccount(name);
      // Accounts of one app may share an address.
      for (const each of accounts) if (each.signingSecret === account.signingSecret) each.onChallenge();
      ports.log.debug("X's challenge answered", { account: account.name });
      return answerChallenge(token, account.signingSecret);
    },
    receive: async (call) => {
      const accounts = addressed(activeAccounts(), call.name, call.pathSecret);
      if (accounts.length === 0) throw unknownAccount(call.name);
      const trusted = call.pathSecret === undefined ? signedFor(accounts, call) : accounts;
      if (trusted.length === 0) throw refuse(call, complain);
      for (const batch of readEnvelope(parse(call.rawBody), ports.clock.now())) {
        for (const account of accountsFor(batch, trusted)) await ports.ingest(batch, account);
      }
    },
  };
}

/** The accounts a path can mean; with a secret in the path, only the account it belongs to. */
function addressed(
  accounts: readonly WebhookAccount[],
  name: string | undefined,
  pathSecret: string | undefined,
): readonly WebhookAccount[] {
  const named = name === undefined ? accounts : accounts.filter((account) => account.name === name);
  if (pathSecret === undefined) return named;
  return named.filter(
    (account) => account.pathSecret !== undefined && sameSecret(pathSecret, account.pathSecret),
  );
}

function signedFor(
  accounts: readonly WebhookAccount[],
  { signature, rawBody }: WebhookCall,
): WebhookAccount[] {
  if (signature === undefined) return [];
  return accounts.filter(({ signingSecret }) => verifySignature(rawBody, signature, signingSecret));
}

/**
 * Several accounts may share an app; then the event says which one it is for. What carries no message concerns
 * whoever knows what it speaks of: a deleted post, a replay job.
 */
function accountsFor(batch: EventBatch, accounts: readonly WebhookAccount[]): readonly WebhookAccount[] {
  const { forUserId } = batch;
  const meant = accounts.find((account) => forUserId !== undefined && account.userId() === forUserId);
  if (meant) return [meant];
  return carriesMessages(batch) ? accounts.slice(0, 1) : accounts;
}

const carriesMessages = ({ messages, own, encrypted }: EventBatch) =>
  messages.length + own.length + encrypted.length > 0;

function parse(rawBody: Buffer): unknown {
  let body: unknown;
  try {
    body = parseJson(rawBody.toString('utf8'));
  } catch {
    throw badRequest('the body is not JSON');
  }
  // Anybody can have a plain token signed, as a challenge: it must not pass for an event.
  if (!isRecord(body)) throw badRequest('the body is no event of X');
  return body;
}

type Complain = (reason: RefusalReason) => void;
type RefusalReason = 'no-signature' | 'wrong-signature-json' | 'wrong-signature';

const complaints: Record<RefusalReason, string> = {
  'no-signature':
    'webhook call without signature refused: if X sent it, a proxy in between drops the header ' +
    'x-twitter-webhooks-signature; let it pass, or set webhookCheck to "secret-path"',
  'wrong-signature-json':
    'webhook call with wrong signature refused: the body is valid JSON, so most likely a proxy rewrote it ' +
    '(webhookUrl needs encoding=binary), or consumerSecret belongs to another app',
  'wrong-signature': 'webhook call with wrong signature refused',
};

function refuse(call: WebhookCall, complain: Complain): BridgeError {
  if (call.signature === undefined) {
    complain('no-signature');
    return new BridgeError('unauthorized', 'the signature header x-twitter-webhooks-signature is missing');
  }
  complain(isJson(call.rawBody) ? 'wrong-signature-json' : 'wrong-signature');
  return new BridgeError('unauthorized', 'the signature does not fit the body');
}

function isJson(rawBody: Buffer): boolean {
  try {
    JSON.parse(rawBody.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function badRequest(words: string): BridgeError {
  return new BridgeError('bad-request', words);
}

function unknownAccount(name: string | undefined): BridgeError {
  const words =
    name === undefined ? 'no account is active' : 'there is no such active account, or not at this path';
  return new BridgeError('unknown-account', words);
}
