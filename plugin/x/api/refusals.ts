import { readProblem } from './readProblem';
import { say, type Text } from '../../texts/text';

/** What a refusal of X means for the agent, and whether waiting or new keys can help. */
export interface Refusal {
  kind: 'never' | 'signed-out';
  agentMessage: Text;
}

const noMessages = say('x.noMessages');
const blocked = say('x.blocked');
/** What the agent reads while X refuses the account's keys. */
export const signInLost = say('x.signedOut');
/** What the agent reads where X asks for another sign-in, or more rights, than the account has. */
export const signInNotEnough = say('x.wrongSignIn');
const noCredit = say('x.noCredit');
const locked = say('x.locked');

/** X's v1.1 error codes (X docs: response codes), in the agent's words. */
const byCode: Record<number, Refusal> = {
  32: { kind: 'signed-out', agentMessage: signInLost },
  34: { kind: 'never', agentMessage: say('x.unknownCustomer') },
  50: { kind: 'never', agentMessage: say('x.unknownCustomer') },
  63: { kind: 'never', agentMessage: say('x.customerSuspended') },
  64: { kind: 'signed-out', agentMessage: say('x.suspended') },
  89: { kind: 'signed-out', agentMessage: signInLost },
  108: { kind: 'never', agentMessage: say('x.unknownCustomer') },
  150: { kind: 'never', agentMessage: blocked },
  151: { kind: 'never', agentMessage: noMessages },
  186: { kind: 'never', agentMessage: say('x.postTooLong') },
  187: { kind: 'never', agentMessage: say('x.duplicate') },
  226: {
    kind: 'never',
    agentMessage: say('x.looksAutomated'),
  },
  326: { kind: 'signed-out', agentMessage: locked },
  349: { kind: 'never', agentMessage: noMessages },
  385: {
    kind: 'never',
    agentMessage: say('x.postGone'),
  },
  433: { kind: 'never', agentMessage: say('x.repliesRestricted') },
  354: { kind: 'never', agentMessage: say('x.messageTooLong') },
};

const byStatus: Record<number, Refusal> = {
  400: { kind: 'never', agentMessage: say('x.badRequest') },
  401: { kind: 'signed-out', agentMessage: signInLost },
  402: { kind: 'signed-out', agentMessage: noCredit },
  403: { kind: 'never', agentMessage: say('x.forbidden') },
  404: { kind: 'never', agentMessage: say('x.unknownCustomer') },
  413: { kind: 'never', agentMessage: say('x.fileTooLarge') },
};

/** X's rule since February 2026 for apps without a contract, which has no code of its own. */
const summons = say('x.notMentioned');
const withoutSummons =
  /not been mentioned|mentioned or otherwise engaged|reply to this conversation is not allowed/i;

/** What X means by refusing: by its code, else the status. @returns undefined for what passes (5xx, 408, 429) */
export function refusalOf(status: number, code: number | undefined, detail: string): Refusal | undefined {
  if (status >= 500 || status === 408 || status === 429) return undefined;
  const known = (code === undefined ? undefined : byCode[code]) ?? byStatus[status];
  if (known && code !== undefined && code in byCode) return known;
  if (withoutSummons.test(detail)) return { kind: 'never', agentMessage: summons };
  const refused = known?.agentMessage ?? say('x.refused');
  const agentMessage = detail === '' ? refused : say('x.andSays', { text: refused, detail });
  return { kind: known?.kind ?? 'never', agentMessage };
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
