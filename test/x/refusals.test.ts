import { refusalOf } from '../../plugin/x/api/refusals';

// Every code of the table, with the sentence the agent reads.
test.each([
  [401, 32, 'signed-out', 'This X account is signed out, so the message is waiting.'],
  [404, 34, 'never', 'This X account no longer exists, or never did.'],
  [404, 50, 'never', 'This X account no longer exists, or never did.'],
  [403, 63, 'never', 'X has suspended this customer.'],
  [403, 64, 'signed-out', 'X has suspended this account.'],
  [401, 89, 'signed-out', 'This X account is signed out, so the message is waiting.'],
  [403, 108, 'never', 'This X account no longer exists, or never did.'],
  [
    403,
    150,
    'never',
    'This customer cannot be written to: they do not follow this account or have blocked it.',
  ],
  [403, 151, 'never', 'This customer does not accept Direct Messages from this account on X.'],
  [403, 186, 'never', 'The public reply is too long for X.'],
  [400, 187, 'never', 'X refused the message because the same text was sent just before.'],
  [403, 226, 'never', 'X refused the message because it looks automated. Please word it differently.'],
  [403, 326, 'signed-out', 'X has locked this account until someone signs in on x.com.'],
  [403, 349, 'never', 'This customer does not accept Direct Messages from this account on X.'],
  [400, 354, 'never', 'The message is too long for X.'],
  [403, 385, 'never', 'The post was deleted, or X no longer shows it to this account.'],
  [403, 433, 'never', 'The author lets only some people reply to this post.'],
])('status %d with code %d: %s', (status, code, kind, sentence) => {
  const refusal = refusalOf(status, code, 'words of X');
  expect(refusal?.kind).toBe(kind);
  expect(refusal?.agentMessage.in('en')).toContain(sentence);
  expect(refusal?.agentMessage.in('en')).not.toContain('words of X');
});

test.each([
  [400, 'never', 'X could not take this message as it is. X says: because'],
  [401, 'signed-out', 'This X account is signed out'],
  [402, 'signed-out', "This account's credit with X is used up"],
  [403, 'never', 'X does not allow this message to this customer. X says: because'],
  [404, 'never', 'This X account no longer exists, or never did. X says: because'],
  [413, 'never', 'The file is too large for X.'],
  [451, 'never', 'X refused the message. X says: because'],
])('status %d without a code: %s, with the words of X', (status, kind, sentence) => {
  const refusal = refusalOf(status, undefined, 'because');
  expect(refusal?.kind).toBe(kind);
  expect(refusal?.agentMessage.in('en')).toContain(sentence);
});

test('an unknown code counts as its status says', () =>
  expect(refusalOf(403, 99_999, 'because')).toEqual(refusalOf(403, undefined, 'because')));

test.each([408, 429, 500, 503])('status %d passes by itself', (status) =>
  expect(refusalOf(status, undefined, '')).toBeUndefined(),
);

test('an answer without a summons is explained', () =>
  expect(
    refusalOf(
      403,
      undefined,
      'Reply to this conversation is not allowed because you have not been mentioned',
    )?.agentMessage.in('en'),
  ).toBe(
    'X lets this account reply in public only where the customer mentions or quotes it. Please reply in private instead.',
  ));
