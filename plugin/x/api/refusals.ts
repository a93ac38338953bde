import { readProblem } from './readProblem';

/** What a refusal of X means for the agent, and whether waiting or new keys can help. */
export interface Refusal {
  kind: 'never' | 'signed-out';
  agentMessage: string;
}

const noMessages = 'This customer does not accept Direct Messages from this account on X.';
const blocked = 'This customer cannot be written to: they do not follow this account or have blocked it.';
/** What the agent reads while X refuses the account's keys. */
export const signInLost =
  'This X account is signed out, so the message waits. Please tell your administrator to connect it again.';
/** What the agent reads where X asks for another sign-in, or more rights, than the account has. */
export const signInNotEnough =
  'X does not allow this with the way this account is signed in. Please tell your administrator to connect it again.';
const noCredit =
  "This account's credit with X is used up, so the message waits. Please tell your administrator.";
const locked = 'X has locked this account until someone signs in on x.com. Please tell your administrator.';

/** X's v1.1 error codes (X docs: response codes), in the agent's words. */
const byCode: Record<number, Refusal> = {
  32: { kind: 'signed-out', agentMessage: signInLost },
  34: { kind: 'never', agentMessage: 'X does not know this customer (any more).' },
  50: { kind: 'never', agentMessage: 'X does not know this customer (any more).' },
  63: { kind: 'never', agentMessage: 'X has suspended this customer.' },
  64: { kind: 'signed-out', agentMessage: 'X has suspended this account. Please tell your administrator.' },
  89: { kind: 'signed-out', agentMessage: signInLost },
  108: { kind: 'never', agentMessage: 'X does not know this customer (any more).' },
  150: { kind: 'never', agentMessage: blocked },
  151: { kind: 'never', agentMessage: noMessages },
  186: { kind: 'never', agentMessage: 'The public answer is too long for X.' },
  187: { kind: 'never', agentMessage: 'X refused the message because the same text was sent just before.' },
  226: {
    kind: 'never',
    agentMessage: 'X refused the message because it looks automated. Please word it differently.',
  },
  326: { kind: 'signed-out', agentMessage: locked },
  349: { kind: 'never', agentMessage: noMessages },
  385: {
    kind: 'never',
    agentMessage: 'The post was deleted, or X does not show it to this account (any more).',
  },
  433: { kind: 'never', agentMessage: 'The author lets only some people answer this post.' },
  354: { kind: 'never', agentMessage: 'The message is too long for X.' },
};

const byStatus: Record<number, Refusal> = {
  400: { kind: 'never', agentMessage: 'X could not take this message as it is.' },
  401: { kind: 'signed-out', agentMessage: signInLost },
  402: { kind: 'signed-out', agentMessage: noCredit },
  403: { kind: 'never', agentMessage: 'X does not allow this message to this customer.' },
  404: { kind: 'never', agentMessage: 'X does not know this customer (any more).' },
  413: { kind: 'never', agentMessage: 'The file is too large for X.' },
};

/** X's rule since February 2026 for apps without a contract, which has no code of its own. */
const summons =
  'X lets this account answer in public only where the customer mentions or quotes it. Please answer in private instead.';
const withoutSummons =
  /not been mentioned|mentioned or otherwise engaged|reply to this conversation is not allowed/i;

/**
 * What X means by refusing. The code decides where there is one, else the HTTP status.
 * @returns undefined for faults that pass by themselves (5xx, 408, 429)
 */
export function refusalOf(status: number, code: number | undefined, detail: string): Refusal | undefined {
  if (status >= 500 || status === 408 || status === 429) return undefined;
  const known = (code === undefined ? undefined : byCode[code]) ?? byStatus[status];
  if (known && code !== undefined && code in byCode) return known;
  if (withoutSummons.test(detail)) return { kind: 'never', agentMessage: summons };
  const words = detail === '' ? '' : ` X says: ${detail}`;
  return {
    kind: known?.kind ?? 'never',
    agentMessage: `${known?.agentMessage ?? 'X refused the message.'}${words}`,
  };
}

/** The name of the fault where X asks for another kind of sign-in, or for rights that were not granted. */
export const wrongSignIn = 'WrongSignIn';

const signInProblems = /\/problems\/(?:unsupported-authentication|oauth1-permissions|insufficient-scope)$/;
const signInWords =
  /unsupported authentication|\boauth ?(?:1|2)|\bscopes?\b|\buser context\b|has not authorized this app/i;

/**
 * Whether X refuses a call because of the kind of sign-in, or of rights it lacks: another sign-in may do (X docs: 403
 * `unsupported-authentication`; a `detail` that names the scope).
 */
export function isWrongSignIn(status: number, answer: unknown): boolean {
  if (status !== 403) return false;
  const { type, title, code, detail } = readProblem(answer);
  if (code !== undefined) return false;
  return signInProblems.test(type) || signInWords.test(`${title} ${detail}`);
}
