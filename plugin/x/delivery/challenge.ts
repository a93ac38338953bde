import { createHmac } from 'node:crypto';

/**
 * Whether a challenge token may be answered. The answer is the app's signature over the token, so answering
 * for a token that is itself an event would hand out valid signatures for forged events. X's tokens are
 * plain words; an event always has a brace.
 */
export function isPlainToken(token: string): boolean {
  return token.length <= 1024 && !/[{}[\]"]/.test(token);
}

/** The answer to a challenge (X docs: webhooks, challenge-response check). */
export function answerChallenge(token: string, consumerSecret: string): string {
  return `sha256=${createHmac('sha256', consumerSecret).update(token).digest('base64')}`;
}
